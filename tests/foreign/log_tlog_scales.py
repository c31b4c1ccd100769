"""Checks a log with the PyPI package tlog-scales.

Usage: log_tlog_scales.py CASE [TYPES] (see README.md for what a case holds). Ends with 0 if the log
holds, with 1 and the reason if it does not. TYPES are those of the log's signatures: 01+06.

Every signature that the key manifest names must verify (Ed25519, ML-DSA-44): a verifier that holds
two keys and is content with one could be shown a different history than its neighbour.
"""

import sys
from base64 import b64decode
from pathlib import Path

from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import Checkpoint, InclusionProof


def keys_in(path: Path) -> list[Vkey]:
    keys = [Vkey.from_string(line) for line in path.read_text().splitlines()]
    for key in keys:
        # The library takes the id as it stands; it has to follow from the key.
        assert Vkey(key.name, None, key.sig_type, key.pubkey).key_id == key.key_id, "key id"
    return keys


def open_checkpoint(text: str, keys: list[Vkey]) -> Checkpoint:
    checkpoint = Checkpoint.from_text(text)
    assert keys, "the key manifest names no key"
    for key in keys:
        assert checkpoint.origin == key.name, "the origin is not that of the key"
        try:
            checkpoint.verify(key)
        except Exception as error:
            raise ValueError(f"signature of type {key.sig_type:02x}: {error!r}") from error
    return checkpoint


def check_proof_file(path: Path, leaf: bytes, keys: list[Vkey]) -> None:
    """C2SP tlog-proof: header, optional extra line, index, hashes, empty line, checkpoint."""
    head, checkpoint_text = path.read_text().split("\n\n", 1)
    lines = head.split("\n")
    assert lines.pop(0) == "c2sp.org/tlog-proof@v1", "not a proof file"
    if lines[0].startswith("extra "):
        lines.pop(0)
    word, index = lines.pop(0).split(" ")
    assert word == "index" and index == path.name, "a proof of another entry"
    checkpoint = open_checkpoint(checkpoint_text, keys)
    proof = InclusionProof(int(index), checkpoint.size, [b64decode(line) for line in lines])
    proof.check(leaf_hash(leaf), checkpoint.root_hash)


def sizes_to_compare(size: int, heads: list[Checkpoint]) -> list[int]:
    """Around every power of two, around full tiles, and where a head was signed."""
    near = [2**n + d for n in range(size.bit_length()) for d in (-1, 0, 1)]
    tiles = [256 * n + d for n in range(size // 256 + 1) for d in (-1, 0, 1)]
    return sorted({n for n in near + tiles + [h.size for h in heads] + [size - 1] if 0 < n <= size})


def check(case: Path, demanded: str) -> str:
    keys = keys_in(case / "vkeys")
    types = "+".join(f"{key.sig_type:02x}" for key in keys)
    assert types == demanded, f"the log signs with {types}, not with {demanded}"
    reader = TilesReader(LocalBackend(case / "log"))
    newest = open_checkpoint((case / "log/checkpoint").read_text(), keys)
    reader.set_size(newest.size)

    assert reader.calculate_root_hash() == newest.root_hash, "the tiles give another root"
    leaves = [reader.get_entry(index) for index in range(newest.size)]
    for index, leaf in enumerate(leaves):
        reader.get_inclusion_proof(index, newest.size).check(leaf_hash(leaf), newest.root_hash)

    heads = [open_checkpoint(path.read_text(), keys) for path in sorted((case / "heads").iterdir())]
    for head in heads:
        proof = reader.get_consistency_proof(head.size, newest.size)
        proof.check(head.root_hash, newest.root_hash)
    sizes = sizes_to_compare(newest.size, heads)
    for old, new in zip(sizes, sizes[1:]):
        proof = reader.get_consistency_proof(old, new)
        proof.check(reader.mth(0, old), reader.mth(0, new))

    proofs = sorted((case / "proofs").iterdir())
    for path in proofs:
        check_proof_file(path, leaves[int(path.name)], keys)

    witnesses = keys_in(case / "witnesses") if (case / "witnesses").exists() else []
    for witness in witnesses:
        check_cosigned(witness, [newest, *heads])
    return (
        f"signatures {types}, {newest.size} entries, {len(sizes)} sizes, {len(heads)} earlier heads, "
        f"{len(proofs)} proof files, {len(witnesses)} witnesses"
    )


def check_cosigned(witness: Vkey, heads: list[Checkpoint]) -> None:
    """The witness has cosigned at least one head, and no line of its hand is false."""
    lines = 0
    for head in heads:
        for signature in filter(witness.match, head.signatures):
            witness.get_verifier().verify(signature.payload, head)
            lines += 1
    assert lines, f"witness {witness.name} has cosigned no head"


if __name__ == "__main__":
    case_directory, *types_demanded = sys.argv[1:]
    try:
        print(check(Path(case_directory), *types_demanded or ["01+06"]))
    except Exception as error:
        print(f"rejected: {error!r}")
        sys.exit(1)
