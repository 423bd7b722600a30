#include <vigil/count.hpp>
#include <vigil/detail/base/count_range.hpp>

namespace vigil {

std::string any_count::text() const {
  return negative_ ? std::to_string(static_cast<std::int64_t>(bits_))
                   : std::to_string(bits_);
}

std::string to_string(const any_count& x) {
  return x.is_unlimited() ? "unlimited" : x.text();
}

namespace detail {

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

} // namespace detail
} // namespace vigil
