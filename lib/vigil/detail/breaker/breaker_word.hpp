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
/// Only the holder of the breaker's lock writes. A generation has 61 bits: at a
/// move each nanosecond they last for 73 years. What belongs to a stay is kept
/// in one of eight places, one after the other.
///
/// Memory orders: a move writes the place of the new stay, then the word (both
/// release). A reader loads the word (acquire) and finds what the place holds.
/// If it then loads the place (acquire) late, it may be lapped: it finds parts
/// of a later stay, and these were written after the word of the stay before
/// that. So the word, loaded again after the place (relaxed), tells: seven
/// moves or more, and the reader gets the beginning of time and no error, which
/// says that the stay is over. Deadline, category and code are three loads, and
/// of one stay whenever they are given out. `may_be_over` spares the second
/// look: lapped, it may answer for a later stay.
class VIGIL_EXPORT breaker_word {
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

  /// What a refusal says of a stay.
  struct view {
    time_point deadline;
    std::error_code error;
  };

  /// Returns both at once; the beginning of time and no error if the stay was
  /// left long ago.
  [[nodiscard]] view look(value x) const noexcept {
    const auto& from = stay_of(generation_of(x));
    const auto at = from.deadline.load(std::memory_order_acquire);
    const auto code = from.code.load(std::memory_order_acquire);
    const auto* category = from.category.load(std::memory_order_acquire);
    if (!is_kept(x)) [[unlikely]]
      return {time_point::min(), {}};
    return {time_point{duration{at}}, {code, *category}};
  }

  /// Returns whether there is anything to do at `now` for who comes in this
  /// state; `deadline` tells for sure. If it is false, the stay lasts, or was
  /// left long ago by the moves of others.
  [[nodiscard]] bool may_be_over(value x, time_point now) const noexcept {
    return now.time_since_epoch().count()
           >= stay_of(generation_of(x))
                .deadline.load(std::memory_order_acquire);
  }

  /// Returns when the stay in this state ends by itself, or `never`; the
  /// beginning of time if it was left long ago.
  [[nodiscard]] time_point deadline(value x) const noexcept {
    const auto at
      = stay_of(generation_of(x)).deadline.load(std::memory_order_acquire);
    return is_kept(x) ? time_point{duration{at}} : time_point::min();
  }

  /// Returns the failure that led to this state; none if it was left long ago.
  [[nodiscard]] std::error_code error(value x) const noexcept {
    const auto& from = stay_of(generation_of(x));
    const auto code = from.code.load(std::memory_order_acquire);
    const auto* category = from.category.load(std::memory_order_acquire);
    return is_kept(x) ? std::error_code{code, *category} : std::error_code{};
  }

  /// Sets the deadline of the present stay unless it is set. For the first
  /// probe.
  void set_deadline(time_point at) noexcept {
    const auto generation
      = generation_of(word_.load(std::memory_order_relaxed));
    auto& to = stays_[generation % count].deadline;
    if (to.load(std::memory_order_relaxed) == never.time_since_epoch().count())
      to.store(at.time_since_epoch().count(), std::memory_order_release);
  }

  /// Moves to the next generation.
  void enter(breaker_state state, time_point deadline,
             const std::error_code& error) noexcept {
    const auto generation
      = generation_of(word_.load(std::memory_order_relaxed)) + 1;
    auto& to = stays_[generation % count];
    to.deadline.store(deadline.time_since_epoch().count(),
                      std::memory_order_release);
    to.category.store(&error.category(), std::memory_order_release);
    to.code.store(error.value(), std::memory_order_release);
    word_.store((generation << shift) | static_cast<value>(state),
                std::memory_order_release);
  }

  /// Gives the present stay another number; for tests.
  void renumber(std::uint64_t generation) noexcept {
    const auto at = word_.load(std::memory_order_relaxed);
    const auto end = deadline(at);
    const auto why = error(at);
    word_.store((generation - 1) << shift, std::memory_order_relaxed);
    enter(state_of(at), end, why);
  }

private:
  // The one after the present stay may be under way to be written.
  [[nodiscard]] bool is_kept(value x) const noexcept {
    const auto present = word_.load(std::memory_order_relaxed);
    return generation_of(present) - generation_of(x) < count - 1;
  }

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
