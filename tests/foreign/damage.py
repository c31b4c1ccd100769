"""Makes a damaged copy of a case, for the controls: what must be rejected.

Usage: damage.py KIND FROM TO. A verifier that accepts a damaged copy is blind.
"""

import shutil
import sys
from base64 import b64decode, b64encode
from pathlib import Path

from aics_tlog import Checkpoint, MerkleTree, sign_checkpoint, vkey_from_ed25519
from aics_tlog.note import format_vkey
from aics_tlog.tiles import FileSystemTileReader, read_entry, write_tiles
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def flip(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def flip_in_file(path: Path, at: int) -> None:
    path.write_bytes(flip(path.read_bytes(), at))


def first_file(directory: Path) -> Path:
    return min(path for path in directory.rglob("*") if path.is_file())


def change_hash_of_proof(path: Path) -> None:
    """The first hash of an inclusion proof becomes another one: still well-formed, so that it is the
    proof which fails and not the reading of it."""
    lines = path.read_text().splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if line.startswith("index ")) + 1
    lines[at] = b64encode(flip(b64decode(lines[at]), 0)).decode() + "\n"
    path.write_text("".join(lines))


def line_of(vkey: str, note: str) -> str | None:
    """The signature line in a note by a key."""
    name, key_id = vkey.split("+", 2)[:2]
    for line in note.splitlines():
        if line.startswith(f"— {name} ") and b64decode(line.split()[2])[:4].hex() == key_id:
            return line
    return None


def change_signatures(
    case: Path, keys: str, key_type: int, *, strip: bool = False, name: str = ""
) -> None:
    """Falsifies or strips every line that the key of a type, whose name begins like this, wrote under a
    checkpoint of the case."""
    vkeys = [key for key in (case / keys).read_text().splitlines() if key.startswith(name)]
    vkeys = [key for key in vkeys if b64decode(key.split("+", 2)[2])[0] == key_type]
    if len(vkeys) != 1:
        sys.exit(f"{len(vkeys)} keys of type {key_type:02x} and name {name}… to damage the lines of")
    changed = 0
    for path in [case / "log/checkpoint", *(case / "heads").iterdir()]:
        text = path.read_text()
        if line := line_of(vkeys[0], text):
            signer, signature = line.split()[1:]
            false = f"— {signer} {b64encode(flip(b64decode(signature), -1)).decode()}\n"
            path.write_text(text.replace(f"{line}\n", "" if strip else false))
            changed += 1
    if not changed:
        sys.exit(f"no signature of type {key_type:02x} to damage")


def rewrite(case: Path, *, honest: bool) -> None:
    """The whole log under a key made here, which also signs its earlier heads. If not `honest`, the
    newest tree then has another first entry, so that nothing but the earlier heads gives it away.
    Nobody has witnessed these heads, so nobody is named who should have."""
    text = (case / "log/checkpoint").read_text()
    origin, size = text.splitlines()[0], int(text.splitlines()[1])
    reader = FileSystemTileReader(case / "log")
    entries = [read_entry(reader, index, size) for index in range(size)]
    key = Ed25519PrivateKey.generate()
    (case / "vkeys").write_text(format_vkey(vkey_from_ed25519(origin, key.public_key())) + "\n")

    def write_head(path: Path, tree: MerkleTree) -> None:
        head = Checkpoint(origin, len(tree), tree.root())
        path.write_bytes(sign_checkpoint(head, key, origin).to_bytes())

    for path in (case / "heads").iterdir():
        write_head(path, MerkleTree(entries[: int(path.name.split("-")[0])]))
    (case / "witnesses").unlink(missing_ok=True)
    shutil.rmtree(case / "proofs")
    (case / "proofs").mkdir()
    if not honest:
        entries[0] = flip(entries[0], -2)
    shutil.rmtree(case / "log")
    write_tiles(entries, case / "log")
    write_head(case / "log/checkpoint", MerkleTree(entries))


KINDS = {
    "none": lambda _: None,
    "entry": lambda case: flip_in_file(first_file(case / "log/tile/entries"), -2),
    "tile": lambda case: flip_in_file(first_file(case / "log/tile/0"), 0),
    "proof": lambda case: change_hash_of_proof(first_file(case / "proofs")),
    "ed25519": lambda case: change_signatures(case, "vkeys", 0x01),
    "ml-dsa-44": lambda case: change_signatures(case, "vkeys", 0x06),
    "stripped": lambda case: change_signatures(case, "vkeys", 0x06, strip=True),
    **{
        f"cosignature-{whose}-{key_type:02x}": lambda case, name=name, key_type=key_type, strip=strip: (
            change_signatures(case, "witnesses", key_type, strip=strip, name=name)
        )
        for whose, name, strip in [
            ("peer", "cn.", False),
            ("domestic", "witness.", False),
            ("absent", "witness.", True),
        ]
        for key_type in (0x04, 0x06)
    },
    "resigned": lambda case: rewrite(case, honest=True),
    "rewritten": lambda case: rewrite(case, honest=False),
}

if __name__ == "__main__":
    kind, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    shutil.copytree(source, target)
    KINDS[kind](target)
