#pragma once

#include <vigil/count.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/failure.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace vigil {

/// How permits come back to a rate limiter.
enum class rate_refill : std::uint8_t {
  /// One after the other, evenly.
  steady,
  /// All at once, at the end of each period.
  in_cycles,
  /// Each one period after it was used: never more than the limit in any
  /// span of that length.
  sliding,
};

/// At most that many permits in each period.
struct VIGIL_EXPORT rate {
  any_count permits = 1;
  any_duration period = std::chrono::seconds{1};

  friend bool operator==(const rate&, const rate&) = default;
};

/// What a `rate_limit_policy` sets.
struct VIGIL_EXPORT rate_limit_settings {
  vigil::rate rate;
  rate_refill refill = rate_refill::steady;
  std::optional<any_count> burst;
  std::optional<vigil::rate> total;
  any_count queue = 0;
  std::optional<any_duration> max_wait;
  any_count max_keys = 100'000;
};

/// Says how many calls a time may bring, for each key, and who waits.
///
/// A value; every setter returns a changed copy. `check` tells what is wrong.
class VIGIL_EXPORT rate_limit_policy {
public:
  rate_limit_policy() = default;

  /// Lets `permits` calls through in each `period`.
  rate_limit_policy(any_count permits, any_duration period) {
    settings_.rate = {permits, period};
  }

  explicit rate_limit_policy(const rate_limit_settings& x) : settings_(x) {
    // nop
  }

  /// Says how permits come back. Default: steadily.
  [[nodiscard]] rate_limit_policy refill(rate_refill how) const {
    return detail::changed(*this, [&](auto& x) { x.settings_.refill = how; });
  }

  /// Lets that many unused permits gather. Default: those of one period. Not
  /// for `sliding`, which has no bursts.
  [[nodiscard]] rate_limit_policy burst(any_count permits) const {
    return detail::changed(*this,
                           [&](auto& x) { x.settings_.burst = permits; });
  }

  /// Limits the calls of all keys together too.
  [[nodiscard]] rate_limit_policy total(any_count permits,
                                        any_duration period) const {
    return detail::changed(*this, [&](auto& x) {
      x.settings_.total = vigil::rate{permits, period};
    });
  }

  /// Has up to that many calls wait for a permit, first come, first served.
  /// Default: none, calls without a permit are refused.
  [[nodiscard]] rate_limit_policy queue(any_count n) const {
    return detail::changed(*this, [&](auto& x) { x.settings_.queue = n; });
  }

  /// Refuses at once who would have to wait longer. Default: no limit.
  [[nodiscard]] rate_limit_policy max_wait(any_duration time) const {
    return detail::changed(*this,
                           [&](auto& x) { x.settings_.max_wait = time; });
  }

  /// Remembers that many keys; calls of more are refused while none of the
  /// others is idle. Default: 100 000.
  [[nodiscard]] rate_limit_policy max_keys(any_count n) const {
    return detail::changed(*this, [&](auto& x) { x.settings_.max_keys = n; });
  }

  [[nodiscard]] const rate_limit_settings& settings() const noexcept {
    return settings_;
  }

private:
  rate_limit_settings settings_;
};

/// Returns what is wrong with a policy, or nothing. `name` names the limiter in
/// the failure; the message names the setting.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check(const rate_limit_policy& policy, std::string_view name);

/// Returns what is wrong with a rate, or nothing.
[[nodiscard]] VIGIL_EXPORT std::optional<failure> check(const rate& x,
                                                        std::string_view name);

} // namespace vigil
