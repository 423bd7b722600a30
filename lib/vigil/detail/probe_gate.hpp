#pragma once

#include <vigil/detail/bit_field.hpp>
#include <vigil/detail/call_tally.hpp>

#include <atomic>
#include <cstdint>
#include <optional>

namespace vigil::detail {

/// Counts the probes of a half-open breaker: never more than the limit are
/// under way or done in one generation.
///
/// Thread-safe and lock-free; one word holds all, also the generation, so that
/// nothing of another one can touch it.
class probe_gate {
public:
  enum class answer : std::uint8_t { first, admitted, full, over };

  /// Asks for a place. `over` means that the generation is.
  answer enter(std::uint64_t generation, std::uint32_t limit) noexcept {
    auto old = word_.load(std::memory_order_acquire);
    std::uint64_t base = 0;
    do {
      base = old;
      if (const auto late = tag::behind(old, generation); late < 0)
        return answer::over;
      else if (late > 0)
        base = tag::of(generation);
      if (entered::get(base) >= limit)
        return answer::full;
    } while (!word_.compare_exchange_weak(old, base + entered::one,
                                          std::memory_order_acq_rel));
    return entered::get(base) == 0 ? answer::first : answer::admitted;
  }

  /// Counts a result. Returns all results so far, or nothing if the generation
  /// is over.
  std::optional<call_tally> finish(std::uint64_t generation,
                                   call_mark x) noexcept {
    const auto more
      = done::one + failed::of(x.failed ? 1U : 0U) + slow::of(x.slow ? 1U : 0U);
    auto old = word_.load(std::memory_order_acquire);
    do {
      if (tag::behind(old, generation) != 0)
        return std::nullopt;
    } while (
      !word_.compare_exchange_weak(old, old + more, std::memory_order_acq_rel));
    return tally_of(old + more);
  }

  /// Gives back the place of a probe that says nothing. Returns false if the
  /// generation is over.
  bool leave(std::uint64_t generation) noexcept {
    auto old = word_.load(std::memory_order_acquire);
    do {
      if (tag::behind(old, generation) != 0)
        return false;
    } while (!word_.compare_exchange_weak(old, old - entered::one,
                                          std::memory_order_acq_rel));
    return true;
  }

  [[nodiscard]] call_tally read(std::uint64_t generation) const noexcept {
    const auto word = word_.load(std::memory_order_acquire);
    return tag::behind(word, generation) == 0 ? tally_of(word) : call_tally{};
  }

  /// Returns how many places are taken, by calls under way or done.
  [[nodiscard]] std::uint64_t taken(std::uint64_t generation) const noexcept {
    const auto word = word_.load(std::memory_order_acquire);
    return tag::behind(word, generation) == 0 ? entered::get(word) : 0;
  }

private:
  using slow = bit_field<0, 10>;
  using failed = bit_field<10, 10>;
  using done = bit_field<20, 10>;
  using entered = bit_field<30, 10>;
  using tag = bit_field<40, 24>;

  [[nodiscard]] static call_tally tally_of(std::uint64_t word) noexcept {
    return {done::get(word), failed::get(word), slow::get(word)};
  }

  std::atomic<std::uint64_t> word_{0};
};

} // namespace vigil::detail
