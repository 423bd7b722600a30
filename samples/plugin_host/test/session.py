#!/usr/bin/env python3
"""A session with the plugin host: what a user types, and what has to come.

usage: session.py PLUGIN_HOST PLUGINS
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# A command, and a pattern for each line of its answer.
SESSION = [
    ("list", ["no plugins"]),
    ("load calculator calc", ["calc is loaded"]),
    ("load words w", ["w is loaded"]),
    ("call calc 6 * 7", ["calc: 42"]),
    ("call calc six", ["calc: write something like 6 \\* 7"]),
    ("call calc 1 / 0", ["calc: division by zero"]),
    ("call w one two three", ["w: 3 words, 3 so far"]),
    # What cannot be loaded does no harm.
    ("load nonsense x", ['cannot load x: there is no plugin of the kind '
                         '"nonsense"']),
    ("load ../calculator x", ["cannot load x: there is no plugin .*"]),
    ("load ancient x", ["cannot load x: ancient.so is for version 1 of the "
                        "host, this is version 2"]),
    ("load broken x", ["cannot load x: broken.so cannot be loaded: .*"]),
    ("load stranger x", ["cannot load x: stranger.so is no plugin: .*"]),
    ("load words calc", ['cannot load calc: the name "calc" belongs to '
                         "host/plugins/#1"]),
    ("call x y", ["there is no plugin named x"]),
    ("unload x", ["there is no plugin named x"]),
    ("crash x", ["there is no plugin named x"]),
    ("dance", ['"dance" is no command; "help" lists them']),
    ("load words", ['"load words" is no command; .*']),
    # A crash costs what the plugin knew, and nobody else.
    ("crash calc", ["calc crashed: told to crash; restarted"]),
    ("call calc 2 + 2", ["calc: 4"]),
    ("call w four", ["w: 1 words, 4 so far"]),
    ("crash w", ["w crashed: told to crash; restarted"]),
    ("call w four", ["w: 1 words, 1 so far"]),
    # Memory is limited, and given back with each life.
    ("load hoarder hog", ["hog is loaded"]),
    ("call hog 40000", ["hog: has 40000 bytes"]),
    ("list", ["calc: calculator, running, [0-9]+ of 65536 bytes, 1 crashes",
              "hog: hoarder, running, 40[0-9]{3} of 65536 bytes, 0 crashes",
              "w: words, running, [0-9]+ of 65536 bytes, 1 crashes"]),
    ("call hog 40000", ["hog crashed: over its limit of 65536 bytes; "
                        "restarted"]),
    ("call hog 50000", ["hog: has 50000 bytes"]),
    ("call hog 40000", ["hog crashed: .*; restarted"]),
    # One crash too many.
    ("call hog 70000", ["hog crashed: over its limit of 65536 bytes; unloaded "
                        "after 3 crashes"]),
    ("call hog 1", ["hog is unloaded: it crashed too often"]),
    ("crash hog", ["hog is unloaded: it crashed too often"]),
    ("list", ["calc: .* running, .*", "hog: hoarder, unloaded after 3 crashes",
              "w: .* running, .*"]),
    ("load hoarder hog", ["hog is loaded"]),
    ("call hog 60000", ["hog: has 60000 bytes"]),
    ("tree", ["host .*", r".*plugins.*", ".*#1.*", ".*#2.*",
              ".*#[0-9]+.*"]),
    ("unload w", ["w is unloaded"]),
    ("call w x", ["there is no plugin named w"]),
    ("load calculator w", ["w is loaded"]),
    ("call w 1 + 1", ["w: 2"]),
    ("help", ["load KIND NAME .*"] + [".*"] * 7),
    ("", []),
    ("quit", []),
]


def folder_of_plugins(built, into):
    """The plugins, and files that only look like some."""
    for path in built.glob("*.so"):
        shutil.copy(path, into)
    (into / "broken.so").write_text("no shared object")
    libraries = subprocess.run(["ldconfig", "-p"], capture_output=True,
                               text=True, check=False,
                               env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"})
    found = re.search(r"libm\.so\.6 .*=> (\S+)", libraries.stdout)
    if found:
        shutil.copy(found.group(1), into / "stranger.so")
    return found is not None


def main():
    host, built = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        stranger = folder_of_plugins(built, Path(name))
        session = [x for x in SESSION
                   if stranger or "stranger" not in x[0]]
        result = subprocess.run([host, name], capture_output=True, text=True,
                                input="\n".join(x[0] for x in session),
                                timeout=100, check=False)
    lines = result.stdout.splitlines()
    expected = [(command, pattern) for command, patterns in session
                for pattern in patterns]
    bad = [f"{command}: expected {pattern!r}, got {line!r}"
           for (command, pattern), line in zip(expected, lines)
           if not re.fullmatch(pattern, line)]
    if len(lines) != len(expected):
        bad.append(f"{len(lines)} lines instead of {len(expected)}")
    if result.returncode != 0 or result.stderr:
        bad.append(f"status {result.returncode}, stderr {result.stderr!r}")
    usage = subprocess.run([host], capture_output=True, text=True, check=False)
    if usage.returncode != 2:
        bad.append("no usage without a folder")
    if bad:
        print(result.stdout, *bad, sep="\n")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
