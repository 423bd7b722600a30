#!/usr/bin/env python3
"""Compiles every header of the library on its own.

usage: headers.py BUILD_ROOT [JOBS]

BUILD_ROOT has to be configured with -Db_pch=false: a precompiled header would
hide what a header forgot to include. Headers for another CAF than the build's
are left out. CAF's headers make this a matter of seconds each, which is why it
belongs to `./dev check`, not to the tests.
"""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "compile_fail"))
from runner import model_command  # noqa: E402 (the path comes first)


def of_other_caf(build):
    """Returns how the names of headers begin that this build's CAF has no use
    for."""
    config = (build / "lib" / "vigil" / "config.hpp").read_text()
    major = re.search(r"VIGIL_CAF_MAJOR (\d+)", config).group(1)
    return "caf_1" if major == "0" else "caf_0_17"


def main():
    build = Path(sys.argv[1]).resolve()
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    directory, argv = model_command(build)
    root = Path(__file__).resolve().parents[2]
    others = of_other_caf(build)
    headers = sorted(
        path.relative_to(root / top)
        for top in ("lib", "actors", "supervisors")
        for path in (root / top / "vigil").rglob("*.hpp")
        if not path.name.startswith(others))

    def compile_it(header):
        # Included twice: once to be complete, once to be guarded.
        code = f"#include <{header.as_posix()}>\n" * 2
        return subprocess.run(
            argv + ["-fsyntax-only", "-Werror", "-x", "c++", "-"],
            cwd=directory, input=code, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(compile_it, headers))
    bad = 0
    for header, result in zip(headers, results):
        if result.returncode != 0:
            bad += 1
            print(f"--- {header} does not compile on its own")
            print(result.stdout)
    print(f"{len(headers)} headers, {bad} incomplete")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
