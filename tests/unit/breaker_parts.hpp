#pragma once

#include <vigil/errc.hpp>
#include <vigil/time.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

/// What the tests of a breaker's parts share; they build no breaker.
namespace breaker_parts {

using namespace std::chrono_literals;
using vigil::duration;
using vigil::errc;
using vigil::time_point;

inline constexpr time_point t0{100h};

/// Generations around which some number of bits ends.
inline std::vector<std::uint64_t> ends() {
  std::vector<std::uint64_t> result;
  for (const auto bits :
       {10, 17, 18, 19, 23, 24, 29, 30, 31, 32, 33, 34, 48, 49, 53, 54, 60})
    for (std::uint64_t i = 0; i < 5; ++i)
      result.push_back((std::uint64_t{1} << static_cast<unsigned>(bits)) - 2
                       + i);
  return result;
}

} // namespace breaker_parts
