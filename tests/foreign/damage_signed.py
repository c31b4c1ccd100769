"""Makes a damaged copy of an export, for the controls: signed documents that must be rejected.

Usage: damage_signed.py KIND FROM TO. A verifier that accepts a damaged copy is blind.
"""

import json
import shutil
import sys
from base64 import b64decode, b64encode
from pathlib import Path

from damage import first_file, flip, flip_in_file


def change_document(path: Path, change) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document, ensure_ascii=False))


def a_receipt(out: Path, event: str) -> Path:
    """The first receipt of this event."""
    receipts = sorted((out / "de/receipts").iterdir())
    return next(
        path for path in receipts if json.loads(path.read_text())["receipt"]["statement"]["event"] == event
    )


def change_statement(document: dict) -> None:
    document["receipt"]["statement"]["time"] = "2020-01-01T00:00:00.000Z"


def strip_line(document: dict) -> None:
    document["signatures"] = document["signatures"].rstrip("\n").rpartition("\n")[0] + "\n"


def add_line(document: dict) -> None:
    document["signatures"] += "— stranger.example AAAAAAAAAAAAAAAA\n"


def falsify_line(document: dict, number: int) -> None:
    """Of the last two lines, which are by one pair."""
    lines = document["signatures"].split("\n")
    dash, name, signature = lines[-3 + number].split(" ")
    changed = b64encode(flip(b64decode(signature), -1)).decode()
    lines[-3 + number] = f"{dash} {name} {changed}"
    document["signatures"] = "\n".join(lines)


def leave_one_holder(document: dict) -> None:
    lines = document["signatures"].split("\n")
    document["signatures"] = "\n".join(lines[:-3] + [""])


def hide_a_field(document: dict) -> None:
    document["opening"]["fields"].pop()


def lend_entry(out: Path) -> None:
    """A receipt of handover that shows the entry of the same message's consignment."""
    handover = json.loads(a_receipt(out, "ContentHandover").read_text())
    for path in (out / "de/receipts").iterdir():
        other = json.loads(path.read_text())
        consigned = other["receipt"]["statement"]
        if consigned["message"] == handover["receipt"]["statement"]["message"]:
            if consigned["event"] == "ContentConsignment":
                lent = {"opening": other["opening"], "proof": other["proof"]}
                change_document(a_receipt(out, "ContentHandover"), lambda d: d.update(lent))
                return
    sys.exit("no entry to lend")


def change_header(document: dict) -> None:
    name, header = next(iter(document["headers"].items()))
    document["headers"][name] = b64encode(flip(b64decode(header), -2)).decode()


def change_entry(answer: dict) -> None:
    fields = answer["evidence"]["exchanges"][0]["own"]["entries"][0]["opening"]["fields"]
    next(field["opened"] for field in fields if "opened" in field)["value"] = "another"


def release_another(answer: dict) -> None:
    opened = [field.get("opened", {}) for field in answer["release"]["opening"]["fields"]]
    next(field for field in opened if field.get("name") == "document")["value"] = "another"


KINDS = {
    "statement": lambda out: change_document(a_receipt(out, "ContentConsignment"), change_statement),
    "half-signed": lambda out: change_document(first_file(out / "de/statements"), strip_line),
    "stranger": lambda out: change_document(first_file(out / "de/statements"), add_line),
    "false-classical": lambda out: change_document(first_file(out / "de/statements"), lambda d: falsify_line(d, 0)),
    "false-post-quantum": lambda out: change_document(first_file(out / "de/statements"), lambda d: falsify_line(d, 1)),
    "false-root": lambda out: change_document(out / "de/manifest.json", lambda d: falsify_line(d, 1)),
    "one-holder": lambda out: change_document(out / "de/manifest.json", leave_one_holder),
    "payload": lambda out: flip_in_file(first_file(out / "de/messages"), -1),
    "header": lambda out: change_document(first_file(out / "de/headers"), change_header),
    "opening": lambda out: change_document(a_receipt(out, "ContentConsignment"), hide_a_field),
    "other-event": lend_entry,
    "evidence": lambda out: change_document(out / "answer.json", change_entry),
    "answer": lambda out: change_document(out / "answer.json", lambda d: d["remarks"].clear()),
    "release": lambda out: change_document(out / "answer.json", release_another),
    "seal": lambda out: change_document(out / "answer.json", lambda d: d["release"].update(note="unsealed")),
}

if __name__ == "__main__":
    kind, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    shutil.copytree(source, target)
    KINDS[kind](target)
