#include "breaker_parts.hpp"

#include <vigil/detail/breaker/tagged_counter.hpp>

#include <doctest/doctest.h>

using namespace breaker_parts;
using vigil::detail::tagged_counter;

TEST_SUITE_BEGIN("breaker parts: a tagged counter");

TEST_CASE("a tagged counter stops at its ends and does not wrap") {
  tagged_counter<32> x;
  for (const auto generation : ends()) {
    x.begin(generation, tagged_counter<32>::max - 1);
    CHECK(x.add(generation, 1) == 0xffff'ffffU);
    CHECK(x.add(generation, 1) == 0xffff'ffffU);
    CHECK(x.add(generation, -1) == 0xffff'fffeU);
    CHECK_FALSE(x.add(generation + 1, 1));
    CHECK_FALSE(x.add(generation - 1, 1));
    CHECK(x.get(generation + 1) == 0);
    x.clear(generation);
    CHECK(x.add(generation, -3) == 0);
    CHECK(x.add(generation, 3) == 3);
  }
}

TEST_CASE("a tagged counter is taken from up to a limit") {
  tagged_counter<10> x;
  x.begin(7);
  CHECK(x.take_below(7, 2) == 0);
  CHECK(x.take_below(7, 2) == 1);
  CHECK(x.take_below(7, 2) == 2);
  CHECK(x.holds(7, 2));
  CHECK_FALSE(x.holds(8, 2));
  CHECK_FALSE(x.take_below(8, 2));
}

TEST_SUITE_END();
