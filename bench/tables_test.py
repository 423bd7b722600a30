#!/usr/bin/env python3
"""Shows that a comparison of two results marks what got worse, and only that,
and that counts are read out of the tools' output.

usage: tables_test.py
"""

import sys

from counts import read_dump, read_strace
from tables import instructions, line, number, pair, verdict
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


DUMP = """# callgrind format
desc: Trigger: Client Request: a/b|start|20
events: Ir Ge
fn=(1) work
cfn=(2) malloc
calls=3 0
+1 30 0
cfn=(3) free
calls=9 0
+1 30 0
fn=(4) more
cfn=(2)
calls=4 0
+1 30 0
totals: 4000 60
"""

STRACE = """7 futex(0x1, FUTEX_WAKE, 1) = 1
7 write(-1, "counting", 8) = -1 EBADF
7 futex(0x1, FUTEX_WAKE, 1 <unfinished ...>
8 write(2, "counted nothing", 15) = 15
7 <... futex resumed>) = 1
8 futex(0x1, FUTEX_WAIT, 1) = 0
7 write(-1, "counted a/b||4", 14) = -1 EBADF
"""


def counted_wrong():
    """What is read out of the tools' output, and said of it, if not right."""
    wanted = [
        ("a dump of callgrind", read_dump(DUMP), ("a/b|start|20", 4000, 60, 7)),
        ("a dump at the end of the program",
         read_dump(DUMP.replace("Client Request: a/b|start|20", "end")), None),
        ("what strace saw", read_strace(STRACE.splitlines()),
         {("a/b", ""): {"futexes": 0.5}}),
        ("numbers", [number(x) for x in (None, 0, 0.05, 12.34, 1234.5)],
         ["-", "0", "0.05", "12.3", "1,234"]),
        ("a row without a baseline", pair({"counts": {"locked": 2}}, "locked"),
         "2"),
        ("a row that nobody counted", pair({}, "locked"), ""),
        ("more instructions", instructions({"counts": {"instructions": 100}},
                                           {"counts": {"instructions": 110}}),
         ("+10 %", "worse")),
        ("a file without counts", instructions({}, {}), ("", "")),
    ]
    return [f"{name}: {found}, not {right}"
            for name, found, right in wanted if found != right], len(wanted)


def main():
    failed, counted = counted_wrong()
    for name, old, new, wanted in CASES:
        found = verdict(old, new)[1]
        if found != wanted:
            failed.append(f"{name}: '{found}', not '{wanted}'")
    row = next(r for r in ROWS if r.baseline and r.target)
    cells = line(row, [entry(100, 0.5), None])
    if len(cells) != 12 or cells[4] != "0.5" or cells[6:10] != [""] * 4:
        failed.append(f"a row that one file does not have: {cells}")
    cases = len(CASES) + 1 + counted
    print("\n".join(failed) or f"{cases} cases, 0 failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
