#pragma once

#include <vigil/detail/base/language.hpp>

#include <cstdint>

namespace vigil::detail {

/// Returns a number in [0, 1) that belongs to `x`; those of numbers in a row
/// look uniform and independent (the mixing step of SplitMix64).
[[nodiscard]] constexpr double random_unit(std::uint64_t x) noexcept {
  x *= 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return static_cast<double>((x ^ (x >> 31U)) >> 11U) * 0x1.0p-53;
}

} // namespace vigil::detail
