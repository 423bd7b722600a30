#pragma once

#include <vigil/detail/base/changed.hpp>
#include <vigil/time.hpp>

#include <cstdint>

namespace vigil {

/// Says how long to wait before a restart. A plain value, made by `fixed` and
/// `exponential`; a default-constructed one never waits.
///
/// The wait concerns one child and never blocks its supervisor.
class VIGIL_EXPORT backoff {
public:
  /// Never waits.
  constexpr backoff() = default;

  constexpr backoff(any_duration initial, any_duration cap, double factor)
    : initial_(initial), cap_(cap), factor_(factor),
      reset_after_(cap >= duration::max() / 2 ? duration::max()
                   : cap > duration::zero()   ? cap * 2
                                              : duration::zero()) {
    // nop
  }

  /// Spreads each wait by up to this share of it in both directions, so that
  /// children that failed together do not come back together. What would be
  /// above the cap is as far below it, so a wait at the cap is spread before
  /// it. Range: 0 to 1.
  [[nodiscard]] constexpr backoff jitter(double share) const {
    return detail::changed(*this, [=](auto& x) { x.jitter_ = share; });
  }

  /// Multiplies the wait by this with every failure in a row. At least 1.
  [[nodiscard]] constexpr backoff factor(double factor) const {
    return detail::changed(*this, [=](auto& x) { x.factor_ = factor; });
  }

  /// Starts again with the first wait once the child has run that long.
  /// Default: twice the cap. `duration::max()`: never.
  [[nodiscard]] constexpr backoff reset_after(any_duration healthy) const {
    return detail::changed(*this, [=](auto& x) { x.reset_after_ = healthy; });
  }

  /// Returns whether any restart waits at all.
  [[nodiscard]] constexpr bool enabled() const noexcept {
    return initial_ > duration::zero();
  }

  /// Returns the wait before restart number `attempt` in a row, counted from 1.
  /// `random` is uniform in [0, 1). Never above the cap, never negative;
  /// `duration::max()` means to wait for ever.
  [[nodiscard]] duration delay(std::uint32_t attempt, double random) const;

  [[nodiscard]] constexpr duration initial() const noexcept {
    return initial_;
  }

  [[nodiscard]] constexpr duration cap() const noexcept {
    return cap_;
  }

  [[nodiscard]] constexpr double factor() const noexcept {
    return factor_;
  }

  [[nodiscard]] constexpr double jitter() const noexcept {
    return jitter_;
  }

  [[nodiscard]] constexpr duration reset_after() const noexcept {
    return reset_after_;
  }

  friend bool operator==(const backoff&, const backoff&) = default;

private:
  duration initial_{};
  duration cap_{};
  double factor_ = 1.0;
  double jitter_ = 0.0;
  duration reset_after_{};
};

/// Waits the same time before every restart.
[[nodiscard]] constexpr backoff fixed(any_duration delay) {
  return {delay, delay, 1.0};
}

/// Doubles the wait with every failure in a row, from `initial` up to `cap`.
[[nodiscard]] constexpr backoff exponential(any_duration initial,
                                            any_duration cap) {
  return {initial, cap, 2.0};
}

} // namespace vigil
