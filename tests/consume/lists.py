#!/usr/bin/env python3
"""Says that vigil's CMakeLists.txt builds what Meson builds.

usage: lists.py SOURCE_ROOT CMAKE CAF_VERSION VERSION SOURCE...

SOURCE... are those of the library, as Meson has them.
"""

import subprocess
import sys
from pathlib import Path


def main():
    root, cmake, caf, version = sys.argv[1:5]
    sources = {Path(x).resolve() for x in sys.argv[5:]}
    said = subprocess.run(
        [cmake, f"-DCAF={caf}", "-P", f"{root}/lib/cmake/meson_lists.cmake"],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    first, *names = [x.removeprefix("-- ") for x in said.splitlines()]
    read = {(Path(root) / x).resolve() for x in names}
    for path in sorted(sources ^ read):
        print(f"only {'Meson' if path in sources else 'CMake'} has {path}")
    if first != version:
        print(f"Meson has version {version}, CMake {first}")
    print(f"{len(sources)} sources, {len(sources ^ read)} differ")
    sys.exit(0 if sources == read and first == version and sources else 1)


if __name__ == "__main__":
    main()
