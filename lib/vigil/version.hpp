#pragma once

#include <vigil/detail/base/language.hpp>

#include <string_view>

/// @file
/// The version of vigil, once as constants of the headers you compile with
/// and once as a function of the library you are linked with. A program that
/// loads a shared libvigil can compare the two; a difference in the minor
/// version before 1.0, or in the major version after it, means trouble.

namespace vigil {

/// Major, minor and patch version of these headers (semantic versioning).
inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

/// The three as one comparable number: `major * 10000 + minor * 100 + patch`,
/// the form CAF uses too.
inline constexpr int version_number
  = version_major * 10000 + version_minor * 100 + version_patch;

/// The version of these headers as text, e.g. `"0.1.0"`.
inline constexpr std::string_view version = "0.1.0";

/// Returns the version the linked library was built with.
[[nodiscard]] VIGIL_EXPORT std::string_view linked_version() noexcept;

} // namespace vigil
