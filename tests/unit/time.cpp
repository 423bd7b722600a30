#include <vigil/detail/base/due.hpp>
#include <vigil/time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>

using namespace std::chrono_literals;
using vigil::duration;
using vigil::time_point;
using vigil::detail::has_lasted;
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

TEST_CASE("what lasts for ever is never over") {
  CHECK(has_lasted(time_point{1s}, time_point{3s}, 2s));
  CHECK_FALSE(has_lasted(time_point{1s}, time_point{3s} - 1ns, 2s));
  CHECK_FALSE(has_lasted(time_point::min(), never, duration::max()));
  CHECK(has_lasted(time_point::min(), never, duration::max() - 1ns));
  CHECK(has_lasted(time_point{-5s}, time_point{-3s}, 2s));
}

// -- durations of others ------------------------------------------------------

namespace {

using vigil::any_duration;

template <class Rep, class Period = std::ratio<1>>
constexpr duration taken(Rep x, Period = {}) {
  return any_duration{std::chrono::duration<Rep, Period>{x}};
}

} // namespace

TEST_CASE("a duration of any unit is taken as it is if it fits") {
  CHECK(taken(5) == 5s);
  CHECK(taken(-5) == -5s);
  CHECK(taken(1, std::pico{}) == 0ns);
  CHECK(taken(1999, std::pico{}) == 1ns);
  CHECK(taken(-1999, std::pico{}) == -1ns);
  CHECK(taken(1, std::ratio<1, 3>{}) == 333'333'333ns);
  CHECK(taken(std::uint64_t{7}, std::milli{}) == 7ms);
  CHECK(taken(std::numeric_limits<std::int64_t>::max(), std::atto{})
        == 9'223'372'036ns);
  CHECK(taken(0.3) == 300ms);
  CHECK(taken(1.5F, std::ratio<60>{}) == 90s);
  CHECK(any_duration{} == duration::zero());
  CHECK(any_duration{duration::min()} == duration::min());
}

TEST_CASE("what is too long for a duration becomes the longest one") {
  constexpr auto most = duration::max();
  CHECK(any_duration{std::chrono::hours::max()} == most);
  CHECK(any_duration{std::chrono::years::max()} == most);
  CHECK(any_duration{std::chrono::microseconds::max()} == most);
  CHECK(any_duration{duration::max()} == most);
  CHECK(taken(std::numeric_limits<std::uint64_t>::max(), std::nano{}) == most);
  CHECK(taken(std::numeric_limits<std::uint64_t>::max(), std::exa{}) == most);
  CHECK(taken(9'223'372'036) == 9'223'372'036s);
  CHECK(taken(9'223'372'037) == most);
  CHECK(taken(std::numeric_limits<double>::infinity()) == most);
  CHECK(taken(std::numeric_limits<double>::max()) == most);
  CHECK(taken(1e30F, std::exa{}) == most);
  CHECK(taken(9.3e9L) == most);
}

TEST_CASE("what is too short becomes the shortest one, and so does what is no "
          "number") {
  constexpr auto least = duration::min();
  CHECK(any_duration{std::chrono::hours::min()} == least);
  CHECK(taken(std::numeric_limits<std::int64_t>::min(), std::exa{}) == least);
  CHECK(taken(-9'223'372'037) == least);
  CHECK(taken(-std::numeric_limits<double>::infinity()) == least);
  CHECK(taken(std::numeric_limits<float>::quiet_NaN()) == least);
  CHECK(taken(std::numeric_limits<double>::lowest()) == least);
}

TEST_SUITE_END();
