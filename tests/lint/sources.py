#!/usr/bin/env python3
"""Has the compiler of a configured folder look at sources of ours.

usage: sources.py BUILD_ROOT JOBS [FOLDER]

FOLDER is one at the top of the tree; else all are meant. Nothing is built: what
counts is whether it complains. Where BUILD_ROOT is configured with
-Db_pch=false, that is also what a precompiled header hides: an include that a
source forgot.
"""

import json
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

OUTPUTS = ("-o", "-MF", "-MQ", "-MT")


def looking(command):
    """The command without what it would write."""
    argv, result, skip = shlex.split(command), [], False
    if Path(argv[0]).name in ("ccache", "sccache"):
        argv = argv[1:]
    for arg in argv:
        if skip:
            skip = False
        elif arg in OUTPUTS:
            skip = True
        elif arg not in ("-c", "-MD", "-MMD"):
            result.append(arg)
    return result + ["-fsyntax-only", "-Werror"]


def main():
    build = Path(sys.argv[1]).resolve()
    jobs = int(sys.argv[2])
    root = Path(__file__).resolve().parents[2]
    meant = root / sys.argv[3] if len(sys.argv) > 3 else root

    entries = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = (Path(entry["directory"]) / entry["file"]).resolve()
        if file.suffix == ".cpp" and file.is_relative_to(meant):
            entries[(file, entry["command"].replace(entry["output"], ""))] \
                = entry

    def look(entry):
        return subprocess.run(
            looking(entry["command"]), cwd=entry["directory"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(look, entries.values()))
    bad = 0
    for (file, _), result in zip(entries, results):
        if result.returncode != 0:
            bad += 1
            print(f"--- {file.relative_to(root)}")
            print(result.stdout)
    print(f"{len(entries)} sources, {bad} with complaints")
    sys.exit(1 if bad or not entries else 0)


if __name__ == "__main__":
    main()
