#!/usr/bin/env python3
"""Runs the benchmarks of a built folder, one after the other.

usage: run.py BUILD_DIR [FILTER]

FILTER picks the benchmarks whose name contains it.
"""

import json
import subprocess
import sys


def main():
    build, word = sys.argv[1], (sys.argv + [""])[2]
    out = subprocess.run(["meson", "introspect", "--benchmarks", build],
                         check=True, stdout=subprocess.PIPE).stdout
    chosen = [b for b in json.loads(out) if word in b["name"]]
    if not chosen:
        sys.exit(f"no benchmark matches '{word}'")
    failed = 0
    for bench in chosen:
        print(f"== {bench['name']}", flush=True)
        failed += subprocess.run(bench["cmd"]).returncode != 0
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
