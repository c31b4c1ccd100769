"""Lays out, as cases, what the built program writes about the logs of a demo's two nodes.

Usage: export.py PROGRAM DEMO OUT. For each party and each of its logs, OUT/PARTY/LOG/ is a case:

    log/           what `journal export` wrote: checkpoint, tiles, entry bundles
    vkeys          the log's verifier keys, from the party's key manifest
    proofs/INDEX   what `journal proof` printed
    cose           a proof as a COSE Receipt, and cose.entry, the bytes of the entry that it proves
    heads/SIZE-…   other checkpoints of this log that either node keeps, in receipts for instance
    witnesses      the verifier keys of those who witness it: the node's domestic witness, as its policy
                   names it, and for an exchange log the counterpart

and OUT/PARTY/manifest.json, OUT/PARTY/statements/ID.json, OUT/PARTY/messages/ID, OUT/PARTY/headers/ID.json
and OUT/PARTY/receipts/ID.json are what the node keeps under signatures, its own and the counterpart's.
OUT/answer.json is the answer that was released.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import stored
from aics_tlog.tiles import FileSystemTileReader, read_entry

PROOFS_OF_A_LOG = 6


def run(program: str, node: Path, *words: str) -> str:
    config = str(node / "kontaktstelle.toml")
    command = [program, "--config", config, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def vkeys_of(manifest: dict, log: dict) -> list[str]:
    """The verifier keys with which a log signs now: the first that the manifest names for its origin."""
    for named in manifest["statement"]["logs"]:
        if named["name"] == log["name"] and named["vkeys"][0].split("+")[0] == log["origin"]:
            return named["vkeys"]
    sys.exit(f"the key manifest names no key of {log['origin']}")


def export_log(program: str, node: Path, log: dict, manifest: dict, case: Path) -> None:
    for directory in ("proofs", "heads"):
        (case / directory).mkdir(parents=True)
    (case / "vkeys").write_text("".join(f"{key}\n" for key in vkeys_of(manifest, log)))
    run(program, node, "journal", "export", "--log", log["name"], str(case / "log"))
    last = log["size"] - 1
    for index in {last * n // (PROOFS_OF_A_LOG - 1) for n in range(PROOFS_OF_A_LOG)}:
        proof = run(program, node, "journal", "proof", log["name"], str(index))
        (case / "proofs" / str(index)).write_text(proof)
    middle = last // 2
    run(program, node, "journal", "proof", log["name"], str(middle), "--format", "cose", "--out", str(case / "cose"))
    entry = read_entry(FileSystemTileReader(case / "log"), middle, log["size"])
    (case / "cose.entry").write_bytes(entry)


def export_node(program: str, node: Path, out: Path) -> None:
    out.mkdir(parents=True)
    shutil.copy(node / "keys/manifest.json", out / "manifest.json")
    manifest = json.loads((out / "manifest.json").read_text())
    for log in json.loads(run(program, node, "--json", "journal", "list")):
        export_log(program, node, log, manifest, out / log["name"])
    stored.write_signed(node / "kontaktstelle.sqlite", out)


def hand_over_heads(nodes: list[Path], out: Path) -> None:
    """Puts the checkpoints that either node keeps beside the log that they are of."""
    cases = {(path / "checkpoint").read_text().split("\n")[0]: path.parent
             for path in out.glob("*/*/log")}
    for node in nodes:
        for checkpoint in stored.checkpoints_in(node / "kontaktstelle.sqlite", set(cases)):
            origin, size = checkpoint.split("\n")[:2]
            digest = hashlib.sha256(checkpoint.encode()).hexdigest()[:8]
            (cases[origin] / "heads" / f"{size}-{digest}").write_text(checkpoint)


def name_witnesses(nodes: list[Path], out: Path) -> None:
    """Every log is witnessed at home, an exchange log also by the counterpart, whose manifest names the
    keys for that."""
    for node in nodes:
        policy = [line.split() for line in (node / "witnesses.policy").read_text().splitlines()]
        keys = [words[2] for words in policy if words[:1] == ["witness"]]
        for case in (path.parent for path in out.glob(f"{node.name}/*/log")):
            (case / "witnesses").write_text("".join(f"{key}\n" for key in keys))
    for path in out.glob("*/manifest.json"):
        statement = json.loads(path.read_text())["statement"]
        for case in out.glob(f"*/exchange-{statement['party']}"):
            if "witness" in statement:
                with (case / "witnesses").open("a") as witnesses:
                    witnesses.writelines(f"{key}\n" for key in statement["witness"]["vkeys"])


if __name__ == "__main__":
    binary, demo, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    nodes = sorted(path.parent for path in demo.glob("*/kontaktstelle.toml"))
    if len(nodes) != 2:
        sys.exit(f"{demo} holds {len(nodes)} nodes instead of two")
    for directory in nodes:
        export_node(binary, directory, target / directory.name)
    hand_over_heads(nodes, target)
    name_witnesses(nodes, target)
    shutil.copy(demo / "answer.json", target)
