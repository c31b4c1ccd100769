"""Parties by their key manifests, and statements by the keys that signed them (docs/protocol.md)."""

import json

from notes import Note, VerifierKey, base64, sha256

# The two algorithms of a pair, as it spells them.
SUITES = {"K1": ("ed25519", "ml_dsa_65"), "K2": ("ecdsa_p384", "ml_dsa_87")}
HOLDER = ("ed25519", "slh_dsa_sha2_128s")


def canonical(value) -> bytes:
    """RFC 8785. Enough for what the protocol allows: whole numbers only, names in ASCII."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


class Pair:
    """Two keys that only count together."""

    def __init__(self, spelled: dict, algorithms: tuple[str, str], domain: str):
        assert set(spelled) == set(algorithms), f"a key pair is not of {algorithms}"
        self.keys = [VerifierKey(spelled[algorithm]) for algorithm in algorithms]
        digest = sha256(f"{domain}\n".encode(), *(key.key for key in self.keys))
        self.id, name = base64(digest), f"kontaktstelle/{digest[:8].hex()}"
        assert {key.name for key in self.keys} == {name}, "the keys of a pair do not belong together"


class Quorum:
    """So many of these pairs must sign together."""

    def __init__(self, pairs: list[Pair], threshold: int):
        self.pairs, self.threshold = pairs, threshold

    @classmethod
    def of_root(cls, root: dict) -> "Quorum":
        pairs = [Pair(holder, HOLDER, "kontaktstelle/holder/v1") for holder in root["holders"]]
        assert 2 * root["threshold"] > len(pairs), "two quorums without a common holder"
        return cls(pairs, root["threshold"])


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
        assert len(signers) >= quorum.threshold, f"{len(signers)} signers of {quorum.threshold}"
    note.demand_nobody_else(known)
    return identity


class House:
    """A party by its key manifest, whose signatures are checked first."""

    def __init__(self, manifest: dict):
        named = manifest["statement"]
        self.party = named["party"]
        if named["format"] == "kontaktstelle/keys/v1":
            self._read_v1(named)
        else:
            self._read_v2(named)
        check_signed(manifest, *self.roots)

    def _read_v1(self, named: dict) -> None:
        root, signing = (Pair(named[use], SUITES["K1"], "kontaktstelle/key/v1") for use in ("root", "signing"))
        self.roots = [Quorum([root], 1)]
        self.signing = {signing.id: signing}
        self.logs = {key.name: [key] for key in (VerifierKey(log["vkey"]) for log in named["logs"])}

    def _read_v2(self, named: dict) -> None:
        assert named["format"] == "kontaktstelle/keys/v2", "a key manifest of unknown format"
        self.roots = [Quorum.of_root(named[root]) for root in ("root", "former_root") if root in named]
        self.signing, self.logs = {}, {}
        for keys in named["suites"]:
            for spelled in [keys["signing"], *keys["earlier_signing"]]:
                pair = Pair(spelled, SUITES[keys["suite"]], "kontaktstelle/key/v1")
                self.signing[pair.id] = pair
        for log in named["logs"]:
            keys = [VerifierKey(key) for key in log["vkeys"]]
            assert sorted(key.type for key in keys) == [0x01, 0x06], "not both signatures of a log"
            # The key that signs now stands first.
            self.logs.setdefault(keys[0].name, keys)

    def check(self, document: dict) -> str:
        """The signatures of a statement by this house. Gives its id."""
        statement = document["statement"]
        if statement["format"].startswith("kontaktstelle/keys/"):
            return check_signed(document, *self.roots)
        if "sender_key" in statement:
            return check_signed(document, Quorum([self.signing[statement["sender_key"]]], 1))
        return check_signed(document, Quorum(list(self.signing.values()), 1))
