#pragma once

#include <atomic>
#include <cstdint>

namespace vigil {

/// Keeps retries a share of all calls, so that they do not become a storm when
/// everything fails: each call pays in a share, each retry takes out one.
///
/// Thread-safe and lock-free. Never gives more than it has.
class retry_budget {
public:
  /// Allows `share` retries per call in the long run, and up to `burst` at
  /// once. It begins full. A negative share counts as none.
  retry_budget(double share, std::uint32_t burst) noexcept
    : share_(share > 0 ? static_cast<std::int64_t>(share * one) : 0),
      most_(std::int64_t{burst} * one), balance_(most_) {
    // nop
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
    auto old = balance_.load(std::memory_order_relaxed);
    do {
      if (old < one)
        return false;
    } while (!balance_.compare_exchange_weak(old, old - one,
                                             std::memory_order_relaxed));
    return true;
  }

  /// Returns how many retries it pays for at once.
  [[nodiscard]] std::uint32_t retries() const noexcept {
    return static_cast<std::uint32_t>(balance_.load(std::memory_order_relaxed)
                                      / one);
  }

private:
  static constexpr std::int64_t one = 1'000'000;

  const std::int64_t share_;
  const std::int64_t most_;
  std::atomic<std::int64_t> balance_;
};

} // namespace vigil
