#pragma once

#include <vigil/breaker_state.hpp>
#include <vigil/time.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <system_error>

namespace vigil::detail {

/// What anybody may read of a breaker without a lock: the state and its
/// generation in one word, and beside it what a refusal says.
///
/// Only the holder of the breaker's lock writes.
class breaker_word {
public:
  using value = std::uint64_t;

  static breaker_state state_of(value x) noexcept {
    return static_cast<breaker_state>(x & state_bits);
  }

  static std::uint64_t generation_of(value x) noexcept {
    return x >> shift;
  }

  [[nodiscard]] value load() const noexcept {
    return word_.load(std::memory_order_acquire);
  }

  /// Returns when the stay in this state ends by itself, or `never`.
  [[nodiscard]] time_point deadline(value x) const noexcept {
    return time_point{duration{
      stay_of(generation_of(x)).deadline.load(std::memory_order_acquire)}};
  }

  /// Returns the failure that led to this state.
  [[nodiscard]] std::error_code error(value x) const noexcept {
    const auto& from = stay_of(generation_of(x));
    return {from.code.load(std::memory_order_relaxed),
            *from.category.load(std::memory_order_relaxed)};
  }

  /// Sets the deadline unless it is set. For the first probe.
  void set_deadline(std::uint64_t generation, time_point at) noexcept {
    auto expected = never.time_since_epoch().count();
    stays_[generation % count].deadline.compare_exchange_strong(
      expected, at.time_since_epoch().count(), std::memory_order_acq_rel);
  }

  /// Moves to the next generation.
  void enter(breaker_state state, time_point deadline,
             const std::error_code& error) noexcept {
    const auto generation
      = generation_of(word_.load(std::memory_order_relaxed)) + 1;
    auto& to = stays_[generation % count];
    to.deadline.store(deadline.time_since_epoch().count(),
                      std::memory_order_relaxed);
    to.category.store(&error.category(), std::memory_order_relaxed);
    to.code.store(error.value(), std::memory_order_relaxed);
    word_.store((generation << shift) | static_cast<value>(state),
                std::memory_order_release);
  }

  static constexpr time_point never = time_point::max();

private:
  // Several, so that one that was left just now can still be read.
  static constexpr std::size_t count = 8;
  static constexpr value state_bits = 7;
  static constexpr unsigned shift = 3;

  struct stay {
    std::atomic<duration::rep> deadline{never.time_since_epoch().count()};
    std::atomic<const std::error_category*> category{&std::system_category()};
    std::atomic<int> code{0};
  };

  [[nodiscard]] const stay& stay_of(std::uint64_t generation) const noexcept {
    return stays_[generation % count];
  }

  std::atomic<value> word_{0};
  std::array<stay, count> stays_;
};

} // namespace vigil::detail
