#!/usr/bin/env python3
"""Checks that a sample says how it is used, and that lost output is a failure.

usage: usage.py PROGRAM [ARGUMENTS OF A SHORT RUN]
"""

import resource
import subprocess
import sys
import tempfile


def run(*args, **how):
    return subprocess.run([sys.argv[1], *args], text=True, timeout=100,
                          input="help\n", stderr=subprocess.PIPE,
                          **how)


def expect(what, done, status, err=""):
    if done.returncode != status or err not in done.stderr:
        sys.exit(f"{what}: status {done.returncode}\n{done.stderr}")


asked = run("--help", stdout=subprocess.PIPE)
expect("--help", asked, 0)
if "usage" not in asked.stdout or asked.stderr:
    sys.exit(f"--help says: {asked.stdout}\n{asked.stderr}")
expect("an unknown option", run("--no-such", stdout=subprocess.PIPE), 2,
       "usage")
for args in (["--help"], sys.argv[2:]):
    with open("/dev/full", "w", encoding="utf-8") as full:
        expect(f"{args} to a full disk", run(*args, stdout=full), 1, "output")


# A file may be too large as well.
def allow_no_bytes():
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


with tempfile.TemporaryFile() as out:
    expect("a file that is too large",
           run(*sys.argv[2:], stdout=out, preexec_fn=allow_no_bytes), 1,
           "output")
