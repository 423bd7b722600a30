#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstdint>

namespace vigil::detail {

/// A few bits of a word that holds several numbers, so that one atomic
/// operation changes all of them.
template <unsigned Shift, unsigned Bits>
struct bit_field {
  static constexpr unsigned bits = Bits;
  static constexpr std::uint64_t max = (std::uint64_t{1} << Bits) - 1;
  static constexpr std::uint64_t one = std::uint64_t{1} << Shift;

  [[nodiscard]] static constexpr std::uint64_t get(std::uint64_t word) {
    return (word >> Shift) & max;
  }

  [[nodiscard]] static constexpr std::uint64_t of(std::uint64_t value) {
    return (value & max) << Shift;
  }

  /// Returns whether this field holds `value`, cut to the same bits.
  [[nodiscard]] static constexpr bool is(std::uint64_t word,
                                         std::uint64_t value) {
    return get(word) == (value & max);
  }
};

} // namespace vigil::detail
