"""Opens the parts of the messages that two nodes have exchanged, by an age tool of others.

Usage: parts.py OUT AGE IDENTITY... . OUT is as export.py wrote it, AGE the program age_interop.mjs, and each IDENTITY a
file with a sealing key: whoever has one of them must be able to open every part. Ends with 0 if each part is what
docs/protocol.md says, with 1 and the reason if something is not.
"""

import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from houses import canonical
from messages import Message
from statements import documents, read_houses, read_messages

# What a part repeats of its message, so that it cannot be put into another.
CONTEXT = ("sender", "recipient", "thread", "kind", "seq")


def opened(age: str, identity: str, sealed: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        file, plain = Path(directory, "part.age"), Path(directory, "part")
        file.write_bytes(sealed)
        command = ["node", age, "open", identity, str(file), str(plain)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr.strip()
        return plain.read_bytes()


def check_part(message: Message, name: str, plain: bytes) -> None:
    """In front stands the author's statement, and it is that of this place."""
    (length,) = struct.unpack_from(">I", plain)
    statement, content = plain[4 : 4 + length], plain[4 + length :]
    part = message.parts[name]
    expected = {field: message.manifest[field] for field in CONTEXT}
    expected |= {"format": "kontaktstelle/part/v1", "name": name, "media_type": part["media_type"]}
    assert statement == canonical(expected), f"part {name} was made for another place"
    if name == "content":
        found, kind = json.loads(content), message.manifest["kind"]
        members = {"kind"} if kind in ("ping", "ping-reply") else {"kind", "body"}
        assert set(found) == members and found["kind"] == kind, "content of unknown form"


def check(out: Path, age: str, identities: list[str]) -> str:
    messages, count = read_messages(out, read_houses(out)), 0
    assert identities, "no key to open with"
    for document in documents(out, "headers"):
        message = messages[document["message"]]
        headers = message.check_headers(document)
        for name, payload in message.payloads.items():
            assert message.manifest["suite"] == "K1", "an age tool opens suite K1 only"
            plains = {opened(age, identity, headers[name] + payload) for identity in identities}
            assert len(plains) == 1, f"part {name} is not the same for both"
            check_part(message, name, plains.pop())
            count += 1
    assert count, "nothing to open"
    return f"{count} parts, each by {len(identities)} keys"


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
    except Exception as error:
        print(f"rejected: {error!r}")
        sys.exit(1)
