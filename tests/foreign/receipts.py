"""Entries, their proofs and the receipts that rest on them, after docs/protocol.md."""

import struct
from base64 import b64decode

from notes import Checkpoint, Note, VerifierKey, base64, sha256


def tagged(domain: str, *parts: bytes) -> bytes:
    """The document's H: a domain, then each part after its length."""
    lengths = (struct.pack(">Q", len(part)) + part for part in parts)
    return sha256(f"kontaktstelle/entry/v1/{domain}\n".encode(), *lengths)


def leaf_of(opening: dict, canonical) -> bytes:
    """The log leaf that an opening belongs to."""
    parts = []
    for field in opening["fields"]:
        ((form, content),) = field.items()
        name = content["name"].encode()
        if form == "opened":
            salt = b64decode(content["salt"], validate=True)
            commitment = tagged("field", salt, name, canonical(content["value"]))
        else:
            assert form == "hidden", "a field neither opened nor hidden"
            commitment = b64decode(content["commitment"], validate=True)
        parts += [name, commitment]
    names = parts[::2]
    assert names == sorted(set(names)), "fields out of order or double"
    return f"kontaktstelle/entry/v1\n{base64(tagged('entry', *parts))}\n".encode()


def check_inclusion(leaf: bytes, index: int, tree: Checkpoint, proof: list[bytes]) -> None:
    """RFC 9162, section 2.1.3.2."""
    assert index < tree.size, "an entry beyond the tree"
    fn, sn, running = index, tree.size - 1, sha256(b"\0", leaf)
    for sibling in proof:
        assert sn, "the proof is too long"
        if fn & 1 or fn == sn:
            running = sha256(b"\1", sibling, running)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            running = sha256(b"\1", running, sibling)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0 and running == tree.root, "the entry is not in the log"


def check_proof_file(text: str, leaf: bytes, keys: list[VerifierKey]) -> int:
    """A C2SP tlog-proof of `leaf` in the log of these keys. Gives the entry's number."""
    head, signed = text.split("\n\n", 1)
    lines = head.split("\n")
    assert lines.pop(0) == "c2sp.org/tlog-proof@v1", "not a proof file"
    if lines[0].startswith("extra "):
        lines.pop(0)
    word, index = lines.pop(0).split(" ")
    assert word == "index", "not a proof file"
    note = Note(signed)
    note.demand(keys)
    tree = Checkpoint(note.text)
    assert all(tree.origin == key.name for key in keys), "a checkpoint of another log"
    check_inclusion(leaf, int(index), tree, [b64decode(line, validate=True) for line in lines])
    return int(index)


def shown_in(opening: dict) -> dict:
    """The fields that an opening shows."""
    opened = [field["opened"] for field in opening["fields"] if "opened" in field]
    return {field["name"]: field["value"] for field in opened}


# Events of ETSI EN 319 522-1 that a receiver states: by name in the statement, by number in the entry.
EVENTS = {
    "ContentConsignment": "D.1",
    "ContentConsignmentFailure": "D.2",
    "ContentHandover": "E.1",
    "ContentHandoverFailure": "E.2",
}


def check_entry(receipt: dict, logs: dict[str, list[VerifierKey]], canonical) -> None:
    """The two legs of a receipt beside its signatures: the entry shows message and event, and stands
    in the receiver's log where the statement says."""
    assert set(receipt) == {"opening", "proof", "receipt"}, "a receipt of unknown form"
    statement, shown = receipt["receipt"]["statement"], shown_in(receipt["opening"])
    assert shown["message"] == statement["message"], "the entry is about another message"
    assert shown["event"] == EVENTS[statement["event"]], "the entry is about another event"
    keys = logs[statement["log_origin"]]
    index = check_proof_file(receipt["proof"], leaf_of(receipt["opening"], canonical), keys)
    assert index == statement["entry_index"], "the proof is of another entry"
