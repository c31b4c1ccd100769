"""Makes a node's office journal longer, so that it has full tiles and a second level.

Usage: lengthen.py PROGRAM NODE COUNT. Imports COUNT copies of a record that the node holds, under
new ids, as an officer would: by the program, through its rules, one journal entry each. The node runs
for that time, since it signs nothing before it has asked (here in vain) what its witnesses have seen.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PATIENCE_SECONDS = 60

program, node, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
password = (node.parent / "password.txt").read_text().strip()
environment = os.environ | {"KONTAKTSTELLE_PASSWORD": password}


def command(*words: str) -> list[str]:
    return [program, "--config", str(node / "kontaktstelle.toml"), *words]


def run(*words: str, patience: float = 0) -> str:
    until = time.monotonic() + patience
    while True:
        done = subprocess.run(command(*words), env=environment, capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout
        if time.monotonic() > until:
            sys.exit(f"{words}: {done.stderr[:1000]}")
        time.sleep(0.2)


def copy_of(record: dict, number: int) -> dict:
    """The same record under another id of UUID version 7."""
    return record | {"id": f"{record['id'][:23]}-{number:012x}"}


exported = json.loads(run("record", "export", "--format", "json"))
# A party refers to no other record.
(original, *_) = [record for record in exported["records"] if record["kind"] == "party"]
exported["records"] = [copy_of(original, 0xF00000000000 + number) for number in range(count)]
with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
    json.dump(exported, file)
    file.flush()
    serving = subprocess.Popen(
        command("serve", "--until-stdin-closes"),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        run("--as", "desk", "record", "import", file.name, patience=PATIENCE_SECONDS)
    finally:
        serving.stdin.close()
        serving.wait(timeout=PATIENCE_SECONDS)
