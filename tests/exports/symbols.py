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
NAMESPACE = re.compile(r"^(?:inline )?namespace (\w+(?:::\w+)*) \{")
CLASS = re.compile(r"^(?:class|struct) (?:VIGIL_EXPORT )?(?:alignas\(\d+\) )?"
                   r"(?:VIGIL_EXPORT )?(\w+)\b[^;]*$")
FUNCTION = re.compile(r"^(?!\w+_assert|using\b|template\b|namespace\b)[^\s/#}]"
                      r"[^(]*?\b(\w+)\(|^(\w+)\(")
WHAT = re.compile(r"^(?:(?:typeinfo name|typeinfo|vtable|VTT|guard variable"
                  r"|TLS \w+ function|construction vtable) for )+")
PARAMETERS = re.compile(r"\(.*$", re.S)


def declared(paths):
    """The full names of what headers declare at namespace scope."""
    names = set()
    for path in paths:
        spaces = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("} // namespace"):
                spaces.pop()
            elif match := NAMESPACE.match(line):
                spaces.append(match[1])
            elif match := CLASS.match(line) or FUNCTION.match(line):
                name = match[match.lastindex]
                names.add("::".join([*spaces, name]))
    return names


def own_name(symbol):
    """`typeinfo for vigil::f<int>(a::b)` is of `vigil::f`."""
    symbol = WHAT.sub("", symbol)
    while True:
        shorter = re.sub(r"<[^<>]*>", "", symbol)
        if shorter == symbol:
            return PARAMETERS.sub("", symbol).split(" ")[-1]
        symbol = shorter


def is_in(name, names):
    """Whether one of the names is this one, or what holds it."""
    parts = name.split("::")
    return any("::".join(parts[:n]) in names
               for n in range(1, len(parts) + 1))


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
    hidden = declared(inside) - declared(outside)
    symbols = shown(library)
    ours = [x for x in symbols if own_name(x).startswith("vigil::")]
    bad = [x for x in ours if is_in(own_name(x), hidden)]
    for x in bad:
        print("of internal/, but shown:", x)
    print(f"{len(ours)} symbols of vigil, {len(bad)} of internal/")
    sys.exit(bool(bad) or not ours or not hidden)


if __name__ == "__main__":
    main()
