#!/usr/bin/env python3
"""Runs built tests many times in a row, under load, and builds nothing.

usage: repeat.py BUILD_DIR [--times N] [--load N] [--suite S]... [--fresh]
                 [--timeout-factor N] [FILTER]

Runs each test N times (5), one after the other, while `stress-ng --cpu N` (4; 0
is none) keeps the machine busy. FILTER picks the tests whose name or suite
contains it. After each run the result goes to BUILD_DIR/repeat.json: whoever
calls it again with the same arguments after an interruption goes on from there,
unless the build has changed. What failed runs printed stays in
BUILD_DIR/repeat-logs.

The last line is `N runs passed, N failed`; before it stands each test that
failed, and how often. The exit code is 0 only if all runs were there and passed.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path


def introspect(build):
    out = subprocess.run(["meson", "introspect", "--tests", str(build)],
                         check=True, stdout=subprocess.PIPE).stdout
    return json.loads(out)


def chosen_tests(tests, suites, text):
    """The names of the tests that are asked for, as meson wants them."""
    for test in tests:
        own = [s.split(":")[-1] for s in test["suite"]]
        if suites and not set(suites) & set(own):
            continue
        if text in test["name"] or any(text in s for s in own):
            yield test["name"]


def stamp_of(build, tests):
    """Changes when anything that the tests run was built anew."""
    files = {Path(arg) for test in tests for arg in test["cmd"]}
    files |= set(build.glob("*.so*"))
    times = [f.stat().st_mtime_ns for f in files if f.is_file()]
    return max(times, default=0)


class State:
    """The results so far: one line of runs a test, kept in a file."""

    def __init__(self, path, key, fresh):
        self.path, self.key, self.runs = path, key, {}
        if fresh or not path.exists():
            return
        try:
            old = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            return  # ended in the middle of its first write
        if old.get("key") == key and not old.get("finished"):
            self.runs = old["runs"]

    def save(self, finished=False):
        # Renamed, so that an interruption leaves the old one or the new one.
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps({"key": self.key, "runs": self.runs,
                                     "finished": finished}), encoding="utf-8")
        fresh.replace(self.path)

    def add(self, name, passed):
        self.runs.setdefault(name, []).append(passed)
        self.save()


class Load:
    """Busy processes, as long as the `with` block runs."""

    def __init__(self, workers):
        self.workers, self.process = workers, None

    def __enter__(self):
        if self.workers:
            # A session of its own: an interruption is for us to pass on.
            self.process = subprocess.Popen(
                ["stress-ng", "--cpu", str(self.workers), "--quiet"],
                start_new_session=True)
        return self

    def check(self):
        if self.process and self.process.poll() is not None:
            sys.exit(f"stress-ng ended with {self.process.returncode}")

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait()


def run_once(args, name, log):
    """Runs one test; keeps what it printed if it fails."""
    done = subprocess.run(
        ["meson", "test", "-C", str(args.build), "--no-rebuild",
         "--print-errorlogs", "--timeout-multiplier", args.timeout_factor,
         name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        log.parent.mkdir(exist_ok=True)
        log.write_bytes(done.stdout)
    return done.returncode == 0


def run_all(args, names, state):
    total = len(names) * args.times
    with Load(args.load) as load:
        for turn in range(args.times):
            for name in names:
                if len(state.runs.get(name, [])) > turn:
                    continue
                log = re.sub(r"[^\w.-]+", "-", f"{name}-{turn + 1}.txt")
                log = args.build / "repeat-logs" / log
                load.check()
                passed = run_once(args, name, log)
                load.check()
                state.add(name, passed)
                done = sum(map(len, state.runs.values()))
                word = "ok" if passed else f"FAILED, see {log}"
                print(f"[{done}/{total}] {name}: {word}", flush=True)


def report(names, times, state):
    """Prints who failed; returns whether all runs are there and passed."""
    runs = [state.runs.get(name, []) for name in names]
    for name, mine in zip(names, runs):
        if not all(mine):
            print(f"{name}: failed {mine.count(False)} of {len(mine)} runs")
    failed = sum(mine.count(False) for mine in runs)
    passed = sum(mine.count(True) for mine in runs)
    print(f"{passed} runs passed, {failed} failed", flush=True)
    return failed == 0 and passed == len(names) * times


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--load", type=int, default=4)
    parser.add_argument("--suite", action="append", default=[])
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--timeout-factor", default="4")
    parser.add_argument("filter", nargs="?", default="")
    args = parser.parse_intermixed_args()
    if args.times < 1 or args.load < 0:
        parser.error("--times starts at 1, --load at 0")
    if args.load and not shutil.which("stress-ng"):
        sys.exit("stress-ng is missing: install it (./dev repeat does), or "
                 "use --load 0")

    tests = introspect(args.build)
    names = sorted(set(chosen_tests(tests, args.suite, args.filter)))
    if not names:
        sys.exit("no test of that name or suite")
    used = [test for test in tests if test["name"] in set(names)]
    key = [args.times, args.load, names, stamp_of(args.build, used),
           os.environ.get("VIGIL_STRESS_ROUNDS", "")]
    state = State(args.build / "repeat.json", key, args.fresh)
    if state.runs:
        print(f"going on after {sum(map(len, state.runs.values()))} runs")
    else:
        shutil.rmtree(args.build / "repeat-logs", ignore_errors=True)
    try:
        run_all(args, names, state)
    except KeyboardInterrupt:
        report(names, args.times, state)
        sys.exit("interrupted: the same command goes on from here")
    good = report(names, args.times, state)
    state.save(finished=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    # Whoever ends us by signal wants the load gone, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
