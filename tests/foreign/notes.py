"""C2SP signed notes and the keys that sign them, after docs/protocol.md.

It shares no code with the product. What it does and the document does not say is a fault of the document.
"""

import hashlib
import struct
from base64 import b64decode, b64encode

import slhdsa
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import (
    MLDSA44PublicKey,
    MLDSA65PublicKey,
    MLDSA87PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def verify_ecdsa_p384(key: bytes, signature: bytes, message: bytes) -> None:
    """Key as an uncompressed point; signature r ‖ s, 48 bytes each."""
    assert len(signature) == 96, "an ECDSA signature of another length"
    r, s = (int.from_bytes(half) for half in (signature[:48], signature[48:]))
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), key)
    point.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA384()))


def verify_slh_dsa(key: bytes, signature: bytes, message: bytes) -> None:
    public = slhdsa.PublicKey.from_digest(key, slhdsa.sha2_128s)
    assert public.verify_pure(message, signature), "false SLH-DSA signature"


def verify_checkpoint_44(name: str, key: bytes, signature: bytes, message: bytes) -> None:
    """C2SP tlog-cosignature with ML-DSA-44: time, then the signature over a structure."""
    checkpoint = Checkpoint(message.decode())
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    signed = b"subtree/v1\n\0" + bytes([len(cosigner)]) + cosigner + signature[:8]
    signed += bytes([len(origin)]) + origin + struct.pack(">QQ", 0, checkpoint.size)
    MLDSA44PublicKey.from_public_bytes(key).verify(signature[8:], signed + checkpoint.root)


# Keys of the private type begin with the name of their algorithm.
PRIVATE = {
    b"kontaktstelle/ecdsa-p384-sha384": verify_ecdsa_p384,
    b"kontaktstelle/ml-dsa-65":
        lambda key, sig, message: MLDSA65PublicKey.from_public_bytes(key).verify(sig, message),
    b"kontaktstelle/ml-dsa-87":
        lambda key, sig, message: MLDSA87PublicKey.from_public_bytes(key).verify(sig, message),
    b"kontaktstelle/slh-dsa-sha2-128s": verify_slh_dsa,
}


class VerifierKey:
    """A C2SP verifier key: name+id+base64(type ‖ key)."""

    def __init__(self, text: str):
        self.name, key_id, encoded = text.split("+", 2)
        typed = b64decode(encoded, validate=True)
        self.type, self.key, self.algorithm = typed[0], typed[1:], None
        self.id = sha256(self.name.encode(), b"\n", typed)[:4]
        assert self.id.hex() == key_id, f"key {self.name}: the id is not that of the key"
        if self.type == 0xFF:
            (self.algorithm,) = [name for name in PRIVATE if self.key.startswith(name)]
            self.key = self.key.removeprefix(self.algorithm)

    def verify(self, message: bytes, signature: bytes) -> None:
        match self.type:
            case 0x01:
                Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
            case 0x06:
                verify_checkpoint_44(self.name, self.key, signature, message)
            case 0xFF:
                PRIVATE[self.algorithm](self.key, signature, message)
            case _:
                raise ValueError(f"key {self.name} is of unknown type {self.type:02x}")


class Note:
    """A signed note. Its text counts only after `demand`."""

    def __init__(self, note: str):
        self.text, marker, lines = note.rpartition("\n\n")
        assert marker and lines.endswith("\n"), "not a signed note"
        self.text += "\n"
        self.signatures = []
        for line in lines[:-1].split("\n"):
            dash, name, encoded = line.split(" ")
            assert dash == "—", "not a signature line"
            signature = b64decode(encoded, validate=True)
            self.signatures.append((name, signature[:4], signature[4:]))

    def lines_of(self, key: VerifierKey) -> list[bytes]:
        return [s for name, key_id, s in self.signatures if (name, key_id) == (key.name, key.id)]

    def demand(self, keys: list[VerifierKey]) -> None:
        """Every key must have signed, once."""
        assert keys, "no key to verify with"
        for key in keys:
            lines = self.lines_of(key)
            what = f"type {key.type:02x} by {key.name}"
            assert len(lines) == 1, f"{len(lines)} lines of {what}"
            try:
                key.verify(self.text.encode(), lines[0])
            except Exception as error:
                raise ValueError(f"false signature of {what}: {error!r}") from error

    def demand_nobody_else(self, keys: list[VerifierKey]) -> None:
        known = {(key.name, key.id) for key in keys}
        foreign = [name for name, key_id, _ in self.signatures if (name, key_id) not in known]
        assert not foreign, f"foreign line by {foreign[:1]}"


class Checkpoint:
    """C2SP tlog-checkpoint: origin, size, root."""

    def __init__(self, text: str):
        self.origin, size, root = text.split("\n")[:3]
        self.size, self.root = int(size), b64decode(root, validate=True)
