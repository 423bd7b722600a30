#!/usr/bin/env python3
"""A shared vigil shows nothing that is declared in internal/.

usage: symbols.py LIBRARY SOURCE_ROOT

Prints one line per symbol that it should not show, and fails if there is one.
NM names another nm; without any, the test is skipped.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

SKIPPED = 77
# Namespaces begin at the first column, and so does what they hold.
CLASS = re.compile(r"^(?:class|struct|enum class)\s+(?:VIGIL_EXPORT\s+)?(\w+)"
                   r"[^;]*?\{", re.M)
FUNCTION = re.compile(r"^[^\s/#][^\n(]*?\b(\w+)\(", re.M)
WHAT = re.compile(r"^(?:(?:typeinfo name|typeinfo|vtable|VTT|guard variable"
                  r"|TLS \w+ function|construction vtable) for )+")
PARAMETERS = re.compile(r"\(.*$", re.S)


def declared(paths):
    names = set()
    for path in paths:
        text = path.read_text(encoding="utf-8")
        names.update(CLASS.findall(text), FUNCTION.findall(text))
    return names


def own_name(symbol):
    """`typeinfo for vigil::f<int>(a::b)` is of `vigil::f`."""
    symbol = WHAT.sub("", symbol)
    while True:
        shorter = re.sub(r"<[^<>]*>", "", symbol)
        if shorter == symbol:
            return PARAMETERS.sub("", symbol).split(" ")[-1]
        symbol = shorter


def scopes(name, seen):
    """The parts of a name, down to the first that is declared outside."""
    for part in name.split("::"):
        yield part
        if part in seen:
            return


def shown(library):
    nm = os.environ.get("NM", "nm")
    if not nm:
        print("there is no nm")
        sys.exit(SKIPPED)
    out = subprocess.run([nm, "-DC", "--defined-only", library], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    return [line.split(maxsplit=2)[2] for line in out.splitlines()
            if len(line.split(maxsplit=2)) == 3]


def main():
    library, root = sys.argv[1], Path(sys.argv[2])
    headers = [x for top in ("lib", "actors", "supervisors")
               for x in (root / top / "vigil").rglob("*.hpp")]
    inside = [x for x in headers if "internal" in x.parts]
    outside = [x for x in headers if "internal" not in x.parts]
    seen = declared(outside)
    hidden = declared(inside) - seen
    symbols = shown(library)
    ours = [x for x in symbols if own_name(x).startswith("vigil::")]
    # A member of what is shown may have the name of a function that is not.
    bad = [x for x in ours if hidden & set(scopes(own_name(x), seen))]
    for x in bad:
        print("of internal/, but shown:", x)
    print(f"{len(ours)} symbols of vigil, {len(bad)} of internal/")
    sys.exit(bool(bad) or not ours or not hidden)


if __name__ == "__main__":
    main()
