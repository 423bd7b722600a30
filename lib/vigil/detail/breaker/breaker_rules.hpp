#pragma once

#include <vigil/breaker_policy.hpp>
#include <vigil/detail/breaker/call_tally.hpp>

#include <cstdint>
#include <vector>

namespace vigil::detail {

/// Which limits are reached: bits by cause.
class VIGIL_EXPORT verdict {
public:
  void add(breaker_cause x) noexcept {
    bits_ |= 1U << static_cast<unsigned>(x);
  }

  void add(verdict x) noexcept {
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
  [[nodiscard]] verdict judge(const call_tally& x, std::uint64_t at_least,
                              std::uint64_t overdue) const noexcept {
    verdict result;
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

  /// Returns from when on a call that began then is slow.
  [[nodiscard]] time_point slow_after(time_point since) const noexcept {
    return time_after(since, slow_limit + duration{1});
  }

  std::uint64_t consecutive = 0;
  std::uint64_t min_calls = 0;
  /// As `min_calls`, but not above what the count window holds.
  std::uint64_t min_counted = 0;
  /// 0 if there is none.
  duration slow_limit{};
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

/// What a breaker remembers across moves.
struct VIGIL_EXPORT breaker_memory {
  std::uint32_t attempts = 0;
  time_point closed_since{};
  call_tally seen;
  breaker_order order;
  verdict exceeded;
  std::uint64_t refused_before = 0;
  std::uint64_t random = 0;

  /// Uniform in [0, 1).
  [[nodiscard]] double next_random() noexcept;
};

} // namespace vigil::detail
