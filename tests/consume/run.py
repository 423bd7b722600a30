#!/usr/bin/env python3
"""Builds and runs the consumer project in one of three ways.

usage: run.py WAY SOURCE_ROOT BUILD_ROOT PREFIX LIBDIR MESON

WAY is subproject, pkgconfig or cmake. Everything happens in a scratch folder
of the build folder, kept between runs so that only the first one is slow.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# What a user's copy of vigil has to hold to be used as a subproject.
SUBPROJECT = ["meson.build", "meson_options.txt", "lib", "actors",
              "supervisors"]


def run(*argv, **env):
    print("+", *argv, flush=True)
    subprocess.run([str(a) for a in argv], check=True,
                   env={**os.environ, **{k: str(v) for k, v in env.items()}})


def mirror(source, target):
    """Copies a file or folder with its times, and drops what is gone, so
    that ninja sees only real changes."""
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        wanted = {p.name for p in source.iterdir()}
        for stale in target.iterdir():
            if stale.name not in wanted:
                shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
        for name in wanted:
            mirror(source / name, target / name)
    elif (not target.exists()
          or target.stat().st_mtime_ns != source.stat().st_mtime_ns):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def main():
    way, source, build = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    prefix, libdir, meson = Path(sys.argv[4]), Path(sys.argv[5]), sys.argv[6]
    here = Path(__file__).resolve().parent
    scratch = build / "consume" / way
    project = scratch / "project"
    mirror(here / way, project)
    mirror(here / "main.cpp", project / "main.cpp")
    # Meson and ninja describe the build we run in; ours is another one.
    for name in ("MESON_BUILD_ROOT", "MESON_SOURCE_ROOT", "DESTDIR"):
        os.environ.pop(name, None)

    if way == "subproject":
        project = scratch / "parent"
        mirror(here / way / "meson.build", project / "meson.build")
        mirror(here / "main.cpp", project / "main.cpp")
        for name in SUBPROJECT:
            mirror(source / name, project / "subprojects/vigil" / name)
        out = scratch / "build"
        if not (out / "build.ninja").exists():
            run(meson, "setup", "--buildtype=plain", out, project)
        run(meson, "compile", "-C", out)
        run(out / "consumer")
        return

    stage = scratch / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    run(meson, "install", "-C", build, "--no-rebuild", "--quiet",
        "--destdir", stage)
    root = stage / prefix.relative_to(prefix.anchor)
    libs = root / libdir
    if way == "pkgconfig":
        run(project / "build.sh", project / "main.cpp", scratch / "consumer",
            PKG_CONFIG_PATH=libs / "pkgconfig",
            PKG_CONFIG_SYSROOT_DIR=stage)
        run(scratch / "consumer", LD_LIBRARY_PATH=libs)
    elif way == "cmake":
        out = scratch / "build"
        run("cmake", "-S", project, "-B", out, f"-DCMAKE_PREFIX_PATH={root}")
        run("cmake", "--build", out)
        run(out / "consumer", LD_LIBRARY_PATH=libs)
    else:
        sys.exit(f"unknown way: {way}")


if __name__ == "__main__":
    main()
