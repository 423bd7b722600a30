#pragma once

#include <vigil/detail/breaker/bit_field.hpp>
#include <vigil/detail/breaker/call_tally.hpp>
#include <vigil/detail/breaker/tagged_counter.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace vigil::detail {

/// The outcomes of the last `size` calls of one stay of a breaker.
///
/// A result takes a place in the ring, writes itself there, and then changes
/// the sums by what came and what went: so the sums are those of the ring as
/// soon as nobody is between these steps, and until then each thread that is
/// may be missing, or one that it pushed out still be counted. Rates are never
/// too high for want of calls: the places are read after the sums.
///
/// What another stay left is empty for this one: places and sums begin anew
/// with each, and what the ring holds knows its generation in full, all 61
/// bits that a breaker counts in.
///
/// Thread-safe and lock-free, O(1).
///
/// Memory orders: all exchanges are acquire and release. A result takes its
/// place in `word_` before it changes a sum; a reader loads the sums first
/// (acquire) and `word_` last, so it sees the places of all that it counts.
/// What a place of the ring says was written by the exchange that put it there.
/// A thread that is lapped between taking its place and writing itself there
/// pushes out a newer result and takes that off the sums: the sums stay those
/// of the ring. A result of another stay finds another tag and gets nothing.
class VIGIL_EXPORT count_window {
public:
  /// @pre `0 < size && size < 2^14`
  explicit count_window(std::uint32_t size)
    : size_(size), ring_(new std::atomic<std::uint64_t>[size]) {
    for (std::uint32_t i = 0; i < size; ++i)
      ring_[i].store(0, std::memory_order_relaxed);
    begin(0);
  }

  /// Empties it; see `tagged_counter`.
  void begin(std::uint64_t generation) noexcept {
    failed_.begin(generation, none);
    slow_.begin(generation, none);
    word_.store(tag::of(generation), std::memory_order_release);
  }

  /// Counts a call. Returns the sums after that, or nothing if this is another
  /// stay.
  std::optional<call_tally> record(std::uint64_t generation,
                                   call_mark x) noexcept {
    auto old = word_.load(std::memory_order_relaxed);
    std::uint64_t index = 0;
    std::uint64_t next = 0;
    do {
      if (!tag::is(old, generation))
        return std::nullopt;
      index = position::get(old);
      next = index + 1 == size_ ? (old - position::of(index)) | full::one
                                : old + position::one;
    } while (
      !word_.compare_exchange_weak(old, next, std::memory_order_acq_rel));
    const auto mine = entry_of(generation, x);
    auto& at = ring_[index];
    auto out = at.load(std::memory_order_acquire);
    // A success in the place of a success, or the same once more: nothing
    // changes.
    if (out != mine && ((out | mine) & 3U) != 0) {
      do {
        // One of a later stay has been here: it must not be pushed out.
        if (out >> 2U > generation)
          return std::nullopt;
      } while (!at.compare_exchange_weak(out, mine, std::memory_order_acq_rel));
      const auto gone = out >> 2U == generation ? out : 0;
      change(failed_, generation, mine >> 1U & 1U, gone >> 1U & 1U);
      change(slow_, generation, mine & 1U, gone & 1U);
    }
    // Where there is nothing to judge, the places need not be read again.
    if (failed_.holds(generation, none) && slow_.holds(generation, none))
      return call_tally{total_of(next), 0, 0};
    const auto failed = sum(failed_.get(generation));
    const auto slow = sum(slow_.get(generation));
    const auto last = word_.load(std::memory_order_acquire);
    if (!tag::is(last, generation))
      return std::nullopt;
    return call_tally{total_of(last), failed, slow};
  }

  [[nodiscard]] call_tally read(std::uint64_t generation) const noexcept {
    const auto failed = sum(failed_.get(generation));
    const auto slow = sum(slow_.get(generation));
    const auto word = word_.load(std::memory_order_acquire);
    if (!tag::is(word, generation))
      return {};
    return {total_of(word), failed, slow};
  }

private:
  using position = bit_field<0, 14>;
  using full = bit_field<14, 1>;
  using tag = bit_field<15, 49>;
  using counter = tagged_counter<16>;

  // Who pushes out what is not counted yet is first to change the sums, so they
  // may be below zero for a moment.
  static constexpr std::uint64_t none = 1U << 15U;

  static std::uint64_t sum(std::uint64_t x) noexcept {
    return std::max(x, none) - none;
  }

  [[nodiscard]] std::uint64_t total_of(std::uint64_t word) const noexcept {
    return full::get(word) != 0 ? size_ : position::get(word);
  }

  static constexpr std::uint64_t entry_of(std::uint64_t generation,
                                          call_mark x) noexcept {
    return generation << 2U | (x.failed ? 2U : 0U) | (x.slow ? 1U : 0U);
  }

  static void change(counter& x, std::uint64_t generation, std::uint64_t more,
                     std::uint64_t less) noexcept {
    if (more != less)
      x.add(generation, more != 0 ? 1 : -1);
  }

  std::uint32_t size_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> ring_;
  alignas(64) std::atomic<std::uint64_t> word_{0};
  counter failed_;
  counter slow_;
};

} // namespace vigil::detail
