#!/usr/bin/env python3
"""Runs the benchmarks of a built folder and prints one table.

usage: run.py [--rounds N] [--no-counts] [--out FILE] BUILD_DIR [FILTER]
       run.py --compare OLD [--out FILE] BUILD_DIR
       run.py --plot [--out FILE] BUILD_DIR
       run.py --markdown FILE [FILE ...]

FILTER picks the rows whose name, and the programs whose name, contains it.
Each round runs every program once, so that a value and its baseline are taken
next to each other; the table has the medians of the rounds. `spread` is half
the distance of the smallest and the largest ratio (without a baseline: value)
of all rounds, relative to the median.

Then each program runs once more to count what does not depend on the machine:
see counts.py. `--rounds 0` does that alone and writes nothing.

FILE (BUILD_DIR/../bench.json) gets the rows as JSON. What follows measures
nothing: --compare prints OLD, another such file, beside FILE and marks what got
worse; --plot renders FILE as a picture beside it; --markdown prints the tables
of docs/performance.md from the files of several CAFs.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from statistics import median

import counts
from rows import ROWS
from tables import (compare, markdown, print_columns, print_counts, share,
                    shown)

HERE = Path(__file__).resolve().parent


def pinned():
    """A command prefix that keeps a program on its cores, if there is one."""
    cores = sorted(os.sched_getaffinity(0))
    if not shutil.which("taskset") or len(cores) < 2:
        return []
    # A worker and CAF's clock thread: no more than two ever have work.
    return ["taskset", "--cpu-list", ",".join(map(str, cores[-2:]))]


def short_name(name):
    """`a/b/iterations:5/manual_time` -> `a/b`"""
    return re.sub(r"/(iterations:\d+|manual_time)", "", name)


def path_of(build, program):
    return str(build / "bench" / f"bench-{program}")


def run_program(build, program):
    """{benchmark: {counter: value}} of one run of one program."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [*pinned(), path_of(build, program),
                   f"--benchmark_out={file.name}",
                   "--benchmark_out_format=json"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        text = json.load(open(file.name, encoding="utf-8"))
    return {short_name(x["name"]): x for x in text["benchmarks"]}


def run_otp():
    """The same questions for Erlang/OTP, or nothing where it is absent."""
    if not shutil.which("escript"):
        return {}
    script = HERE / "peers" / "otp" / "restart.escript"
    done = subprocess.run([*pinned(), "escript", str(script)],
                          capture_output=True, text=True)
    if done.returncode != 0:
        print("the Erlang/OTP peer failed:", done.stderr.strip()[:200])
        return {}
    return {"": json.loads(done.stdout)}


def value(results, name):
    program, rest = name.split(":", 1)
    benchmark, counter = rest.rsplit(":", 1)
    return results.get(program, {}).get(benchmark, {}).get(counter)


# Which of a benchmark's steps a counter is about, if it has several.
STEPS = {"cpu": "start", "start": "start", "wake": "wake", "crash": "crash",
         "stop": "stop"}


def counts_of(row, name, rounds, counted):
    """What an operation of a row's value or baseline costs in counts."""
    if not name or row.unit != "ns":
        return {}
    program, rest = name.split(":", 1)
    benchmark, counter = rest.rsplit(":", 1)
    step = STEPS.get(counter, "")
    key = re.sub(r"(/real_time)?(/threads:1)?$", "", benchmark), step
    result = dict(counted.get(program, {}).get(key, {}))
    switches = [value(r, f"{program}:{benchmark}:"
                         f"{step + '_' if step else ''}switches")
                for r in rounds]
    switches = [x for x in switches if x is not None]
    if switches:
        result["switches"] = round(median(switches), 3)
    return result


def spread(xs):
    middle = median(xs)
    return (max(xs) - min(xs)) / 2 / middle if middle else 0.0


def summary(row, rounds, counted):
    """One entry of bench.json."""
    def column(name):
        xs = [value(r, name) for r in rounds] if name else []
        return [x for x in xs if x is not None]
    ours, base = column(row.ours), column(row.baseline)
    if not ours:
        return None
    ratios = [x / y for x, y in zip(ours, base) if y] \
        if len(ours) == len(base) else []
    mine, theirs = median(ours), median(base) if base else None
    floor = column(row.floor)
    ratio = median(ratios) if ratios else None
    met = row.target.met(mine, theirs, ratio) if row.target else None
    return {
        "name": row.name, "unit": row.unit, "ours": round(mine, 3),
        "baseline": round(theirs, 3) if base else None,
        "baseline_name": row.baseline_name,
        "ratio": round(ratio, 4) if ratios else None,
        "target": row.target.text if row.target else None, "met": met,
        "spread": round(spread(ratios or ours), 4),
        "floor": round(median(floor) * row.floor_times, 3) if floor else None,
        "floor_name": row.floor_name if floor else "",
        "counts": counts_of(row, row.ours, rounds, counted),
        "baseline_counts": counts_of(row, row.baseline, rounds, counted),
    }


def print_table(entries):
    cells = [("path", "ours", "baseline", "ratio", "target", "met", "spread")]
    for e in entries:
        met = {True: "yes", False: "NO", None: ""}[e["met"]]
        if e["met"] is False and e["floor"] is not None:
            met += f"; floor {shown(e['floor'], e['unit'])}"
        cells.append((e["name"], shown(e["ours"], e["unit"]),
                      shown(e["baseline"], e["unit"]), share(e),
                      e["target"] or "", met, f"{100 * e['spread']:.0f} %"))
    print_columns(cells)
    names = {e["baseline_name"]: None for e in entries if e["baseline_name"]}
    print("\nBaselines: " + "; ".join(names))
    floors = {e["floor_name"]: None for e in entries if e["met"] is False
              and e["floor_name"]}
    if floors:
        print("Floors: " + "; ".join(floors))
    print("Targets are in the unit of bench.json, mostly ns. Load of the "
          "machine: " + " ".join(f"{x:.1f}" for x in os.getloadavg()))


def caf_of(build):
    """The CAF that the programs are built with."""
    return (build / "caf_version").read_text(encoding="utf-8").strip()


def machine():
    """The processor and how many of its cores the programs have."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    name = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    number = re.search(r"^cpu family\s*:\s*(\d+)\s*^model\s*:\s*(\d+)", text,
                       re.MULTILINE)
    return (f"{name[1] if name else platform.machine()}"
            + (f" (family {number[1]}, model {number[2]})" if number else "")
            + f", {min(len(os.sched_getaffinity(0)), 2)} cores")


def say(text):
    """Overwrites one line for whoever waits."""
    print(f"\r{text:50}\r", end="", file=sys.stderr, flush=True)


def count_programs(build, programs):
    """The counts of each program, of as many kinds as there are tools for."""
    missing = {"valgrind", "strace"} - set(counts.available())
    if missing:
        print("Not all is counted: no " + ", no ".join(sorted(missing)))
    result = {}
    for program in programs:
        if program != "otp":
            say(f"counting: {program}")
            result[program] = counts.count([path_of(build, program)])
    return result


def measure(args):
    chosen = [r for r in ROWS if args.filter in r.name
              or args.filter in r.ours.split(":")[0]]
    if not chosen:
        sys.exit(f"no row and no program matches '{args.filter}'")
    programs = sorted({v.split(":")[0] for r in chosen for v in r.values()})
    if "otp" in programs and not shutil.which("escript"):
        print("Erlang/OTP is skipped: no escript (on Debian: erlang-base)")
    rounds = []
    for n in range(args.rounds):
        results = {}
        for program in programs:
            if program == "million" and n > 1:
                continue  # two are enough for what takes so long
            say(f"round {n + 1} of {args.rounds}: {program}")
            results[program] = (run_otp() if program == "otp"
                                else run_program(args.build, program))
        rounds.append(results)
    counted = {} if args.no_counts else count_programs(args.build, programs)
    say("")
    if not rounds:
        print_counts([{"name": r.name,
                       "counts": counts_of(r, r.ours, [], counted),
                       "baseline_counts": counts_of(r, r.baseline, [],
                                                    counted)}
                      for r in chosen])
        return
    entries = [e for e in (summary(r, rounds, counted) for r in chosen) if e]
    print_table(entries)
    print()
    print_counts(entries)
    about = {"caf": caf_of(args.build), "machine": machine(),
             "date": date.today().isoformat()}
    print(f"CAF {about['caf']}, {about['machine']}")
    entries = [e | about for e in entries]
    args.out.write_text(json.dumps(entries, indent=1) + "\n")
    print(f"written: {args.out}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plot", action="store_true")
    parser.add_argument("--compare", type=Path, metavar="OLD")
    parser.add_argument("--markdown", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-counts", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("build", type=Path, nargs="?")
    parser.add_argument("filter", nargs="?", default="")
    args = parser.parse_args()
    if args.markdown:
        return markdown(args.markdown)
    if args.build is None:
        parser.error("which BUILD_DIR?")
    args.out = args.out or args.build.parent / "bench.json"
    if args.compare:
        return compare(args.compare, args.out)
    if args.plot:
        from plot import plot
        return plot(args.out)
    measure(args)


if __name__ == "__main__":
    main()
