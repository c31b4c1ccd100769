"""Parties by their key manifests, and statements by the keys that signed them (docs/protocol.md)."""

import json
from base64 import b64decode

from notes import Note, VerifierKey, base64, sha256

# The types of a pair's keys, classical and post-quantum, as their verifier keys begin.
SUITES = {
    "K1": (None, b"kontaktstelle/ml-dsa-65"),
    "K2": (b"kontaktstelle/ecdsa-p384-sha384", b"kontaktstelle/ml-dsa-87"),
}
HOLDER = (None, b"kontaktstelle/slh-dsa-sha2-128s")


def canonical(value) -> bytes:
    """RFC 8785. Enough for what the protocol allows: whole numbers only, names in ASCII."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


class Pair:
    """Two keys that only count together. Ed25519 has a type of its own, the others are private types."""

    def __init__(self, vkeys: list[str], algorithms: tuple[bytes | None, bytes], domain: str):
        self.keys = [VerifierKey(vkey) for vkey in vkeys]
        found = tuple(key.algorithm for key in self.keys)
        assert found == algorithms, f"a key pair of {found} instead of {algorithms}"
        digest = sha256(f"{domain}\n".encode(), *(key.key for key in self.keys))
        self.id, name = base64(digest), f"kontaktstelle/{digest[:8].hex()}"
        assert {key.name for key in self.keys} == {name}, "the keys of a pair do not belong together"

    @classmethod
    def of_house(cls, spelled: dict, suite: str) -> "Pair":
        assert set(spelled) == {"suite", "classical", "post_quantum"}, "a signing key of unknown form"
        assert spelled["suite"] == suite, "a signing key of another suite"
        vkeys = [spelled["classical"], spelled["post_quantum"]]
        return cls(vkeys, SUITES[suite], f"kontaktstelle/key/{suite}")

    @classmethod
    def of_holder(cls, spelled: dict) -> "Pair":
        assert set(spelled) == {"ed25519", "slh_dsa_sha2_128s"}, "a holder's key of unknown form"
        vkeys = [spelled["ed25519"], spelled["slh_dsa_sha2_128s"]]
        return cls(vkeys, HOLDER, "kontaktstelle/holder/v1")


class Quorum:
    """So many of these pairs must sign together, and no more than that many may."""

    def __init__(self, pairs: list[Pair], least: int, most: int):
        self.pairs, self.least, self.most = pairs, least, most

    @classmethod
    def of_root(cls, root: dict) -> "Quorum":
        assert root["format"] == "kontaktstelle/root/v1", "a root of unknown format"
        pairs, threshold = [Pair.of_holder(holder) for holder in root["holders"]], root["threshold"]
        ids = [b64decode(pair.id) for pair in pairs]
        assert ids == sorted(set(ids)), "holders out of order or double"
        assert 2 * threshold > len(pairs), "two quorums without a common holder"
        return cls(pairs, threshold, len(pairs))


def check_signed(document: dict, *quorums: Quorum) -> str:
    """Each quorum has signed format and id, every signer with both keys, and nobody else has. Gives
    the statement's id."""
    statement = document["statement"]
    identity = base64(sha256(canonical(statement)))
    note = Note(document["signatures"])
    assert note.text == f"{statement['format']}\n{identity}\n", "another statement was signed"
    known = []
    for quorum in quorums:
        signers = [pair for pair in quorum.pairs if any(map(note.lines_of, pair.keys))]
        for pair in signers:
            note.demand(pair.keys)
            known += pair.keys
        found = len(signers)
        assert quorum.least <= found <= quorum.most, f"{found} signers of {quorum.least}"
    note.demand_nobody_else(known)
    return identity


class House:
    """A party by its key manifest, whose signatures are checked first. Whether its root is that of the
    party only paper can tell."""

    def __init__(self, manifest: dict):
        named = manifest["statement"]
        assert named["format"] == "kontaktstelle/keys/v2", "a key manifest of unknown format"
        self.party = named["party"]
        self.roots = [Quorum.of_root(named[root]) for root in ("root", "former_root") if root in named]
        self.id = check_signed(manifest, *self.roots)
        self.signing, self.logs, self.names = {}, {}, {}
        for keys in named["suites"]:
            for spelled in [keys["signing"], *keys["earlier_signing"]]:
                pair = Pair.of_house(spelled, keys["suite"])
                self.signing[pair.id] = (keys["suite"], pair)
        for log in named["logs"]:
            keys = [VerifierKey(key) for key in log["vkeys"]]
            assert [key.type for key in keys] == [0x01, 0x06], "not both signatures of a log"
            assert len({key.name for key in keys}) == 1, "keys of two logs"
            # The key that signs now stands first.
            self.logs.setdefault(keys[0].name, keys)
            self.names.setdefault(log["name"], keys[0].name)

    def check(self, document: dict) -> str:
        """The signatures of a statement by this house. Gives its id."""
        statement = document["statement"]
        if statement["format"] == "kontaktstelle/keys/v2":
            return check_signed(document, *self.roots)
        pairs = [pair for _, pair in self.signing.values()]
        if "sender_key" in statement:
            suite, pair = self.signing[statement["sender_key"]]
            assert statement["suite"] == suite, "a message of one suite signed in another"
            pairs = [pair]
        return check_signed(document, Quorum(pairs, 1, 1))
