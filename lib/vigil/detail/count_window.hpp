#pragma once

#include <vigil/detail/bit_field.hpp>
#include <vigil/detail/call_tally.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace vigil::detail {

/// The outcomes of the last `size` calls of one generation.
///
/// One word holds generation, position and sums, so a result is counted in its
/// own generation or not at all; what another generation left is empty for this
/// one. The ring holds single outcomes: who replaces one takes it off the sums.
///
/// Thread-safe and lock-free, O(1). While threads are between the two steps,
/// the sums may hold one call too many for each of them.
class count_window {
public:
  /// @pre `0 < size && size < 2^14`
  explicit count_window(std::uint32_t size)
    : size_(size), ring_(new std::atomic<std::uint32_t>[size]) {
    for (std::uint32_t i = 0; i < size; ++i)
      ring_[i].store(0, std::memory_order_relaxed);
  }

  /// Counts a call. Returns the sums after that, or nothing if `generation` is
  /// over.
  std::optional<call_tally> record(std::uint64_t generation,
                                   call_mark x) noexcept {
    const auto more
      = failed::of(x.failed ? 1U : 0U) | slow::of(x.slow ? 1U : 0U);
    auto old = word_.load(std::memory_order_relaxed);
    std::uint64_t index = 0;
    std::uint64_t next = 0;
    do {
      auto base = old;
      if (const auto late = tag::behind(old, generation); late != 0) {
        if (late < 0)
          return std::nullopt;
        base = tag::of(generation);
      }
      index = position::get(base);
      next = index + 1 == size_ ? (base - position::of(index)) | full::one
                                : base + position::one;
      next += more;
    } while (
      !word_.compare_exchange_weak(old, next, std::memory_order_acq_rel));
    const auto mine = entry_of(generation, x);
    // A success in the place of a success: nothing changes.
    if (((ring_[index].load(std::memory_order_acquire) | mine) & 3U) == 0)
      return tally_of(next);
    const auto out = ring_[index].exchange(mine, std::memory_order_acq_rel);
    // Not of this generation, or an ordinary success: nothing to take off.
    if (((out ^ mine) >> 2U) == 0 && (out & 3U) != 0)
      return take_off(generation, next, out);
    return tally_of(next);
  }

  [[nodiscard]] call_tally read(std::uint64_t generation) const noexcept {
    const auto word = word_.load(std::memory_order_acquire);
    return tag::behind(word, generation) == 0 ? tally_of(word) : call_tally{};
  }

private:
  using slow = bit_field<0, 15>;
  using failed = bit_field<15, 15>;
  using position = bit_field<30, 14>;
  using full = bit_field<44, 1>;
  using tag = bit_field<45, 19>;

  static constexpr std::uint32_t entry_of(std::uint64_t generation,
                                          call_mark x) noexcept {
    return static_cast<std::uint32_t>(generation << 2U) | (x.failed ? 2U : 0U)
           | (x.slow ? 1U : 0U);
  }

  call_tally take_off(std::uint64_t generation, std::uint64_t old,
                      std::uint32_t out) noexcept {
    const auto less = failed::of(out >> 1U & 1U) + slow::of(out & 1U);
    do {
      if (tag::behind(old, generation) != 0)
        return tally_of(old);
    } while (
      !word_.compare_exchange_weak(old, old - less, std::memory_order_acq_rel));
    return tally_of(old - less);
  }

  [[nodiscard]] call_tally tally_of(std::uint64_t word) const noexcept {
    return {full::get(word) != 0 ? size_ : position::get(word),
            failed::get(word), slow::get(word)};
  }

  std::uint32_t size_;
  std::unique_ptr<std::atomic<std::uint32_t>[]> ring_;
  alignas(64) std::atomic<std::uint64_t> word_{0};
};

} // namespace vigil::detail
