#pragma once

#include <chrono>

namespace vigil {

/// Durations in the whole library have the full resolution of the clock.
/// `duration::max()` means without end, wherever a duration is asked for.
using duration = std::chrono::nanoseconds;

/// All times are monotonic. Inside a tree they come from the clock of the actor
/// system, which a test may drive by hand.
using time_point = std::chrono::steady_clock::time_point;

namespace detail {

/// The time that never comes.
inline constexpr time_point never = time_point::max();

/// Returns `at + d`, or the nearest time there is. `never` plus anything, and
/// anything plus `duration::max()`, is `never`. All sums of a time and a
/// duration are made here: the plain `+` overflows, and `at once` comes out.
[[nodiscard]] constexpr time_point time_after(time_point at,
                                              duration d) noexcept {
  if (at == never || d == duration::max())
    return never;
  const auto t = at.time_since_epoch();
  if (d > duration::zero() && t > duration::max() - d)
    return never;
  if (d < duration::zero() && t < duration::min() - d)
    return time_point::min();
  return time_point{t + d};
}

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

/// Returns `to - from`, or the nearest duration there is.
[[nodiscard]] constexpr duration time_between(time_point from,
                                              time_point to) noexcept {
  const auto a = from.time_since_epoch();
  const auto b = to.time_since_epoch();
  if (a < duration::zero() && b > duration::max() + a)
    return duration::max();
  if (a > duration::zero() && b < duration::min() + a)
    return duration::min();
  return b - a;
}

} // namespace detail
} // namespace vigil
