"""Checks everything that two nodes have signed: key manifests, messages, receipts, the answer.

Usage: statements.py OUT, as export.py wrote it. Ends with 0 if all holds, with 1 and the reason if
something does not. It rests on PyPI packages and docs/protocol.md, on nothing of the product.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from answers import check_answer
from houses import House, canonical
from messages import Message, check_places
from receipts import check_entry

# Whose hand is under a statement; messages come with their bytes, and the answer's seal in the answer.
AUTHORS = {"kontaktstelle/keys/v2": "party", "kontaktstelle/receipt/v1": "recipient"}


def documents(out: Path, kind: str):
    return (json.loads(path.read_text()) for path in sorted(out.glob(f"*/{kind}/*.json")))


def read_messages(out: Path, houses: dict[str, House]) -> dict[str, Message]:
    messages = (Message(path.read_bytes(), houses) for path in out.glob("*/messages/*"))
    by_id = {message.id: message for message in messages}
    check_places(by_id)
    return by_id


def read_houses(out: Path) -> dict[str, House]:
    manifests = (json.loads(path.read_text()) for path in sorted(out.glob("*/manifest.json")))
    return {house.party: house for house in map(House, manifests)}


def check_receipt(receipt: dict, houses: dict[str, House], messages: dict[str, Message]) -> tuple:
    """Signatures, entry, proof, and that it is about a message that was sent. Gives message and event."""
    statement = receipt["receipt"]["statement"]
    receiver = houses[statement["recipient"]]
    receiver.check(receipt["receipt"])
    check_entry(receipt, receiver.logs, canonical)
    manifest = messages[statement["message"]].manifest
    for field in ("sender", "recipient", "seq", "thread"):
        assert statement[field] == manifest[field], f"a receipt with another {field} than the message"
    return statement["message"], statement["event"]


def check(out: Path) -> str:
    houses = read_houses(out)
    counts = Counter(party=len(houses))
    messages = read_messages(out, houses)
    for document in documents(out, "statements"):
        statement = document["statement"]
        houses[statement[AUTHORS[statement["format"]]]].check(document)
        counts[statement["format"]] += 1
    opened = [messages[headers["message"]].check_headers(headers) for headers in documents(out, "headers")]
    receipts = {check_receipt(receipt, houses, messages) for receipt in documents(out, "receipts")}
    for message, event in receipts:
        counts[f"receipt {event}"] += 1
        # Nobody gets to read what they have not receipted before.
        assert not event.startswith("ContentHandover") or (message, "ContentConsignment") in receipts, (
            "a message was handed over that was not consigned"
        )
    counts["message"], counts["message with headers"] = len(messages), len(opened)
    answer = check_answer((out / "answer.json").read_text(), houses)
    assert len(houses) == 2 and messages and opened and receipts, "nothing to check"
    return ", ".join(f"{count} × {what}" for what, count in sorted(counts.items())) + f"; {answer}"


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except Exception as error:
        print(f"rejected: {error!r}")
        sys.exit(1)
