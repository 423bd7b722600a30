#include <vigil/internal/decision/timer_queue.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using vigil::detail::timer_queue;

namespace {

constexpr vigil::time_point start{};

/// Fires what is due and returns the children, in order.
std::string fired(timer_queue& x, vigil::duration at) {
  std::string result;
  x.fire(start + at, [&](const timer_queue::timer& y) {
    result += std::to_string(y.child) + ' ';
  });
  return result;
}

constexpr auto never_stale = [](const timer_queue::timer&) {
  return false;
};

} // namespace

TEST_CASE("timers fire in the order of their times, whenever they were set") {
  timer_queue timers;
  CHECK(timers.add({start + 3s, 3, 1}, never_stale));
  CHECK(timers.add({start + 1s, 1, 2}, never_stale));
  CHECK_FALSE(timers.add({start + 2s, 2, 3}, never_stale));
  CHECK(fired(timers, 999ms) == "");
  CHECK(fired(timers, 2s) == "1 2 ");
  CHECK(fired(timers, 1h) == "3 ");
  CHECK(fired(timers, 2h) == "");
}

TEST_CASE("timers of the same time fire in the order in which they were set") {
  timer_queue timers;
  for (std::uint64_t i = 1; i <= 5; ++i)
    (void)timers.add({start + 1s, i, i}, never_stale);
  CHECK(fired(timers, 1s) == "1 2 3 4 5 ");
}

TEST_CASE("the owner is woken for the earliest timer alone") {
  timer_queue timers;
  CHECK(timers.add({start + 2s, 1, 1}, never_stale));
  CHECK_FALSE(timers.add({start + 2s, 2, 2}, never_stale));
  CHECK_FALSE(timers.add({start + 5s, 3, 3}, never_stale));
  CHECK(timers.add({start + 1s, 4, 4}, never_stale));
  CHECK(fired(timers, 1s) == "4 ");
  CHECK(timers.next(never_stale) == start + 2s);
  // Once is enough.
  CHECK_FALSE(timers.next(never_stale));
}

TEST_CASE("nobody is woken for a timer that is stale by then") {
  timer_queue timers;
  (void)timers.add({start + 1s, 1, 1}, never_stale);
  (void)timers.add({start + 2s, 2, 2}, never_stale);
  (void)timers.add({start + 3s, 3, 3}, never_stale);
  CHECK(fired(timers, 1s) == "1 ");
  const auto stale = [](const timer_queue::timer& x) {
    return x.child == 2;
  };
  CHECK(timers.next(stale) == start + 3s);
  CHECK(fired(timers, 3s) == "3 ");
  CHECK_FALSE(timers.next(stale));
}

TEST_CASE("what fires may set new timers") {
  timer_queue timers;
  (void)timers.add({start + 1s, 1, 1}, never_stale);
  int rounds = 0;
  timers.fire(start + 1s, [&](const timer_queue::timer& x) {
    if (++rounds < 3)
      (void)timers.add({x.at, x.child, x.generation + 1}, never_stale);
  });
  CHECK(rounds == 3);
}

TEST_CASE("timers that nobody needs do not pile up behind one that is needed") {
  timer_queue timers;
  std::uint64_t latest = 0;
  const auto stale = [&](const timer_queue::timer& x) {
    return x.child != 1 && x.generation != latest;
  };
  CHECK(timers.add({start + 1h, 1, 1}, stale));
  for (std::uint64_t i = 2; i < 10'000; ++i) {
    latest = i;
    CHECK_FALSE(timers.add({start + 2h, 2, i}, stale));
    CHECK(timers.size() <= 64);
  }
  CHECK(fired(timers, 1h) == "1 ");
  CHECK(timers.next(stale) == start + 2h);
  // Those that are needed all stay, however many they are.
  for (std::uint64_t i = 3; i < 500; ++i)
    (void)timers.add({start + 90min, i, i}, never_stale);
  latest = 0;
  std::size_t n = 0;
  timers.fire(start + 90min, [&](const timer_queue::timer&) { ++n; });
  CHECK(n == 497);
}

TEST_CASE("what never comes needs no timer") {
  timer_queue timers;
  CHECK_FALSE(timers.add({vigil::time_point::max(), 1, 1}, never_stale));
  CHECK(timers.size() == 0);
}
