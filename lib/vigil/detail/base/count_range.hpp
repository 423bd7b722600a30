#pragma once

#include <vigil/count.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace vigil {

namespace detail {

/// What a count may be, beside what `any_count` can hold.
struct VIGIL_EXPORT count_range {
  std::uint32_t min = 0;
  std::uint32_t max = any_count::max;
  bool or_unlimited = false;
};

/// For counts that only limit something.
inline constexpr count_range any_limit{0, any_count::max, true};
inline constexpr count_range limit_above_zero{1, any_count::max, true};

/// For counts of what is made at once.
inline constexpr count_range many{1, 1'000'000};
inline constexpr count_range up_to_many{0, many.max};

/// Returns what is wrong with a count, such as `"queue(-1) is negative"`, or
/// an empty string. All checks of counts ask here.
[[nodiscard]] VIGIL_EXPORT std::string wrong_count(std::string_view setting,
                                                   const any_count& x,
                                                   const count_range& range);

} // namespace detail
} // namespace vigil
