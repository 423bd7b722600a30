#!/usr/bin/env python3
"""Looks at the files of docs/packaging, without the programs they are for.

usage: packaging.py SOURCE_ROOT CMAKE VERSION
"""

import ast
import json
import subprocess
import sys
import tempfile
from pathlib import Path

# What vcpkg has a port call. Each says what it was told.
VCPKG = ["vcpkg_configure_meson", "vcpkg_install_meson",
         "vcpkg_fixup_pkgconfig", "vcpkg_install_copyright"]


def port(root, cmake, version):
    """Runs the port with functions of its name that do nothing."""
    here = root / "docs/packaging/vcpkg"
    described = json.loads((here / "vcpkg.json").read_text(encoding="utf-8"))
    assert described["version"] == version, described["version"]
    assert "caf" in described["dependencies"]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "run.cmake"
        stubs = [f'function({x})\n message(STATUS "{x} ${{ARGN}}")\n'
                 "endfunction()" for x in VCPKG]
        script.write_text("\n".join([
            *stubs, f'set(CURRENT_PORT_DIR "{here}")',
            f'set(CURRENT_INSTALLED_DIR "{folder}/installed")',
            f'set(CURRENT_PACKAGES_DIR "{folder}/packages")',
            f'include("{here}/portfile.cmake")']), encoding="utf-8")
        said = subprocess.run([cmake, "-P", script], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
    for name in VCPKG:
        assert f"-- {name}" in said, f"the port does not call {name}"
    assert f"SOURCE_PATH;{root};OPTIONS" in said, said
    options = (root / "meson_options.txt").read_text(encoding="utf-8")
    for word in said.replace("\n", ";").split(";"):
        name = word.removeprefix("-D").split("=")[0]
        if word.startswith("-D") and name != "cmake_prefix_path":
            assert f"option('{name}'" in options, f"no option {name}"


def recipe(root):
    """Reads the recipe, and looks for what it exports."""
    path = root / "docs/packaging/conan/conanfile.py"
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    values = {x.targets[0].id: x.value for x in tree.body
              if isinstance(x, ast.Assign)}
    for pattern in ast.literal_eval(values["SOURCES"]):
        assert any(root.glob(pattern)), f"nothing is named {pattern}"
    recipes = [x for x in tree.body if isinstance(x, ast.ClassDef)]
    done = {x.name for x in recipes[0].body if isinstance(x, ast.FunctionDef)}
    missing = {"set_version", "export_sources", "requirements", "generate",
               "build", "package", "package_info"} - done
    assert not missing, f"the recipe has no {missing}"


def main():
    root, cmake, version = Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3]
    port(root, cmake, version)
    recipe(root)
    print("the port and the recipe name what is there")


if __name__ == "__main__":
    main()
