#pragma once

#include <vigil/breaker_policy.hpp>
#include <vigil/detail/breaker/call_tally.hpp>

#include <cstdint>
#include <vector>

namespace vigil::detail {

/// Which limits are reached: bits by cause.
class VIGIL_EXPORT reached_limits {
public:
  void add(breaker_cause x) noexcept {
    bits_ |= 1U << static_cast<unsigned>(x);
  }

  void add(reached_limits x) noexcept {
    bits_ |= x.bits_;
  }

  [[nodiscard]] bool has(breaker_cause x) const noexcept {
    return (bits_ >> static_cast<unsigned>(x) & 1U) != 0;
  }

  explicit operator bool() const noexcept {
    return bits_ != 0;
  }

  /// The first in the order of the enumeration.
  [[nodiscard]] breaker_cause first() const noexcept;

  /// Returns all of them, in that order.
  [[nodiscard]] std::vector<breaker_cause> causes() const;

private:
  std::uint32_t bits_ = 0;
};

/// What probes say so far.
enum class probe_verdict : std::uint8_t { undecided, passed, failed };

/// The limits of a policy, ready to compare with. Shares are in billionths, so
/// that "at 7 percent" is exact.
class VIGIL_EXPORT breaker_rules {
public:
  explicit breaker_rules(const breaker_settings& x);

  /// Judges a window. `overdue` calls count as slow though they are not back.
  [[nodiscard]] reached_limits judge(const call_tally& x,
                                     std::uint64_t at_least,
                                     std::uint64_t overdue) const noexcept {
    reached_limits result;
    if (failures_ != 0 && x.failed >= failures_)
      result.add(breaker_cause::failures);
    if (failure_share_ != 0 && x.total >= at_least
        && x.failed * whole >= failure_share_ * x.total)
      result.add(breaker_cause::failure_rate);
    const auto calls = x.total + overdue;
    if (slow_share_ != 0 && calls >= at_least
        && (x.slow + overdue) * whole >= slow_share_ * calls)
      result.add(breaker_cause::slow_call_rate);
    return result;
  }

  [[nodiscard]] probe_verdict judge_probes(const call_tally& x) const noexcept;

  /// Returns how a call counts that began and ended then.
  [[nodiscard]] call_mark mark_of(call_outcome how, time_point since,
                                  time_point now) const noexcept {
    return {how == call_outcome::failure,
            how == call_outcome::slow
              || (slow_limit > duration::zero()
                  && time_between(since, now) > slow_limit)};
  }

  std::uint64_t consecutive = 0;
  std::uint64_t min_calls = 0;
  /// As `min_calls`, but not above what the count window holds.
  std::uint64_t min_counted = 0;
  /// 0 if there is none.
  duration slow_limit{};
  /// What to wait until the first probe is back: a small part of what a user
  /// waits anyhow.
  duration probe_wait{};
  bool judge_successes = true;

  static constexpr std::uint64_t whole = 1'000'000'000;

private:
  std::uint64_t failures_ = 0;
  std::uint64_t failure_share_ = 0;
  std::uint64_t slow_share_ = 0;
  std::uint64_t probes_ = 0;
  std::uint64_t failed_probes_ = 0;
  std::uint64_t slow_probes_ = 0;
  bool decide_early_ = true;
};

} // namespace vigil::detail
