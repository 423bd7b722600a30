#include "model/storm.hpp"

#include <doctest/doctest.h>

#include <cstdint>

// What holds for every supervisor at every moment, when starts and stops take
// their time and everything else comes in between. See `storm`.

using namespace vigil::test;

namespace {

void go_through(const storm_weather& weather, std::uint64_t first,
                std::uint64_t storms) {
  std::size_t inputs = 0;
  for (auto seed = first; seed < first + storms; ++seed) {
    storm x{seed, weather};
    if (!x.run())
      FAIL("seed " << seed << '\n' << x.story());
    inputs += x.inputs();
  }
  CHECK(inputs >= storms * weather.steps / 4);
}

} // namespace

TEST_CASE("a supervisor keeps its word while everything takes its time") {
  go_through({.calls = false, .stuck = false, .faults = false}, 1, 5000);
}

TEST_CASE("a supervisor keeps its word while starts fail") {
  go_through({.calls = false, .stuck = false}, 1, 5000);
}

TEST_CASE("a supervisor keeps its word while calls come in between") {
  go_through({.stuck = false}, 1, 5000);
}

TEST_CASE("a supervisor keeps its word whatever hangs") {
  go_through({.children = 5, .steps = 300}, 1, 5000);
}

TEST_CASE("a dynamic supervisor keeps its word while calls come in between") {
  go_through({.children = 6, .stuck = false, .dynamic = true}, 1, 5000);
}

TEST_CASE("a dynamic supervisor keeps its word whatever hangs") {
  go_through({.children = 6, .steps = 300, .dynamic = true}, 1, 5000);
}
