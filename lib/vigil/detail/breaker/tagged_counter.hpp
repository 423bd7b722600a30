#pragma once

#include <vigil/detail/breaker/bit_field.hpp>

#include <atomic>
#include <cstdint>
#include <optional>

namespace vigil::detail {

/// A number of `Bits` bits that belongs to one stay of a breaker.
///
/// Who moves the breaker begins a new stay here before anybody can know of it;
/// so what comes for another stay finds another tag and changes nothing. Tags
/// are only ever compared for equality, and the two that can meet are those of
/// neighbours in time, so their range does not matter to who runs. A thread
/// that stands still between its load and its exchange would have to do so for
/// a multiple of 2^(64 - Bits) moves, to the very move, and find the same
/// number, to be taken for one of this stay: at 50 ns a move, which no breaker
/// makes for long, that is 3.6 minutes for 32 bits and 28 years for 10.
///
/// Thread-safe and lock-free.
///
/// Memory orders: each change is one exchange of one word (acquire and release)
/// and each look a load of it (acquire), so a thread that sees a number sees
/// what was written before it was counted. `begin` is a store (release): what
/// comes meanwhile for the old stay is lost with it.
template <unsigned Bits>
class tagged_counter {
public:
  static constexpr std::uint64_t max = bit_field<0, Bits>::max;

  /// Begins a stay with that number. For the one that moves the breaker, before
  /// it stores the generation.
  void begin(std::uint64_t generation, std::uint64_t first = 0) noexcept {
    word_.store(tag::of(generation) | value::of(first),
                std::memory_order_release);
  }

  /// Adds `n`, which may be negative; stops at 0 and at `max`. Returns the new
  /// number, or nothing if this is another stay.
  std::optional<std::uint64_t> add(std::uint64_t generation,
                                   std::int64_t n) noexcept {
    return change(generation, [n](std::uint64_t x) {
      const auto less = static_cast<std::uint64_t>(-n);
      const auto more = static_cast<std::uint64_t>(n);
      return n < 0 ? x - (less < x ? less : x)
                   : x + (more < max - x ? more : max - x);
    });
  }

  /// Adds one if the number is below the limit. Returns what it was before, or
  /// nothing if this is another stay.
  std::optional<std::uint64_t> take_below(std::uint64_t generation,
                                          std::uint64_t limit) noexcept {
    std::uint64_t before = 0;
    const auto after = change(generation, [&](std::uint64_t x) {
      before = x;
      return x < limit && x < max ? x + 1 : x;
    });
    if (!after)
      return std::nullopt;
    return before;
  }

  /// Sets it back to zero; only reads if it is.
  void clear(std::uint64_t generation) noexcept {
    if (get(generation) != 0)
      change(generation, [](std::uint64_t) { return std::uint64_t{0}; });
  }

  /// Returns the number, or zero if this is another stay.
  [[nodiscard]] std::uint64_t get(std::uint64_t generation) const noexcept {
    const auto word = word_.load(std::memory_order_acquire);
    return tag::is(word, generation) ? value::get(word) : 0;
  }

  /// Returns whether it holds that number in this stay.
  [[nodiscard]] bool holds(std::uint64_t generation,
                           std::uint64_t x) const noexcept {
    return word_.load(std::memory_order_acquire)
           == (tag::of(generation) | value::of(x));
  }

private:
  using value = bit_field<0, Bits>;
  using tag = bit_field<Bits, 64 - Bits>;

  template <class F>
  std::optional<std::uint64_t> change(std::uint64_t generation, F f) noexcept {
    auto old = word_.load(std::memory_order_acquire);
    std::uint64_t next = 0;
    do {
      if (!tag::is(old, generation))
        return std::nullopt;
      next = f(value::get(old));
    } while (!word_.compare_exchange_weak(
      old, tag::of(generation) | value::of(next), std::memory_order_acq_rel));
    return next;
  }

  std::atomic<std::uint64_t> word_{0};
};

} // namespace vigil::detail
