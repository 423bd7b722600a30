#!/usr/bin/env python3
"""Runs the tests of a configured and built folder, and counts them.

usage: run.py BUILD_DIR [--suite S]... [--wrapper W] [--timeout-factor N]
              [FILTER]

A doctest binary counts as many tests as it has test cases, everything else as
one. The counts come from what the runs reported. FILTER picks the tests whose
name or suite contains it, or, when there is none, the doctest cases whose
name does. The last line is `N passed, N failed`, after the name of the CAF
unless that is Debian's; the exit code is 0 only if
something ran and nothing failed.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

SUMMARY = re.compile(
    r"\[doctest\] test cases:\s*(\d+)\s*\|\s*(\d+) passed"
    r"\s*\|\s*(\d+) failed\s*\|\s*(\d+) skipped")
GOOD = {"OK", "EXPECTEDFAIL"}


def introspect(build):
    """All tests as {full name: suites}, named as the test log names them."""
    out = subprocess.run(["meson", "introspect", "--tests", str(build)],
                         check=True, stdout=subprocess.PIPE).stdout
    tests = {}
    for test in json.loads(out):
        # "vigil:unit" -> "unit"
        tests[test["name"]] = [s.split(":")[-1] for s in test["suite"]]
    return tests


def count(entry, cases_filtered):
    """(passed, failed, skipped) of one line of the test log."""
    good, skip = entry["result"] in GOOD, entry["result"] == "SKIP"
    found = SUMMARY.findall(entry.get("stdout", ""))
    if not found:
        return int(good), int(not good and not skip), int(skip)
    passed = sum(int(f[1]) for f in found)
    failed = sum(int(f[2]) for f in found)
    skipped = 0 if cases_filtered else sum(int(f[3]) for f in found)
    if not good and failed == 0:
        failed = 1  # died after its summary: a sanitizer, a leak, a timeout
    return passed, failed, skipped


def caf_of(build):
    """Which CAF the folder was built with, where that is worth a word."""
    file = build / "caf_version"
    version = file.read_text().strip() if file.exists() else ""
    return f"CAF-{version}" if version and version[0] != "0" else ""


def left_out(build):
    """Cases that the CAF of the folder has no way to, with the reasons."""
    file = Path(__file__).parent / "caf/1/exceptions.txt"
    if not caf_of(build) or not file.exists():
        return []
    rows = [line.split(" | ") for line in file.read_text().splitlines()
            if not line.startswith("#")]
    return [f"left out: {row[0]}: {row[1]} ({row[2]})"
            for row in rows if len(row) == 3]


def show(entry):
    """What a failed test printed; a crash keeps its last words."""
    print(f"--- {entry['name']}: {entry['result']}")
    for stream in ("stdout", "stderr"):
        lines = entry.get(stream, "").rstrip().splitlines()
        if len(lines) > 200:
            print(f"... {len(lines) - 200} lines left out")
        print("\n".join(lines[-200:]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--suite", action="append", default=[])
    parser.add_argument("--wrapper")
    parser.add_argument("--timeout-factor", default="1")
    parser.add_argument("filter", nargs="?", default="")
    args = parser.parse_args()

    tests = introspect(args.build)
    chosen = {n for n, suites in tests.items()
              if not args.suite or set(suites) & set(args.suite)}
    command = ["meson", "test", "-C", str(args.build), "--no-rebuild",
               "--timeout-multiplier", args.timeout_factor]
    cases_filtered = False
    if args.filter:
        named = {n for n in chosen if args.filter in n
                 or any(args.filter in s for s in tests[n])}
        if not named:
            cases_filtered = True
            named = {n for n in chosen if "doctest" in tests[n]}
            pattern = shlex.quote(f"--test-case=*{args.filter}*")
            command.append(f"--test-args={pattern}")
        chosen = named
    if args.wrapper:
        command.append(f"--wrapper={args.wrapper}")

    totals, bad, log = (0, 0, 0), [], args.build / "meson-logs/testlog.json"
    if args.wrapper:  # meson names the log after the wrapper
        wrapper = Path(args.wrapper.split()[0]).name
        log = log.with_name(f"testlog-{wrapper}.json")
    if chosen:
        log.unlink(missing_ok=True)
        subprocess.run(command + sorted(chosen), check=False)
        entries = []
        if log.exists():
            entries = [json.loads(line) for line in log.open()]
        for entry in entries:
            counts = count(entry, cases_filtered)
            totals = tuple(a + b for a, b in zip(totals, counts))
            if counts[1]:
                bad.append(entry)
        # A test that left no line in the log was never run.
        lost = len(chosen) - len(entries)
        if lost > 0:
            print(f"{lost} of {len(chosen)} tests left no result")
            totals = (totals[0], totals[1] + lost, totals[2])
    for entry in bad:
        show(entry)
    if chosen and not cases_filtered:
        print("\n".join(left_out(args.build)))
    passed, failed, skipped = totals
    if passed + failed == 0:
        print("nothing ran")
    line = f"{passed} passed, {failed} failed"
    if which := caf_of(args.build):
        line = f"{which}: {line}"
    print(line + (f", {skipped} skipped" if skipped else ""), flush=True)
    sys.exit(0 if passed and not failed else 1)


if __name__ == "__main__":
    main()
