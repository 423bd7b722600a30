#!/usr/bin/env python3
"""Builds and runs the consumer project in one of four ways.

usage: run.py WAY SOURCE_ROOT BUILD_ROOT PREFIX LIBDIR MESON CAF_VERSION PLACES

WAY is subproject, pkgconfig, cmake or fetchcontent; PLACES is where CMake
finds that CAF, and empty for one that is just there. Everything happens in a
scratch folder of the build folder, kept between runs so that only the first
one is slow.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from one_caf import require_one_caf  # noqa: E402 (the path first)

# What a user's copy of vigil has to hold to be used as a subproject.
PARTS = ["lib", "actors", "supervisors"]
SUBPROJECT = ["meson.build", "meson_options.txt", *PARTS]
FETCHED = ["CMakeLists.txt", "meson.build", *PARTS]


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


def cmake(project, out, *options, build=True):
    """Configures a CMake project, and builds it."""
    run("cmake", "-S", project, "-B", out, *options)
    if build:
        run("cmake", "--build", out)


def refused(sentence, *argv):
    """Has a command fail that says that sentence."""
    print("+", *argv, "(to fail)", flush=True)
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode == 0 or sentence not in " ".join(done.stdout.split()):
        sys.exit(f"{done.stdout}\ndid not fail with: {sentence}")


def of_another_caf(root, into):
    """Copies an installed vigil, and has it say that it was built with a CAF
    that nobody has."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(root, into, symlinks=True)
    for path in into.rglob("vigilConfig.cmake"):
        text = path.read_text(encoding="utf-8")
        lines = ['set(vigil_CAF_VERSION "7.5.3")'
                 if x.startswith("set(vigil_CAF_VERSION") else x
                 for x in text.splitlines()]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = into / "include/vigil/config.hpp"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("VIGIL_CAF_MINOR ", "VIGIL_CAF_MINOR 7"),
                      encoding="utf-8")
    return config.parents[1]


def links_one_caf(said, places):
    """What pkg-config says of the libraries names those of that CAF."""
    print("libs:", said)
    words = said.split()
    core = [x for x in words if "caf_core" in x]
    if not core or any(x.startswith("-l") for x in core):
        sys.exit("vigil.pc leaves it to the linker which CAF it finds")
    if not all(any(p in x for p in places.split(";")) for x in core):
        sys.exit(f"vigil.pc links another CAF than that at {places}")


def main():
    way, source, build = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    prefix, libdir, meson = Path(sys.argv[4]), Path(sys.argv[5]), sys.argv[6]
    caf, places = sys.argv[7], sys.argv[8]
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
            where = [f"-Dcmake_prefix_path={places.replace(';', ',')}"]
            # Several sources at a time, which takes a fifth of the time. No
            # program need find that CAF yet.
            run(meson, "setup", "--buildtype=plain", "--unity=on",
                "-Dunity_size=6", *where[:bool(places)], out, project,
                LD_LIBRARY_PATH="")
        run(meson, "compile", "-C", out)
        if places:
            require_one_caf(out, places.split(";"))
        run(out / "consumer")
        return

    if way == "fetchcontent":
        for name in FETCHED:
            mirror(source / name, scratch / "vigil" / name)
        out = scratch / "build"
        cmake(project, out, f"-DFETCHCONTENT_SOURCE_DIR_VIGIL={scratch}/vigil",
              "-DFETCHCONTENT_FULLY_DISCONNECTED=ON", "-GNinja",
              "-DCMAKE_UNITY_BUILD=ON", "-DCMAKE_UNITY_BUILD_BATCH_SIZE=6",
              f"-DCMAKE_PREFIX_PATH={places}",
              "-DVIGIL_CAF_FIRST_TYPE_ID=3000")
        if places:
            require_one_caf(out, places.split(";"))
        run(out / "consumer")
        return

    stage = scratch / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    run(meson, "install", "-C", build, "--no-rebuild", "--quiet",
        "--destdir", stage)
    root = stage / prefix.relative_to(prefix.anchor)
    libs = root / libdir
    # What is not in a standard place is found as a user finds it.
    found = ":".join([str(libs), *filter(None, [os.environ.get(
        "LD_LIBRARY_PATH")])])
    if way == "pkgconfig":
        run(project / "build.sh", project / "main.cpp", scratch / "consumer",
            PKG_CONFIG_PATH=libs / "pkgconfig",
            PKG_CONFIG_SYSROOT_DIR=stage)
        run(scratch / "consumer", LD_LIBRARY_PATH=found)
        def ask(what):
            return subprocess.run(
                ["pkg-config", what, "vigil"], check=True,
                env={**os.environ, "PKG_CONFIG_PATH": str(libs / "pkgconfig")},
                stdout=subprocess.PIPE, text=True).stdout.strip()
        said = ask("--variable=caf_version")
        if said != caf:
            sys.exit(f"vigil.pc says CAF {said}, and it is {caf}")
        if places:
            links_one_caf(ask("--libs"), places)
    elif way == "cmake":
        out = scratch / "build"
        # It knows where its CAF is.
        cmake(project, out, f"-DCMAKE_PREFIX_PATH={root}")
        run(out / "consumer", LD_LIBRARY_PATH=found)
        other = scratch / "other"
        include = of_another_caf(root, other)
        refused(f"vigil needs CAF 7.5, with which it was built, and not the "
                f"CAF {caf} that was found", "cmake", "-S", project, "-B",
                scratch / "refused", f"-DCMAKE_PREFIX_PATH={other};{places}")
        refused("these are headers of another CAF than the one that vigil was "
                "built", *os.environ.get("CXX", "c++").split(), "-std=c++20",
                "-fsyntax-only", f"-I{include}",
                *[f"-I{x}/include" for x in places.split(";") if x],
                project / "main.cpp")
    else:
        sys.exit(f"unknown way: {way}")


if __name__ == "__main__":
    main()
