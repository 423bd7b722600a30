#pragma once

#include <vigil/time.hpp>

namespace vigil::detail {

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
