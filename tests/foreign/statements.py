"""Checks everything that two nodes have signed: key manifests, messages, receipts, answer seals.

Usage: statements.py OUT, as export.py wrote it. Ends with 0 if all holds, with 1 and the reason if
something does not. It rests on PyPI packages and docs/protocol.md, on nothing of the product.
"""

import json
import struct
import sys
from collections import Counter
from pathlib import Path

from houses import House, canonical
from notes import base64, sha256
from receipts import check_entry


def author_of(statement: dict) -> str:
    """The party whose hand is under a statement: of a receipt, the message's recipient."""
    if statement["format"].startswith("kontaktstelle/receipt/"):
        return statement["recipient"]
    return statement.get("sender") or statement["party"]


def check_message(data: bytes, houses: dict[str, House]) -> str:
    """The bytes of a message: the manifest, then sealed parts as the manifest names them."""
    assert data[:7] == b"KSTMSG\x01", "not a message of version 1"
    (length,) = struct.unpack_from(">I", data, 7)
    manifest = json.loads(data[11 : 11 + length])
    statement, rest = manifest["statement"], data[12 + length :]
    assert data[11 + length] == len(statement["parts"]), "other parts than the manifest's"
    for part in statement["parts"]:
        (size,) = struct.unpack_from(">Q", rest)
        sealed, rest = rest[8 : 8 + size], rest[8 + size :]
        assert part["size"] == size, f"part {part['name']} has another size"
        assert part["sha256"] == base64(sha256(sealed)), f"part {part['name']} has another hash"
        assert sealed.startswith(b"age-encryption.org/v1\n-> mlkem768x25519 "), "not sealed"
    assert not rest, "bytes after the last part"
    return houses[statement["sender"]].check(manifest)


def check(out: Path) -> str:
    manifests = [json.loads(path.read_text()) for path in sorted(out.glob("*/manifest.json"))]
    houses = {house.party: house for house in map(House, manifests)}
    counts = Counter(party=len(houses))
    messages = {check_message(path.read_bytes(), houses) for path in out.glob("*/messages/*")}
    for path in out.glob("*/statements/*.json"):
        document = json.loads(path.read_text())
        houses[author_of(document["statement"])].check(document)
        counts[document["statement"]["format"]] += 1
    for path in out.glob("*/receipts/*.json"):
        receipt = json.loads(path.read_text())
        statement = receipt["receipt"]["statement"]
        receiver = houses[statement["recipient"]]
        receiver.check(receipt["receipt"])
        check_entry(receipt, receiver.logs, canonical)
        assert statement["message"] in messages, "a receipt for a message that nobody sent"
        counts["entry proven by receipt"] += 1
    counts["message with its parts"] = len(messages)
    assert len(houses) == 2 and messages and counts["entry proven by receipt"], "nothing to check"
    return ", ".join(f"{count} × {what}" for what, count in sorted(counts.items()))


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except Exception as error:
        print(f"rejected: {error!r}")
        sys.exit(1)
