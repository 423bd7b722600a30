#!/usr/bin/env python3
"""Shows that a comparison of two results marks what got worse, and only that.

usage: tables_test.py
"""

import sys

from tables import line, verdict
from rows import ROWS


def entry(ours, ratio=None, spread=0.0):
    base = None if ratio is None else ours / ratio
    return {"ours": ours, "baseline": base, "ratio": ratio, "spread": spread,
            "unit": "ns", "met": None, "floor": None}


CASES = [
    ("a lower ratio is better, on a slower machine as well",
     entry(100, 1.0), entry(200, 0.5), "better"),
    ("a higher ratio is worse, on a faster machine as well",
     entry(100, 1.0), entry(50, 1.2), "worse"),
    ("a row without a baseline goes by its value",
     entry(100), entry(120), "worse"),
    ("what both spreads explain is neither",
     entry(100, 1.0, 0.1), entry(100, 1.15, 0.1), ""),
    ("a spread of nothing still leaves some noise",
     entry(100, 1.0), entry(104, 1.04), ""),
    ("a row that had a baseline once goes by its value",
     entry(100, 1.0), entry(150), "worse"),
    ("nothing cannot grow", entry(0), entry(5), ""),
]


def main():
    failed = []
    for name, old, new, wanted in CASES:
        found = verdict(old, new)[1]
        if found != wanted:
            failed.append(f"{name}: '{found}', not '{wanted}'")
    row = next(r for r in ROWS if r.baseline and r.target)
    cells = line(row, [entry(100, 0.5), None])
    if len(cells) != 12 or cells[4] != "0.5" or cells[6:10] != [""] * 4:
        failed.append(f"a row that one file does not have: {cells}")
    print("\n".join(failed) or f"{len(CASES) + 1} cases, 0 failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
