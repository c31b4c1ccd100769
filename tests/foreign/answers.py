"""The answer to an inquiry: its evidence, its release, its seal, after docs/protocol.md.

That its words and figures follow from the evidence is not checked here: those rules are the product's.
"""

import json
from base64 import b64decode
from collections.abc import Iterator

from houses import House, canonical
from notes import Checkpoint, Note, VerifierKey, base64, sha256
from receipts import check_inclusion, check_proof_file, leaf_of, shown_in


def root_of(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1", root_of(hashes[:half]), root_of(hashes[half:]))


def check_extract(extract: dict, logs: dict[str, list[VerifierKey]]) -> int:
    """Its entries stand in the log; if it says so, they are all. Gives how many they are."""
    note = Note(extract["checkpoint"])
    tree = Checkpoint(note.text)
    note.demand(logs[tree.origin])
    entries = extract["entries"]
    leaves = [leaf_of(entry["opening"], canonical) for entry in entries]
    if not extract["complete"]:
        for entry, leaf in zip(entries, leaves):
            check_inclusion(leaf, entry["index"], tree, list(map(b64decode, entry["proof"])))
        return len(entries)
    assert [entry["index"] for entry in entries] == list(range(tree.size)), "not all entries"
    root = root_of([sha256(b"\0", leaf) for leaf in leaves])
    assert root == tree.root, "the entries give another root"
    return len(entries)


def parts_of(answer: dict) -> Iterator[tuple[str, object]]:
    """What is hashed apart, so that a change shows where it is."""
    head = (("format", "inquiry", "lang", "issuer", "exercise"),
            ("generated_at", "cut_off", "position", "premises"))
    yield "head", [[answer[name] for name in names] for names in head]
    yield "remarks", answer["remarks"]
    yield "summary", answer["summary"]
    for question in answer["questions"]:
        yield f"question {question['number']}", question
    yield "sources", answer["sources"]
    yield "evidence", answer["evidence"]


def draft_of(answer: dict) -> bytes:
    """The file that was released: indented, with the members in their order."""
    draft = {name: value for name, value in answer.items() if name not in ("release", "seal")}
    draft["status"] = "draft"
    return (json.dumps(draft, indent=2, ensure_ascii=False) + "\n").encode()


def check_release(answer: dict, issuer: House) -> None:
    """The issuer's office journal has an entry in which this very draft is released."""
    opening, proof = answer["release"]["opening"], answer["release"]["proof"]
    shown = shown_in(opening)
    assert shown["kind"] == "inquiry.answer-released", "an entry of something else"
    assert shown["inquiry"] == answer["inquiry"]["reference"], "another inquiry's answer was released"
    assert shown["document"] == base64(sha256(draft_of(answer))), "another document was released"
    check_proof_file(proof, leaf_of(opening, canonical), issuer.logs[issuer.names["office"]])


def check_answer(text: str, houses: dict[str, House]) -> str:
    answer = json.loads(text)
    assert answer["format"] == "kontaktstelle/answer/v2", "an answer of unknown format"
    assert answer["status"] == "released", "a draft"
    evidence, issuer = answer["evidence"], houses[answer["issuer"]["party"]]
    # The manifests in the file are the parties' own.
    assert [House(keys).id for keys in evidence["keys"]] == [
        houses[keys["statement"]["party"]].id for keys in evidence["keys"]
    ], "evidence by other keys"
    exchanges = evidence["exchanges"]
    entries = check_extract(evidence["records"], issuer.logs)
    for exchange in exchanges:
        assert exchange["own"]["complete"], "an exchange log in part"
        entries += check_extract(exchange["own"], issuer.logs)
        if "counterpart" in exchange:
            entries += check_extract(exchange["counterpart"], houses[exchange["peer"]].logs)
    digests = [{"part": part, "sha256": base64(sha256(canonical(value)))} for part, value in parts_of(answer)]
    assert digests == answer["digests"], "a part has another hash"
    check_release(answer, issuer)
    seal = answer["seal"]["statement"]
    assert seal["format"] == "kontaktstelle/answer-seal/v1", "a seal of unknown format"
    assert seal["party"] == answer["issuer"]["party"], "another party's seal"
    issuer.check(answer["seal"])
    unsealed = {name: value for name, value in answer.items() if name != "seal"}
    assert seal["document"] == base64(sha256(canonical(unsealed))), "another document was sealed"
    return f"an answer, {entries} entries in its evidence, {len(digests)} parts"
