#pragma once

#include <vigil/detail/bit_field.hpp>

#include <atomic>
#include <cstdint>

namespace vigil::detail {

/// A number that belongs to one generation and is zero for every later one.
/// Thread-safe and lock-free. What comes for an older one changes nothing.
class tagged_counter {
public:
  /// Returns the new value; 0 if the generation is over.
  std::uint32_t add(std::uint64_t generation, std::int32_t n) noexcept {
    return change(generation, [n](std::uint64_t x) {
      const auto sum = static_cast<std::int64_t>(x) + n;
      return static_cast<std::uint64_t>(sum < 0 ? 0 : sum);
    });
  }

  /// Sets it back to zero; only reads if it is.
  void clear(std::uint64_t generation) noexcept {
    if (get(generation) != 0)
      change(generation, [](std::uint64_t) { return 0U; });
  }

  [[nodiscard]] std::uint32_t get(std::uint64_t generation) const noexcept {
    const auto word = word_.load(std::memory_order_acquire);
    return tag::behind(word, generation) == 0
             ? static_cast<std::uint32_t>(value::get(word))
             : 0;
  }

private:
  using value = bit_field<0, 32>;
  using tag = bit_field<32, 32>;

  template <class F>
  std::uint32_t change(std::uint64_t generation, F f) noexcept {
    auto old = word_.load(std::memory_order_acquire);
    std::uint64_t next = 0;
    do {
      const auto late = tag::behind(old, generation);
      if (late < 0)
        return 0;
      next
        = tag::of(generation) | value::of(f(late == 0 ? value::get(old) : 0));
    } while (
      !word_.compare_exchange_weak(old, next, std::memory_order_acq_rel));
    return static_cast<std::uint32_t>(value::get(next));
  }

  std::atomic<std::uint64_t> word_{0};
};

} // namespace vigil::detail
