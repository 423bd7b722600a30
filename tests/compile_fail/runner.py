#!/usr/bin/env python3
"""Proves that a file does not compile, and for the stated reason.

usage: runner.py BUILD_ROOT FILE.cpp [INCLUDE_DIR...]

The file carries one or more lines

    // expect: text that has to stand in the compiler's diagnostics
    // flags: -Werror=unused-result        (optional, more compiler flags)

and guards what must not compile with `#ifndef VIGIL_EXPECT_SUCCESS`. It is
compiled twice: as it is, which has to fail with every expected text, and with
VIGIL_EXPECT_SUCCESS, which has to succeed. The second run proves that nothing
but the guarded lines is wrong. The first error has to be an expected one: a
reader looks no further.
"""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

MODEL = "compile_fail/model.cpp"  # its flags are those of a user


def model_command(build_root):
    """Returns (directory, argv) of the model's compile command, bare of
    the launcher, the input, the output and the dependency file."""
    entries = json.loads((build_root / "compile_commands.json").read_text())
    entry = next(e for e in entries if e["file"].endswith(MODEL))
    argv = shlex.split(entry["command"])
    if Path(argv[0]).name in ("ccache", "sccache"):
        argv = argv[1:]
    result, skip = [], False
    for arg in argv:
        if skip:
            skip = False
        elif arg in ("-o", "-MF", "-MQ", "-MT"):
            skip = True
        elif arg in ("-c", "-MD", "-MMD", entry["file"], "-fpch-preprocess"):
            pass
        elif arg == "-Werror":
            pass  # a stray warning is not the failure a file promises
        else:
            result.append(arg)
    return entry["directory"], result


def normal(text):
    """Joins wrapped lines and levels the compilers' quotation marks."""
    return " ".join(re.sub("[‘’`\"]", "'", text).split())


def plain(text):
    """Takes colours out."""
    return re.sub("\x1b\\[[0-9;]*[A-Za-z]", "", text)


def main():
    build_root, source = Path(sys.argv[1]), Path(sys.argv[2])
    text = source.read_text()
    expected = re.findall(r"^// expect: (.+)$", text, re.M)
    flags = shlex.split(" ".join(re.findall(r"^// flags: (.+)$", text, re.M)))
    if not expected:
        sys.exit(f"{source}: no '// expect: ...' line")
    if "VIGIL_EXPECT_SUCCESS" not in text:
        sys.exit(f"{source}: nothing is guarded by VIGIL_EXPECT_SUCCESS")
    directory, argv = model_command(build_root)
    argv += ["-fsyntax-only"] + flags
    argv += [f"-I{path}" for path in sys.argv[3:]]

    def compile_it(*more):
        return subprocess.run(
            argv + list(more) + [str(source)], cwd=directory, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    sound = compile_it("-DVIGIL_EXPECT_SUCCESS")
    if sound.returncode != 0:
        print(sound.stdout)
        sys.exit(f"{source}: fails even without the guarded lines")
    broken = compile_it()
    if broken.returncode == 0:
        sys.exit(f"{source}: compiles, but must not")
    missing = [e for e in expected if normal(e) not in normal(broken.stdout)]
    if missing:
        print(broken.stdout)
        sys.exit("\n".join(f"{source}: not said: {e}" for e in missing))
    first = next((line for line in plain(broken.stdout).splitlines()
                  if re.search(r"\berror:", line)), "")
    if not any(normal(e) in normal(first) for e in expected):
        print(broken.stdout)
        sys.exit(f"{source}: the first error is another one: {first}")
    print(f"{source.name}: refused as expected")


if __name__ == "__main__":
    main()
