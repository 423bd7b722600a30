#pragma once

#include <vigil/count.hpp>
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

[[nodiscard]] VIGIL_EXPORT std::string_view to_string(health x) noexcept;

/// Returns the worse of two: unhealthy, degraded, unknown, healthy.
[[nodiscard]] VIGIL_EXPORT health worse(health x, health y) noexcept;

/// How a child is checked. Made by the `health_check` setting of a child.
struct VIGIL_EXPORT health_policy {
  /// From the end of one check to the next.
  any_duration interval{};
  /// A check that takes longer has failed.
  any_duration timeout = std::chrono::seconds{1};
  /// That many failed checks in a row make a child unhealthy.
  any_count unhealthy_after = 3;
  /// That many good checks in a row make an unhealthy child healthy again. An
  /// incarnation that has not been checked yet needs only one.
  any_count healthy_after = 2;
  /// Whether an unhealthy child is killed and restarted, or only reported.
  bool restart = true;
};

// -- options of `health_check` ------------------------------------------------

/// Fails a check that takes longer. Default: 1 s.
struct VIGIL_EXPORT within {
  explicit constexpr within(any_duration x) noexcept : limit(x) {
    // nop
  }

  constexpr void apply(health_policy& x) const noexcept {
    x.timeout = limit;
  }

  duration limit;
};

/// Calls a child unhealthy after that many failed checks in a row. Default: 3.
struct VIGIL_EXPORT unhealthy_after {
  explicit constexpr unhealthy_after(any_count n) noexcept : checks(n) {
    // nop
  }

  constexpr void apply(health_policy& x) const noexcept {
    x.unhealthy_after = checks;
  }

  any_count checks;
};

/// Calls an unhealthy child healthy after that many good checks in a row.
/// Default: 2. Matters with `report_only` alone: a restarted child starts anew.
struct VIGIL_EXPORT healthy_after {
  explicit constexpr healthy_after(any_count n) noexcept : checks(n) {
    // nop
  }

  constexpr void apply(health_policy& x) const noexcept {
    x.healthy_after = checks;
  }

  any_count checks;
};

/// Reports that a child is unhealthy and leaves it running.
struct VIGIL_EXPORT report_only_t {
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
