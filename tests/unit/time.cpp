#include <vigil/time.hpp>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using vigil::duration;
using vigil::time_point;
using vigil::detail::never;
using vigil::detail::time_after;
using vigil::detail::time_before;
using vigil::detail::time_between;

TEST_SUITE_BEGIN("time");

TEST_CASE("a time and a duration add up, and stop at the ends of the clock") {
  constexpr time_point t{5s};
  constexpr time_point below_zero{-5s};
  constexpr auto first = time_point::min();
  CHECK(time_after(t, 2s) == time_point{7s});
  CHECK(time_after(t, -7s) == time_point{-2s});
  CHECK(time_after(t, duration::max()) == never);
  CHECK(time_after(t, duration::max() - 1ns) == never);
  CHECK(time_after(below_zero, duration::max()) == never);
  CHECK(time_after(below_zero, duration::max() - 1ns)
        == time_point{duration::max() - 1ns - 5s});
  CHECK(time_after(below_zero, duration::min()) == first);
  CHECK(time_after(first, duration::max() - 1ns) == time_point{-2ns});
  CHECK(time_after(never, -1h) == never);
}

TEST_CASE("a duration before a time stops at the ends of the clock") {
  constexpr auto first = time_point::min();
  CHECK(time_before(time_point{5s}, 2s) == time_point{3s});
  CHECK(time_before(time_point{5s}, duration::max()) == first);
  CHECK(time_before(time_point{-5s}, duration::max() - 1ns) == first);
  CHECK(time_before(time_point{5s}, duration::min()) == never);
  CHECK(time_before(first, 1ns) == first);
  CHECK(time_before(never, 1h) == never);
}

TEST_CASE("the time between two times stops at the ends of durations") {
  constexpr auto first = time_point::min();
  CHECK(time_between(time_point{2s}, time_point{5s}) == 3s);
  CHECK(time_between(time_point{5s}, time_point{2s}) == -3s);
  CHECK(time_between(time_point{-1ns}, never) == duration::max());
  CHECK(time_between(first, never) == duration::max());
  CHECK(time_between(never, first) == duration::min());
  CHECK(time_between(never, never) == duration::zero());
}

TEST_SUITE_END();
