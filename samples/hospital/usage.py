#!/usr/bin/env python3
"""Checks that the hospital refuses words that it does not know, and that lost
output is a failure.

usage: usage.py PROGRAM
"""

import resource
import subprocess
import sys
import tempfile


def expect(args, status, err, out=subprocess.PIPE, **how):
    done = subprocess.run([sys.argv[1], *args], text=True, timeout=100,
                          stdout=out, stderr=subprocess.PIPE, **how)
    if done.returncode != status or err not in done.stderr:
        sys.exit(f"{args}: status {done.returncode}\n{done.stderr}")


for words in (["twice"], ["once", "more"], [""], ["once", "--help"]):
    expect(words, 2, "usage")
for words in (["once"], ["--help"]):
    with open("/dev/full", "w", encoding="utf-8") as full:
        expect(words, 1, "output", full)
expect(["--help"], 0, "")


def allow_no_bytes():
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


with tempfile.TemporaryFile() as too_large:
    expect(["once"], 1, "output", too_large, preexec_fn=allow_no_bytes)
