#pragma once

#include <cstdint>

namespace fhir_intake {

/// Returns a well mixed number for the n-th thing of a run with that seed: the
/// same on every machine, whatever was asked before (splitmix64).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t seed,
                                          std::uint64_t n) noexcept {
  auto z = seed * 0xd1342543de82ef95u + (n + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Returns `x` as a number in [0, 1).
[[nodiscard]] constexpr double as_share(std::uint64_t x) noexcept {
  return static_cast<double>(x >> 11) * 0x1p-53;
}

} // namespace fhir_intake
