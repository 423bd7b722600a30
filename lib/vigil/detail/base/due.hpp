#pragma once

#include <vigil/time.hpp>

namespace vigil::detail {

/// Returns `at - d`, or the nearest time there is. `never` minus anything is
/// `never`; anything else minus `duration::max()` is `time_point::min()`.
[[nodiscard]] constexpr time_point time_before(time_point at,
                                               duration d) noexcept {
  if (at == never)
    return never;
  if (d == duration::max())
    return time_point::min();
  return time_after(at, d == duration::min() ? duration::max() : -d);
}

/// Returns whether a time has come. `never` does not, even where the clock
/// stands at that moment: what looked again at `never` would do so for ever.
[[nodiscard]] constexpr bool is_due(time_point at, time_point now) noexcept {
  return at <= now && at != never;
}

/// Returns whether at `now` something lasts for `d` that began at `since`;
/// `duration::max()` is never over.
[[nodiscard]] constexpr bool has_lasted(time_point since, time_point now,
                                        duration d) noexcept {
  return d != duration::max() && time_between(since, now) >= d;
}

} // namespace vigil::detail
