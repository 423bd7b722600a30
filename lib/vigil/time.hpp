#pragma once

#include <vigil/detail/base/language.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>
#include <type_traits>

namespace vigil {

/// Durations in the whole library have the full resolution of the clock.
/// `duration::max()` means without end, wherever a duration is asked for.
using duration = std::chrono::nanoseconds;

/// All times are monotonic. Inside a tree they come from the clock of the actor
/// system, which a test may drive by hand.
using time_point = std::chrono::steady_clock::time_point;

namespace detail {

/// Returns `count * num / den` seconds, or the nearest duration there is.
/// `count` is below two to the power of 64, the others below that of 63.
[[nodiscard]] constexpr duration seconds_of(bool negative, std::uint64_t count,
                                            std::intmax_t num,
                                            std::intmax_t den) noexcept {
  __extension__ using wide = unsigned __int128;
  constexpr auto most
    = static_cast<wide>(std::numeric_limits<duration::rep>::max());
  const auto scaled = wide{count} * static_cast<wide>(num);
  const auto below = static_cast<wide>(den);
  // Not more than the seconds there are, so the products fit.
  if (scaled / below > most / std::nano::den)
    return negative ? duration::min() : duration::max();
  const auto x
    = scaled / below * std::nano::den + scaled % below * std::nano::den / below;
  if (x > most)
    return negative ? duration::min() : duration::max();
  const auto ns = static_cast<duration::rep>(x);
  return duration{negative ? -ns : ns};
}

/// Converts any duration, or returns the nearest one there is. What is no
/// number becomes `duration::min()`.
template <class Rep, class Period>
[[nodiscard]] constexpr duration
saturated(const std::chrono::duration<Rep, Period>& x) noexcept {
  if constexpr (std::is_same_v<std::chrono::duration<Rep, Period>, duration>) {
    return x;
  } else if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
    // As duration_cast computes it, so that 0.3 s are 300 ms; but a float is
    // too short for nanoseconds.
    using real = std::common_type_t<Rep, double>;
    constexpr auto scale = static_cast<real>(Period::num)
                           / static_cast<real>(Period::den)
                           * static_cast<real>(std::nano::den);
    constexpr auto end = -static_cast<real>(duration::min().count());
    const auto count = static_cast<real>(x.count());
    if (count >= end / scale)
      return duration::max();
    if (!(count > -end / scale))
      return duration::min();
    const auto ns = count * scale;
    if (ns >= end)
      return duration::max();
    if (ns <= -end)
      return duration::min();
    return duration{static_cast<duration::rep>(ns)};
  } else {
    const auto negative = x.count() < Rep{};
    const auto bits = static_cast<std::uint64_t>(x.count());
    return seconds_of(negative, negative ? 0 - bits : bits, Period::num,
                      Period::den);
  }
}

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

/// Returns `to - from`, or the nearest duration there is.
[[nodiscard]] constexpr duration time_between(time_point from,
                                              time_point to) noexcept {
  duration::rep result = 0;
  if (!__builtin_sub_overflow(to.time_since_epoch().count(),
                              from.time_since_epoch().count(), &result))
    return duration{result};
  return from < to ? duration::max() : duration::min();
}

} // namespace detail

/// A duration as settings and calls take it: any `std::chrono::duration`
/// becomes one, and what is too long or too short becomes the longest or the
/// shortest there is, where a conversion to `duration` would overflow. So
/// `hours::max()` and an infinite `duration<double>` are `duration::max()`,
/// without end. What is no number is negative, and refused like that; what is
/// below a nanosecond is cut off. `any_duration{}` is zero; like one of chrono,
/// a variable without the braces has no value.
class VIGIL_EXPORT any_duration : public duration {
public:
  any_duration() = default;

  template <class Rep, class Period>
  constexpr any_duration(std::chrono::duration<Rep, Period> x) noexcept
    : duration(detail::saturated(x)) {
    // nop
  }
};

} // namespace vigil
