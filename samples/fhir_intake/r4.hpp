#pragma once

#include <span>
#include <string_view>

namespace fhir_intake {

/// What FHIR R4 asks of a resource type, as far as this program checks it.
struct r4_rule {
  std::string_view type;
  /// Elements that must be there. `occurrence[x]` stands for any element whose
  /// name is `occurrence` and a type, such as `occurrenceDateTime`.
  std::span<const std::string_view> required;
  /// An element that, if present, holds one of `codes`; may be empty.
  std::string_view coded_element;
  std::span<const std::string_view> codes;
};

/// Returns whether FHIR R4 knows a resource of that type.
[[nodiscard]] bool is_r4_type(std::string_view type) noexcept;

/// Returns the rule for that type, or null if there is none to check.
[[nodiscard]] const r4_rule* r4_rule_of(std::string_view type) noexcept;

/// Returns whether `x` is a FHIR id: 1 to 64 of `A-Z a-z 0-9 - .`.
[[nodiscard]] bool is_r4_id(std::string_view x) noexcept;

/// Returns whether `x` is a FHIR date: a year, a month or a day that exists.
[[nodiscard]] bool is_r4_date(std::string_view x) noexcept;

} // namespace fhir_intake
