# What vigil needs of others: Threads, CAF and the Boost headers. Included by
# the installed package and by vigil's own CMakeLists.txt.
#
# CAF comes from its CMake package where it has one (0.18 and later) and from a
# plain search otherwise (0.17, Debian); set CAF_ROOT when it is not in a
# standard place. Sets
#
#   vigil_caf           what to link
#   vigil_caf_version   of what was found; empty if nobody says
#   vigil_missing       what was not found, in words; else empty

set(vigil_caf)
set(vigil_caf_version)
set(vigil_missing)

# Imported targets are of one folder, and whoever uses vigil stands in another.
function(_vigil_show)
  foreach(target ${ARGN})
    if(TARGET ${target})
      set_target_properties(${target} PROPERTIES IMPORTED_GLOBAL TRUE)
    endif()
  endforeach()
endfunction()

set(_vigil_had_threads FALSE)
if(TARGET Threads::Threads)
  set(_vigil_had_threads TRUE)
endif()
find_package(Threads)
if(NOT Threads_FOUND)
  set(vigil_missing "threads")
endif()

if(NOT TARGET CAF::core)
  find_package(CAF CONFIG QUIET COMPONENTS core HINTS ${vigil_caf_hint})
  _vigil_show(CAF::internal CAF::core CAF::io CAF::net CAF::openssl CAF::test)
endif()
if(NOT _vigil_had_threads)
  _vigil_show(Threads::Threads)
endif()

if(TARGET CAF::core)
  set(vigil_caf CAF::core)
  set(vigil_caf_version "${CAF_VERSION}")
else()
  find_path(VIGIL_CAF_INCLUDE_DIR caf/actor_system.hpp
    HINTS "${CAF_ROOT}" PATH_SUFFIXES include)
  find_library(VIGIL_CAF_CORE_LIBRARY caf_core
    HINTS "${CAF_ROOT}" PATH_SUFFIXES lib)
  mark_as_advanced(VIGIL_CAF_INCLUDE_DIR VIGIL_CAF_CORE_LIBRARY)
  if(VIGIL_CAF_INCLUDE_DIR AND VIGIL_CAF_CORE_LIBRARY)
    if(NOT TARGET vigil::caf_core)
      add_library(vigil::caf_core UNKNOWN IMPORTED GLOBAL)
      set_target_properties(vigil::caf_core PROPERTIES
        IMPORTED_LOCATION "${VIGIL_CAF_CORE_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${VIGIL_CAF_INCLUDE_DIR}")
    endif()
    set(vigil_caf vigil::caf_core)
    file(STRINGS "${VIGIL_CAF_INCLUDE_DIR}/caf/config.hpp" _vigil_line
      REGEX "^#define CAF_VERSION [0-9]+$")
    string(REGEX MATCH "[0-9]+$" _vigil_n "${_vigil_line}")
    if(_vigil_n)
      math(EXPR _vigil_major "${_vigil_n} / 10000")
      math(EXPR _vigil_minor "${_vigil_n} / 100 % 100")
      math(EXPR _vigil_patch "${_vigil_n} % 100")
      set(vigil_caf_version "${_vigil_major}.${_vigil_minor}.${_vigil_patch}")
    endif()
  elseif(NOT vigil_missing)
    set(vigil_missing "the C++ Actor Framework (on Debian: libcaf-dev)")
  endif()
endif()

find_path(VIGIL_BOOST_INCLUDE_DIR boost/outcome.hpp
  HINTS "${Boost_INCLUDE_DIR}" "${BOOST_ROOT}" PATH_SUFFIXES include)
mark_as_advanced(VIGIL_BOOST_INCLUDE_DIR)
if(NOT VIGIL_BOOST_INCLUDE_DIR AND NOT vigil_missing)
  set(vigil_missing "the Boost headers (on Debian: libboost-dev)")
endif()
