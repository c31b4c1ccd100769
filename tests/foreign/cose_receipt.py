"""COSE Receipts (RFC 9942), read and written by PyPI scitt-cose.

Usage: cose_receipt.py check RECEIPT ENTRY VKEYS
           RECEIPT holds the receipt, ENTRY the bytes of the log entry's leaf, VKEYS the log's verifier keys in the form
           of C2SP signed notes, one a line; the Ed25519 key among them counts.
       cose_receipt.py write OUT
           writes a receipt by scitt-cose for the test in crates/seal/tests/cose.rs.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from scitt_cose.receipt import build_receipt, verify_receipt

ED25519_NOTE_KEY = 1


def log_key(vkeys: str) -> Ed25519PublicKey:
    """The Ed25519 key among note verifier keys: name, id and base64 of a type byte and the key, joined by "+"."""
    for line in vkeys.split():
        key = base64.b64decode(line.split("+", 2)[2], validate=True)
        if key[0] == ED25519_NOTE_KEY:
            return Ed25519PublicKey.from_public_bytes(key[1:])
    sys.exit("rejected: no Ed25519 key")


def check(receipt: bytes, entry: bytes, vkeys: str) -> None:
    pem = log_key(vkeys).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    result = verify_receipt(receipt, leaf_entry_hex=entry.hex(), log_public_key_pem=pem)
    if not result.ok:
        sys.exit(f"rejected: {'; '.join(map(str, result.errors))}")
    print(f"entry {result.leaf_index} of {result.tree_size} in {result.issuer}, about {result.subject}")


def write() -> dict:
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a log for a test vector").digest())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    entries = [f"entry {n}".encode() for n in range(5)]
    index = 3
    receipt = build_receipt(
        leaf_entry_hex=entries[index].hex(),
        leaf_index=index,
        tree_entries_hex=[entry.hex() for entry in entries],
        alg="EdDSA",
        log_private_key_pem=private,
    )
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    result = verify_receipt(receipt, leaf_entry_hex=entries[index].hex(), log_public_key_pem=pem)
    return {
        "entry": entries[index].hex(),
        "index": index,
        "public_key": public.hex(),
        "receipt": receipt.hex(),
        "root": result.root,
        "size": len(entries),
    }


match sys.argv[1:]:
    case ["check", receipt, entry, vkeys]:
        check(Path(receipt).read_bytes(), Path(entry).read_bytes(), Path(vkeys).read_text())
    case ["write", out]:
        Path(out).write_text(json.dumps(write(), indent=1, sort_keys=True) + "\n")
    case _:
        sys.exit(__doc__)
