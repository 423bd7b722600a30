#!/usr/bin/env python3
"""Shows that a build read the headers of one CAF and of no other, which would
fill gaps silently: a header that only that one has.

usage: one_caf.py BUILD_DIR PLACE...

PLACE is where that CAF is installed.
"""

import subprocess
import sys


def require_one_caf(build, places):
    """Ends the program if ninja knows of a header of another CAF, or of none."""
    deps = subprocess.run(["ninja", "-C", str(build), "-t", "deps"],
                          check=True, stdout=subprocess.PIPE, text=True).stdout
    ours = tuple(f"{x}/" for x in places)
    read = {x.strip() for x in deps.splitlines() if "/include/caf/" in x}
    strange = sorted(x for x in read if not x.startswith(ours))
    if strange or not read:
        sys.exit("\n".join([f"{build} reads headers of another CAF than that "
                            f"at {', '.join(places)}:", *(strange or ["none"])]))


if __name__ == "__main__":
    require_one_caf(sys.argv[1], sys.argv[2:])
