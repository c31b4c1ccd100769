"""Sealed files of suite K2, opened and sealed a second time: HPKE and AES by PyPI cryptography, the rest as written here.

Usage: hpke_k2.py open IDENTITY FILE OUT
       hpke_k2.py seal PLAIN OUT RECIPIENT...
       hpke_k2.py vector OUT

IDENTITY and RECIPIENT are files with a key in text form. A message part is FILE if header and payload are put together.
`vector` writes a sealed file for the test in crates/seal/tests/sealed_files.rs.
"""

import hashlib
import hmac
import json
import os
import sys
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP384R1,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM1024PrivateKey, MLKEM1024PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM1024P384PrivateKey,
    MLKEM1024P384PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

VERSION = b"kontaktstelle/sealed/k2/v1"
STANZA = b"mlkem1024p384"
HPKE = Suite(KEM.MLKEM1024_P384, KDF.HKDF_SHA384, AEAD.AES_256_GCM)
HPKE_INFO = b"kontaktstelle/mlkem1024p384"
ENCAPSULATED = 1568 + 97
CHUNK = 16 * 1024
P384_ORDER = int(
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16
)
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def polymod(values: list[int]) -> int:
    """The checksum of BIP 173."""
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def expanded(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def unbech32(prefix: str, text: str) -> bytes:
    found, _, data = text.strip().lower().rpartition("1")
    values = [BECH32.index(c) for c in data]
    assert found == prefix and polymod(expanded(prefix) + values) == 1, f"not a key of kind {prefix}"
    bits = "".join(f"{value:05b}" for value in values[:-6])
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) // 8 * 8, 8))


def bech32(prefix: str, data: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]
    check = polymod(expanded(prefix) + values + [0] * 6) ^ 1
    values += [check >> 5 * (5 - n) & 31 for n in range(6)]
    return prefix + "1" + "".join(BECH32[value] for value in values)


def private_key(seed: bytes) -> MLKEM1024P384PrivateKey:
    """draft-irtf-cfrg-concrete-hybrid-kems: both keys come out of SHAKE256, the scalar by rejection sampling."""
    stream = hashlib.shake_256(seed).digest(64 + 48 * 8)
    for at in range(64, len(stream), 48):
        scalar = int.from_bytes(stream[at : at + 48], "big")
        if 0 < scalar < P384_ORDER:
            p384 = derive_private_key(scalar, SECP384R1())
            return MLKEM1024P384PrivateKey(MLKEM1024PrivateKey.from_seed_bytes(stream[:64]), p384)
    raise AssertionError("no scalar")


def public_key(data: bytes) -> MLKEM1024P384PublicKey:
    point = EllipticCurvePublicKey.from_encoded_point(SECP384R1(), data[1568:])
    return MLKEM1024P384PublicKey(MLKEM1024PublicKey.from_public_bytes(data[:1568]), point)


def expand(key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(SHA512(), length, info).derive(key)


def mac(key: bytes, covered: bytes) -> bytes:
    return hmac.digest(expand(key, VERSION + b" header", 64), covered, "sha512")


def base64(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def unbase64(text: bytes) -> bytes:
    return b64decode(text + b"=" * (-len(text) % 4), validate=True)


def nonces(base: bytes):
    start = int.from_bytes(base, "big")
    return ((start ^ n).to_bytes(12, "big") for n in range(2**38))


def payload_keys(key: bytes, salt: bytes) -> tuple[AESGCM, bytes, bytes]:
    """C2SP chunked-encryption with AES-256-GCM and SHA-512."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + VERSION
    derived = expand(key, info, 32 + 12 + 32)
    return AESGCM(derived[:32]), derived[32:44], derived[44:]


def open_file(identity: str, file: bytes) -> bytes:
    key = private_key(unbech32("kontaktstelle-secret-key-k2-", identity))
    end = file.index(b"\n--- ") + len(b"\n---")
    mac_line, _, payload = file[end + 1 :].partition(b"\n")
    version, *stanzas = file[: end - 4].split(b"\n-> ")
    assert version == VERSION, "not a sealed file of suite K2"
    for stanza in stanzas:
        arguments, *body = stanza.split(b"\n")
        kind, encapsulated = arguments.split(b" ")
        assert kind == STANZA and len(unbase64(encapsulated)) == ENCAPSULATED, "malformed stanza"
        try:
            content_key = HPKE.decrypt(unbase64(encapsulated) + unbase64(b"".join(body)), key, HPKE_INFO)
            break
        except InvalidTag:
            continue
    else:
        raise AssertionError("no stanza for this identity")
    assert hmac.compare_digest(mac(content_key, file[:end]), unbase64(mac_line)), "header was altered"
    aes, base, commitment = payload_keys(content_key, payload[:24])
    assert commitment == payload[24:56], "payload does not go with the header"
    chunks = [payload[at : at + CHUNK + 16] for at in range(56, len(payload), CHUNK + 16)]
    assert chunks and len(chunks[-1]) < CHUNK + 16, "payload is cut"
    return b"".join(aes.decrypt(nonce, chunk, None) for nonce, chunk in zip(nonces(base), chunks))


def seal_file(recipients: list[MLKEM1024P384PublicKey], plain: bytes) -> bytes:
    content_key, salt = os.urandom(32), os.urandom(24)
    header = VERSION
    for recipient in recipients:
        wrapped = HPKE.encrypt(content_key, recipient, HPKE_INFO)
        body = base64(wrapped[ENCAPSULATED:])
        lines = [body[at : at + 64] for at in range(0, len(body) + 1, 64)]
        header += b"\n-> " + STANZA + b" " + base64(wrapped[:ENCAPSULATED]) + b"\n" + b"\n".join(lines)
    header += b"\n---"
    header += b" " + base64(mac(content_key, header)) + b"\n"
    aes, base, commitment = payload_keys(content_key, salt)
    chunks = [plain[at : at + CHUNK] for at in range(0, len(plain) + 1, CHUNK)]
    sealed = (aes.encrypt(nonce, chunk, None) for nonce, chunk in zip(nonces(base), chunks))
    return header + salt + commitment + b"".join(sealed)


def vector() -> dict:
    """A file of two chunks, of which the second is empty, for two recipients."""
    seed, other = (hashlib.sha256(name).digest() for name in (b"a reader", b"another reader"))
    plain = b"\7" * CHUNK
    identity = bech32("kontaktstelle-secret-key-k2-", seed).upper()
    keys = [private_key(other).public_key(), private_key(seed).public_key()]
    return {
        "file": b64encode(seal_file(keys, plain)).decode(),
        "identity": identity,
        "plain_sha256": hashlib.sha256(plain).hexdigest(),
    }


def read_recipient(path: str) -> MLKEM1024P384PublicKey:
    return public_key(unbech32("kontaktstelle-k2-", Path(path).read_text()))


try:
    match sys.argv[1:]:
        case ["open", identity, file, out]:
            Path(out).write_bytes(open_file(Path(identity).read_text(), Path(file).read_bytes()))
        case ["seal", plain, out, *recipients] if recipients:
            sealed = seal_file([read_recipient(path) for path in recipients], Path(plain).read_bytes())
            Path(out).write_bytes(sealed)
        case ["vector", out]:
            Path(out).write_text(json.dumps(vector(), indent=1, sort_keys=True) + "\n")
        case _:
            sys.exit(__doc__)
except (AssertionError, InvalidTag, ValueError) as reason:
    sys.exit(f"rejected: {str(reason) or type(reason).__name__}")
