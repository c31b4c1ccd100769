"""Checks a log with the PyPI package aics-tlog, which shares no code with tlog-scales.

Usage: log_aics_tlog.py CASE (see README.md for what a case holds). Ends with 0 if the log holds,
with 1 and the reason if it does not. The package knows Ed25519 only; the log's ML-DSA-44 signature
is a line of an unknown key to it, which by the rules of signed notes it has to pass over.
"""

import sys
from base64 import b64decode
from pathlib import Path

from aics_tlog import (
    MerkleTree,
    audit_tiles,
    consistency_proof_from_tiles,
    parse_note,
    parse_vkey,
    verify_checkpoint,
    verify_consistency,
    verify_leaf_inclusion,
)
from aics_tlog.checkpoint import checkpoint_from_note
from aics_tlog.note import VKey
from aics_tlog.tiles import FileSystemTileReader, read_entry

TYPE_ED25519 = 0x01
TYPE_COSIGNATURE = 0x04


def keys_in(path: Path, key_type: int) -> list[VKey]:
    """The keys of a type. The others are not parsed: the package refuses types it does not know."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [parse_vkey(line) for line in lines if b64decode(line.split("+", 2)[2])[0] == key_type]


def open_checkpoint(text: str, key: VKey, witnesses: list[VKey] = []):
    result = verify_checkpoint(
        parse_note(text), key, witnesses, len(witnesses), expected_origin=key.name
    )
    assert result.ok, result.error
    return checkpoint_from_note(text)[0]


def check_proof_file(path: Path, leaf: bytes, key: VKey) -> None:
    """C2SP tlog-proof: header, optional extra line, index, hashes, empty line, checkpoint."""
    head, checkpoint_text = path.read_text().split("\n\n", 1)
    lines = [line for line in head.split("\n") if not line.startswith("extra ")]
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", f"index {path.name}"], "a proof of another entry"
    checkpoint = open_checkpoint(checkpoint_text, key)
    hashes = [b64decode(line) for line in lines[2:]]
    included = verify_leaf_inclusion(
        leaf, int(path.name), checkpoint.size, hashes, checkpoint.root
    )
    assert included, f"the proof file of entry {path.name} does not prove it"


def check(case: Path) -> str:
    (key,) = keys_in(case / "vkeys", TYPE_ED25519)
    newest = open_checkpoint((case / "log/checkpoint").read_text(), key)
    reader = FileSystemTileReader(case / "log")
    report = audit_tiles(reader, newest.size, newest.root)

    leaves = [read_entry(reader, index, newest.size) for index in range(newest.size)]
    tree = MerkleTree(leaves)
    assert tree.root() == newest.root, "the entries give another root"
    for index, leaf in enumerate(leaves):
        proof = tree.inclusion_proof(index)
        included = verify_leaf_inclusion(leaf, index, newest.size, proof, newest.root)
        assert included, f"entry {index} is not included"

    heads = sorted((case / "heads").iterdir())
    for path in heads:
        head = open_checkpoint(path.read_text(), key)
        proof = consistency_proof_from_tiles(reader, head.size, newest.size)
        assert verify_consistency(head.size, newest.size, head.root, newest.root, proof), (
            f"the log does not continue its head of size {head.size}"
        )

    proofs = sorted((case / "proofs").iterdir())
    for path in proofs:
        check_proof_file(path, leaves[int(path.name)], key)

    witnesses = keys_in(case / "witnesses", TYPE_COSIGNATURE)
    if witnesses:
        check_cosigned(case, key, witnesses)
    return (
        f"{newest.size} entries, {report.tiles} tiles, {report.bundles} bundles, "
        f"{len(heads)} earlier heads, {len(proofs)} proof files, {len(witnesses)} witnesses"
    )


def check_cosigned(case: Path, key: VKey, witnesses: list[VKey]) -> None:
    """Each witness has cosigned at least one head."""
    texts = [path.read_text() for path in (case / "heads").iterdir()]
    texts.append((case / "log/checkpoint").read_text())
    for witness in witnesses:
        cosigned = [text for text in texts if f" {witness.name} " in text]
        assert cosigned, f"witness {witness.name} has cosigned no head"
        for text in cosigned:
            open_checkpoint(text, key, [witness])


if __name__ == "__main__":
    case_directory = Path(sys.argv[1])
    try:
        print(check(case_directory))
    except Exception as error:
        print(f"rejected: {error!r}")
        sys.exit(1)
