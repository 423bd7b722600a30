#include <vigil/detail/base/count_range.hpp>

namespace vigil::detail {

std::string wrong_count(std::string_view setting, const any_count& x,
                        const count_range& range) {
  // Almost always; and nothing is written then.
  if (x.is_unlimited() ? range.or_unlimited : x >= range.min && x <= range.max)
    return {};
  const auto name = std::string{setting};
  const auto given = name + '(' + to_string(x) + ')';
  if (x.is_negative())
    return given + " is negative";
  if (x.is_unlimited())
    return given + " is no number";
  if (x.is_too_large())
    return given + " is too large"
           + (range.or_unlimited ? ": write vigil::unlimited" : "");
  if (range.max == any_count::max)
    return name + " is below " + std::to_string(range.min);
  return name + " is not from " + std::to_string(range.min) + " to "
         + std::to_string(range.max);
}

} // namespace vigil::detail
