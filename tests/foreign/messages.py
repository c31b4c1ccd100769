"""Messages and their headers as they travel, after docs/protocol.md."""

import struct
from base64 import b64decode
from collections import Counter
from json import loads

from houses import House, canonical
from notes import base64, sha256

MAX_INLINE, MAX_INLINE_TOTAL, MAX_PARTS = 1 << 20, 4 << 20, 32
# How the header of a sealed part begins: the version, then a recipient of the suite's own type.
BEGINNINGS = {
    "K1": b"age-encryption.org/v1\n-> mlkem768x25519 ",
    "K2": b"kontaktstelle/sealed/k2/v1\n-> mlkem1024p384 ",
}


class Message:
    """Signed manifest and the payloads that came with it, by the name of their part."""

    def __init__(self, data: bytes, houses: dict[str, House]):
        assert data[:7] == b"KSTMSG\x02", "not a message of version 2"
        (length,) = struct.unpack_from(">I", data, 7)
        spelled, count, rest = data[11 : 11 + length], data[11 + length], data[12 + length :]
        signed = loads(spelled)
        assert canonical(signed) == spelled, "the manifest is not spelled canonically"
        self.manifest = signed["statement"]
        assert self.manifest["format"] == "kontaktstelle/message/v2", "a manifest of unknown format"
        self.id = houses[self.manifest["sender"]].check(signed)
        self.parts = {part["name"]: part for part in self.manifest["parts"]}
        assert len(self.parts) == len(self.manifest["parts"]) <= MAX_PARTS, "too many parts, or double"
        self.payloads, waiting = {}, list(self.parts.values())
        for _ in range(count):
            size, digest = struct.unpack_from(">I32s", rest)
            payload, rest = rest[36 : 36 + size], rest[36 + size :]
            found = {"sha256": base64(sha256(payload)), "size": size}
            assert base64(digest) == found["sha256"], "a payload has another hash than it says"
            # In the manifest's order: those before it that did not come are not here.
            while waiting and waiting[0]["payload"] != found:
                waiting.pop(0)
            assert waiting, "a payload that the manifest does not name"
            self.payloads[waiting.pop(0)["name"]] = payload
            assert len(payload) <= MAX_INLINE, "a payload too large to travel in the message"
        assert sum(map(len, self.payloads.values())) <= MAX_INLINE_TOTAL, "payloads too large together"
        assert not rest, "bytes after the last payload"

    def check_headers(self, document: dict) -> dict[str, bytes]:
        """The released headers are those that the manifest names, for two recipients. Gives them by
        the name of their part."""
        assert set(document) == {"format", "message", "headers"}, "headers of unknown form"
        assert document["format"] == "kontaktstelle/headers/v1", "headers of unknown format"
        assert document["message"] == self.id, "headers of another message"
        headers = {name: b64decode(text, validate=True) for name, text in document["headers"].items()}
        assert set(headers) == set(self.parts), "headers of other parts"
        begin = BEGINNINGS[self.manifest["suite"]]
        for name, header in headers.items():
            found = {"sha256": base64(sha256(header)), "size": len(header)}
            assert self.parts[name]["header"] == found, f"part {name} has another header"
            assert header.startswith(begin) and header.endswith(b"\n"), "not the header of a sealed part"
            stanza = b"\n-> " + begin.split(b"-> ")[1]
            assert header.count(b"\n-> ") == header.count(stanza) == 2, "sealed to others than the two"
        return headers


def check_places(messages: dict[str, Message]) -> None:
    """In each direction the messages stand in one line, from 1 and without a gap."""
    last = Counter()
    for message in messages.values():
        place = message.manifest
        direction = (place["sender"], place["recipient"])
        last[direction] = max(last[direction], place["seq"])
        if place["seq"] == 1:
            assert "previous" not in place, "a first message with one before it"
            continue
        before = messages[place["previous"]].manifest
        assert (before["sender"], before["recipient"]) == direction, "continues another direction"
        assert before["seq"] == place["seq"] - 1, "continues another message"
    assert sum(last.values()) == len(messages), "two messages in one place"
