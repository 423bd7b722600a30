#include "breaker_parts.hpp"

#include <vigil/detail/breaker/probe_gate.hpp>

#include <doctest/doctest.h>

using namespace breaker_parts;
using vigil::detail::call_tally;
using vigil::detail::probe_gate;

TEST_SUITE_BEGIN("breaker parts: the probe gate");

TEST_CASE("a probe gate has places in each stay") {
  probe_gate x;
  for (const auto generation : ends()) {
    CAPTURE(generation);
    // What it held is of a stay a power of two before.
    for (unsigned bits = 10; bits < 61; ++bits) {
      x.begin(generation - (std::uint64_t{1} << bits));
      x.enter(generation - (std::uint64_t{1} << bits), 1);
      x.begin(generation);
      REQUIRE(x.taken(generation) == 0);
      REQUIRE(x.enter(generation, 2) == probe_gate::answer::first);
      REQUIRE(x.enter(generation, 2) == probe_gate::answer::admitted);
      REQUIRE(x.enter(generation, 2) == probe_gate::answer::full);
      REQUIRE(x.enter(generation - 1, 2) == probe_gate::answer::over);
      REQUIRE(x.enter(generation + 1, 2) == probe_gate::answer::over);
      REQUIRE(x.finish(generation, {true, false}) == call_tally{1, 1, 0});
      REQUIRE(x.finish(generation, {false, true}) == call_tally{2, 1, 1});
      REQUIRE_FALSE(x.finish(generation - 1, {}));
    }
  }
}

TEST_CASE("a probe gate knows since when the first probe is away") {
  probe_gate x;
  x.begin(1);
  CHECK_FALSE(x.started());
  CHECK(x.away(t0, 20ms) == 20ms);
  CHECK(x.start(t0));
  CHECK(x.started());
  CHECK_FALSE(x.start(t0 + 1s));
  CHECK(x.away(t0 + 5ms, 20ms) == 20ms);
  CHECK(x.away(t0 + 3s, 20ms) == 3s);
  x.begin(2);
  CHECK_FALSE(x.started());
  CHECK(x.away(t0 + 3s, 20ms) == 20ms);
}

TEST_CASE("a probe that says nothing gives its place back") {
  probe_gate x;
  x.begin(1);
  CHECK(x.enter(1, 1) == probe_gate::answer::first);
  CHECK(x.enter(1, 1) == probe_gate::answer::full);
  CHECK(x.leave(1));
  CHECK_FALSE(x.leave(2));
  CHECK(x.taken(1) == 0);
  CHECK(x.enter(1, 1) == probe_gate::answer::first);
  CHECK(x.read(1) == call_tally{});
}

TEST_SUITE_END();
