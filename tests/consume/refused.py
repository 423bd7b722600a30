#!/usr/bin/env python3
"""Shows that vigil says so where a CAF is not one for it.

usage: refused.py SOURCE_ROOT BUILD_ROOT MESON

The parent project's CAF is a header that says what it is: nothing else is
looked at before.
"""

import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from run import SUBPROJECT, mirror, refused  # noqa: E402 (the path first)

PARENT = """project('parent', 'cpp', default_options: ['cpp_std=c++20'])
meson.override_dependency('caf',
  declare_dependency(
    compile_args: '-I' + meson.project_source_root() / 'caf-headers'))
subproject('vigil')
"""

WITHOUT = "vigil needs a CAF with exceptions"
OTHER = "vigil needs CAF 0.17.5 or newer of 0.17, 1.0 or 1.1; found "

# What it says of itself, and what vigil says.
CAFS = {
    "1.1.0": ((1, 1, 0), [], WITHOUT),
    "0.17.6": ((0, 17, 6), ["CAF_NO_EXCEPTIONS"], WITHOUT),
    "0.18.7": ((0, 18, 7), ["CAF_ENABLE_EXCEPTIONS"], OTHER + "0.18.7"),
    "0.17.4": ((0, 17, 4), [], OTHER + "0.17.4"),
    "1.2.0": ((1, 2, 0), ["CAF_ENABLE_EXCEPTIONS"], OTHER + "1.2.0"),
}


def main():
    source, build, meson = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    for name, (version, macros, sentence) in CAFS.items():
        project = build / "consume/refused" / name
        shutil.rmtree(project, ignore_errors=True)
        for part in SUBPROJECT:
            mirror(source / part, project / "subprojects/vigil" / part)
        (project / "meson.build").write_text(PARENT, encoding="utf-8")
        parts = zip(("MAJOR", "MINOR", "PATCH"), version)
        lines = [f"#define CAF_{part}_VERSION {n}" for part, n in parts]
        lines += [f"#define {macro}" for macro in macros]
        header = project / "caf-headers/caf/config.hpp"
        header.parent.mkdir(parents=True)
        header.write_text("\n".join(lines) + "\n", encoding="utf-8")
        refused(sentence, meson, "setup", project / "build", project)


if __name__ == "__main__":
    main()
