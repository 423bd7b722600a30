#!/usr/bin/env python3
"""Says that each header of users names the C++ standard that it needs.

usage: standard.py SOURCE_ROOT BUILD_ROOT COMPILER...

Compiles each public header as C++17: that has to fail with one sentence.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

MOST_LINES = 40  # a line for each header on the way, and the sentence
ROOTS = ["lib", "actors", "supervisors"]


def problem(folders, compiler, header, folder):
    source = Path(folder) / "use.cpp"
    source.write_text(f"#include <vigil/{header}>\n", encoding="utf-8")
    done = subprocess.run(
        [*compiler, "-std=c++17", "-fsyntax-only",
         *(f"-I{x}" for x in folders), str(source)],
        stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        return "compiles as C++17"
    if "vigil needs C++20: compile with -std=c++20" not in done.stderr:
        return "does not say that it needs C++20"
    if len(done.stderr.splitlines()) > MOST_LINES:
        return "says more than that"
    return None


def main():
    root, build, compiler = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    folders = [*(root / x for x in ROOTS), build / "lib"]
    headers = [h.name for x in ROOTS for h in (root / x / "vigil").glob("*.hpp")]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for header in sorted(headers):
            if what := problem(folders, compiler, header, folder):
                print(f"vigil/{header}: {what}")
                failed += 1
    print(f"{len(headers)} headers, {failed} findings")
    sys.exit(1 if failed or not headers else 0)


if __name__ == "__main__":
    main()
