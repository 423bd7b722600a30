# Builds the vigil in which this port stands. For one that stands elsewhere,
# put vcpkg_from_git or vcpkg_from_github here.
get_filename_component(SOURCE_PATH "${CURRENT_PORT_DIR}/../../.." ABSOLUTE)

vcpkg_configure_meson(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    -Dtests=disabled
    -Dbench=disabled
    -Dsamples=disabled
    "-Dcmake_prefix_path=${CURRENT_INSTALLED_DIR}")
vcpkg_install_meson()
vcpkg_fixup_pkgconfig()

# The CMake package knows its place below the prefix, and stays there.
set(VCPKG_POLICY_SKIP_MISPLACED_CMAKE_FILES_CHECK enabled)
set(VCPKG_POLICY_SKIP_LIB_CMAKE_MERGE_CHECK enabled)
file(REMOVE_RECURSE
  "${CURRENT_PACKAGES_DIR}/debug/include"
  "${CURRENT_PACKAGES_DIR}/debug/lib/cmake")

vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
