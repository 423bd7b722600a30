#pragma once

#include <string>
#include <system_error>

namespace fhir_intake {

/// Everything that can go wrong in this program by itself.
enum class intake_errc {
  /// The line is not JSON.
  not_json = 1,
  /// The line is JSON, but not a FHIR resource.
  not_a_resource,
  /// The resource breaks a rule of its type.
  invalid_resource,
  /// The line is longer than this program takes.
  line_too_long,
  /// The line is not what was read: it was damaged on its way.
  damaged_line,
  /// A file or folder cannot be read.
  unreadable_input,
  /// SQLite failed.
  database_failed,
  /// The store was killed on request (`--kill-store`).
  killed_on_request,
};

[[nodiscard]] const std::error_category& intake_category() noexcept;

[[nodiscard]] std::error_code make_error_code(intake_errc code) noexcept;

} // namespace fhir_intake

template <>
struct std::is_error_code_enum<fhir_intake::intake_errc> : std::true_type {};
