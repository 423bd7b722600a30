"""Counts what an operation costs that no machine changes.

Programs run once under callgrind and once under strace, with --count: see
bench/support/counting.hpp. Threads take turns under callgrind, so what several
of them do to each other is not in its counts.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# In the order of the table.
KINDS = ("instructions", "locked", "allocations", "futexes", "switches")
ALLOCATE = {"malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign",
            "memalign"}


def available():
    """Returns what is there to count with."""
    return [x for x in ("valgrind", "strace") if shutil.which(x)]


def per_operation(total, operations):
    return round(total / max(operations, 1), 3)


def split(label):
    """`benchmark|step|operations`, as counting.cpp writes it."""
    name, step, operations = label.rsplit("|", 2)
    return (name, step), int(operations)


def read_dump(text):
    """What one dump of callgrind holds: its label and the three totals."""
    label = re.search(r"^desc: Trigger: Client Request: (.+)$", text, re.M)
    events = re.search(r"^events: (.+)$", text, re.M)
    # `summary` has what no function has: the end of the wait before, say.
    totals = re.search(r"^totals: (.+)$", text, re.M)
    if not label or not events or not totals:
        return None
    cost = dict(zip(events[1].split(), map(int, totals[1].split())))
    names = dict(re.findall(r"^c?fn=\((\d+)\) (.+)$", text, re.M))
    allocations = sum(
        int(calls) for number, calls in
        re.findall(r"^cfn=\((\d+)\).*\ncalls=(\d+)", text, re.M)
        if names.get(number, "").split("@")[0].split("'")[0] in ALLOCATE)
    return label[1], cost.get("Ir", 0), cost.get("Ge", 0), allocations


def under_callgrind(command):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-bus=yes",
             "--compress-strings=yes", "--quiet", "--fair-sched=yes",
             f"--callgrind-out-file={folder}/out", *command, "--count"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        dumps = sorted(Path(folder).glob("out.*"),
                       key=lambda x: int(x.suffix[1:]))
        result = {}
        for dump in dumps:
            # Of what runs several times the last stays.
            found = read_dump(dump.read_text(encoding="utf-8",
                                             errors="replace"))
            if found:
                key, operations = split(found[0])
                result[key] = dict(zip(
                    ("instructions", "locked", "allocations"),
                    (per_operation(x, operations) for x in found[1:])))
        return result


def read_strace(lines):
    """Calls of futex between the marks."""
    result, calls = {}, 0
    for line in lines:
        mark = re.search(r'write\(-1, "(counting|counted (.+?))"', line)
        if mark and mark[2]:
            key, operations = split(mark[2])
            result[key] = {"futexes": per_operation(calls, operations)}
        elif mark:
            calls = 0
        elif re.search(r"\bfutex\(", line):
            calls += 1
    return result


def under_strace(command):
    with tempfile.NamedTemporaryFile("r", encoding="utf-8",
                                     errors="replace") as file:
        subprocess.run(
            ["strace", "-f", "--quiet=all", "-s", "200",
             "-e", "trace=futex,write", "-o", file.name, *command, "--count"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return read_strace(file)


def count(command):
    """{(benchmark, step): {kind: per operation}} of one program."""
    result = {}
    for tool, run in (("valgrind", under_callgrind), ("strace", under_strace)):
        if tool in available():
            for key, values in run(command).items():
                result.setdefault(key, {}).update(values)
    return result


if __name__ == "__main__":
    for key, values in count(sys.argv[1:]).items():
        print(*key, values)
