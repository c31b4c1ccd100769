"""Finds what a node keeps under signatures: statements, receipts, messages with headers, checkpoints.

They are found by their form, in whatever table they lie, so that the check rests on the protocol's
formats and not on how one version lays out its database.
"""

import hashlib
import json
import re
import sqlite3
from pathlib import Path

MESSAGE_MAGIC = b"KSTMSG"


def values_in(database: Path):
    """Every text and every blob of every table."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    connection.text_factory = bytes
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (table,) in tables:
        for row in connection.execute(f'SELECT * FROM "{table.decode()}"'):
            yield from (value for value in row if isinstance(value, bytes))
    connection.close()


def parts_of(value: bytes):
    """A value and, where it is JSON, everything in it, also in texts that are JSON themselves."""
    try:
        waiting = [value.decode()]
    except ValueError:
        return
    while waiting:
        found = waiting.pop()
        yield found
        if isinstance(found, dict):
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)
        elif isinstance(found, str) and found[:1] in ("{", "["):
            try:
                waiting.append(json.loads(found))
            except ValueError:
                pass


def checkpoints_in(database: Path, origins: set[str]) -> set[str]:
    """Every signed checkpoint of one of the logs, alone or at the end of a proof file."""
    form = re.compile(rf"(?:^|\n\n)((?:{'|'.join(map(re.escape, origins))})\n[1-9][0-9]*\n.*\n\n— .*\n)\Z", re.S)
    found = set()
    for value in values_in(database):
        texts = (part for part in parts_of(value) if isinstance(part, str))
        found.update(match[1] for match in map(form.search, texts) if match)
    return found


def write_signed(database: Path, out: Path) -> None:
    for directory in ("statements", "receipts", "messages", "headers"):
        (out / directory).mkdir()

    def write(directory: str, content: bytes, ending: str = "") -> None:
        name = hashlib.sha256(content).hexdigest()[:16]
        (out / directory / f"{name}{ending}").write_bytes(content)

    for value in values_in(database):
        if value.startswith(MESSAGE_MAGIC):
            write("messages", value)
        for document in filter(lambda part: isinstance(part, dict), parts_of(value)):
            members = set(document)
            text = json.dumps(document, ensure_ascii=False).encode()
            if members == {"signatures", "statement"}:
                write("statements", text, ".json")
            elif members == {"opening", "proof", "receipt"}:
                write("receipts", text, ".json")
            elif members == {"format", "headers", "message"}:
                write("headers", text, ".json")
