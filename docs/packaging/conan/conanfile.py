"""A recipe for Conan 2 that builds the vigil in which it stands:

    conan create docs/packaging/conan --build=missing
"""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load
from conan.tools.gnu import PkgConfigDeps
from conan.tools.layout import basic_layout
from conan.tools.meson import Meson, MesonToolchain

REPOSITORY = os.path.join("..", "..", "..")
SOURCES = ["meson.build", "meson_options.txt", "LICENSE", "lib/*", "actors/*",
           "supervisors/*"]


class Vigil(ConanFile):
    name = "vigil"
    description = "OTP-style supervision for the C++ Actor Framework"
    license = "BSD-3-Clause"
    package_type = "library"
    settings = "os", "compiler", "build_type", "arch"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}

    def set_version(self):
        text = load(self, os.path.join(self.recipe_folder, REPOSITORY,
                                       "meson.build"))
        self.version = re.search(r"^  version: '([0-9.]+)'", text, re.M)[1]

    def export_sources(self):
        for pattern in SOURCES:
            copy(self, pattern, os.path.join(self.recipe_folder, REPOSITORY),
                 self.export_sources_folder)

    def layout(self):
        basic_layout(self, src_folder=".")

    def requirements(self):
        # Headers of vigil are templates that call CAF.
        self.requires("caf/[>=1.0.2 <1.2]", transitive_headers=True,
                      transitive_libs=True)
        self.requires("boost/[>=1.74]", transitive_headers=True)

    def build_requirements(self):
        self.tool_requires("meson/[>=1.0.0]")
        self.tool_requires("pkgconf/[>=2.0]")

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        PkgConfigDeps(self).generate()
        toolchain = MesonToolchain(self)
        for part in ("tests", "bench", "samples"):
            toolchain.project_options[part] = "disabled"
        toolchain.generate()

    def build(self):
        meson = Meson(self)
        meson.configure()
        meson.build()

    def package(self):
        Meson(self).install()
        copy(self, "LICENSE", self.source_folder,
             os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.libs = ["vigil"]
        self.cpp_info.set_property("cmake_file_name", "vigil")
        self.cpp_info.set_property("cmake_target_name", "vigil::vigil")
        self.cpp_info.set_property("pkg_config_name", "vigil")
        self.cpp_info.requires = ["caf::caf", "boost::headers"]
        self.cpp_info.system_libs = ["pthread"]
