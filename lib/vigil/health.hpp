#pragma once

#include <vigil/time.hpp>

#include <cstdint>
#include <string_view>

namespace vigil {

/// How a child does, as its health check sees it.
enum class health : std::uint8_t {
  /// It was not looked at since it came up, or does not run.
  unknown,
  healthy,
  /// It works, but not as it should. Only a probe can say so.
  degraded,
  /// It failed its check often enough, or said so itself.
  unhealthy,
};

[[nodiscard]] std::string_view to_string(health x) noexcept;

/// Returns the worse of two: unhealthy, degraded, unknown, healthy.
[[nodiscard]] health worse(health x, health y) noexcept;

/// How a child is checked. Made by the `health_check` setting of a child.
struct health_policy {
  /// From the end of one check to the next.
  duration interval{};
  /// A check that takes longer has failed.
  duration timeout = std::chrono::seconds{1};
  /// So many failed checks in a row make a child unhealthy.
  std::uint32_t unhealthy_after = 3;
  /// So many good checks in a row make an unhealthy child healthy again. The
  /// first check of a life needs no other.
  std::uint32_t healthy_after = 2;
  /// Whether an unhealthy child is killed and restarted, or only reported.
  bool restart = true;
};

// -- options of `health_check` ------------------------------------------------

/// Fails a check that takes longer. Default: 1 s.
struct within {
  template <class Rep, class Period>
  explicit constexpr within(std::chrono::duration<Rep, Period> x)
    : limit(std::chrono::duration_cast<duration>(x)) {
    // nop
  }

  constexpr void apply(health_policy& x) const noexcept {
    x.timeout = limit;
  }

  duration limit;
};

/// Calls a child unhealthy after so many failed checks in a row. Default: 3.
struct unhealthy_after {
  explicit constexpr unhealthy_after(std::uint32_t n) noexcept : checks(n) {
    // nop
  }

  constexpr void apply(health_policy& x) const noexcept {
    x.unhealthy_after = checks;
  }

  std::uint32_t checks;
};

/// Calls an unhealthy child healthy after so many good checks in a row.
/// Default: 2. Matters with `report_only` alone: a restarted child starts anew.
struct healthy_after {
  explicit constexpr healthy_after(std::uint32_t n) noexcept : checks(n) {
    // nop
  }

  constexpr void apply(health_policy& x) const noexcept {
    x.healthy_after = checks;
  }

  std::uint32_t checks;
};

/// Reports that a child is unhealthy and leaves it running.
struct report_only_t {
  constexpr void apply(health_policy& x) const noexcept {
    x.restart = false;
  }
};
inline constexpr report_only_t report_only{};

/// What can be given to `health_check` beside the interval.
template <class T>
concept health_option = requires(const T& x, health_policy& y) {
  x.apply(y);
};

} // namespace vigil
