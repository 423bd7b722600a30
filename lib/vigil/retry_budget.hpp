#pragma once

#include <vigil/count.hpp>
#include <vigil/detail/base/count_range.hpp>

#include <atomic>
#include <cstdint>
#include <string>

namespace vigil {

/// Keeps retries a share of all calls, so that they do not become a storm when
/// everything fails: each call pays in a share, each retry takes out one.
///
/// Thread-safe and lock-free. Never gives more than it has.
///
/// Memory orders: relaxed. The balance is one number, and publishes nothing
/// else. A thread that was overtaken tries again with what the other one left.
class VIGIL_EXPORT retry_budget {
public:
  /// Allows `share` retries per call in the long run, from 0 to `most_share`,
  /// and up to `burst` at once, which may be `unlimited`. It begins full. What
  /// is out of these bounds counts as the nearest bound, a share that is no
  /// number as 0, and policies with such a budget are refused.
  retry_budget(double share, any_count burst) noexcept
    : given_share_(share), given_burst_(burst),
      share_(share > 0 ? static_cast<std::int64_t>(
               (share < most_share ? share : most_share) * one)
                       : 0),
      most_(std::int64_t{burst.value()} * one), balance_(most_) {
    // nop
  }

  /// More retries for each call make no sense.
  static constexpr double most_share = 1000;

  /// Returns what is wrong with its numbers, or an empty string.
  [[nodiscard]] std::string mistake() const {
    if (!(given_share_ >= 0 && given_share_ <= most_share))
      return "its share is not from 0 to 1000";
    auto wrong = detail::wrong_count("burst", given_burst_, detail::any_limit);
    if (!wrong.empty())
      return wrong;
    if (given_share_ > 0 && share_ == 0)
      return "its share is above 0, and below a millionth";
    if (given_share_ > 0 && most_ == 0)
      return "with a burst of 0, a share pays for nothing";
    return {};
  }

  /// A call begins.
  void pay_in() noexcept {
    auto old = balance_.load(std::memory_order_relaxed);
    while (old < most_
           && !balance_.compare_exchange_weak(
             old, old + share_ < most_ ? old + share_ : most_,
             std::memory_order_relaxed)) {
      // nop
    }
  }

  /// Asks for one retry.
  [[nodiscard]] bool take() noexcept {
    if (given_burst_.is_unlimited())
      return true;
    auto old = balance_.load(std::memory_order_relaxed);
    do {
      if (old < one)
        return false;
    } while (!balance_.compare_exchange_weak(old, old - one,
                                             std::memory_order_relaxed));
    return true;
  }

  /// Returns how many retries it pays for at once, up to `burst`.
  [[nodiscard]] std::uint32_t retries() const noexcept {
    return static_cast<std::uint32_t>(balance_.load(std::memory_order_relaxed)
                                      / one);
  }

private:
  static constexpr std::int64_t one = 1'000'000;

  const double given_share_;
  const any_count given_burst_;
  const std::int64_t share_;
  const std::int64_t most_;
  std::atomic<std::int64_t> balance_;
};

} // namespace vigil
