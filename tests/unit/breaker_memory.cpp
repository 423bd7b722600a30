#include "breaker_parts.hpp"

#include <vigil/detail/breaker/breaker_memory.hpp>

#include <doctest/doctest.h>

using namespace breaker_parts;
using vigil::breaker_cause;
using vigil::breaker_order;
using vigil::breaker_state;
using vigil::detail::breaker_memory;
using vigil::detail::breaker_move;
using vigil::detail::never;

namespace {

breaker_memory memory_of(const vigil::breaker_policy& x) {
  return {x.settings(), t0, 1};
}

breaker_move opens(time_point at) {
  return {breaker_state::open, breaker_cause::failures, at, {3, 2, 1}};
}

breaker_move closes(time_point at) {
  return {breaker_state::closed, breaker_cause::probes_passed, at};
}

const auto doubling = vigil::exponential(1s, 1min).jitter(0);

} // namespace

TEST_SUITE_BEGIN("breaker parts: the memory");

TEST_CASE("a breaker that opens again and again waits longer") {
  auto x = memory_of(vigil::breaker_policy{}.wait(doubling));
  CHECK(x.enter(breaker_state::closed, opens(t0), 7) == t0 + 1s);
  CHECK(x.attempts() == 1);
  CHECK(x.seen() == vigil::detail::call_tally{3, 2, 1});
  CHECK(x.refused_before() == 7);
  CHECK(x.enter(breaker_state::half_open, opens(t0), 9) == t0 + 2s);
  CHECK(x.attempts() == 2);
  CHECK(x.enter(breaker_state::half_open, closes(t0), 9) == never);
  CHECK(x.attempts() == 0);
  CHECK(x.enter(breaker_state::closed, opens(t0), 9) == t0 + 1s);
}

TEST_CASE("with a quiet time, a short rest does not count as health") {
  auto x = memory_of(vigil::breaker_policy{}.wait(doubling).quiet_time(1min));
  x.enter(breaker_state::closed, opens(t0), 0);
  x.enter(breaker_state::half_open, closes(t0 + 1s), 0);
  CHECK(x.attempts() == 1);
  CHECK(x.enter(breaker_state::closed, opens(t0 + 2s), 0) == t0 + 4s);
  x.enter(breaker_state::half_open, closes(t0 + 4s), 0);
  CHECK(x.enter(breaker_state::closed, opens(t0 + 64s), 0) == t0 + 65s);
  CHECK(x.attempts() == 1);
}

TEST_CASE("an order lasts as long as it says, and leaves attempts alone") {
  auto x = memory_of(vigil::breaker_policy{}.wait(doubling));
  x.enter(breaker_state::closed, opens(t0), 0);
  breaker_order why{"ops", "repair", 5s};
  breaker_move m{breaker_state::forced_open, breaker_cause::ordered, t0};
  m.order = &why;
  CHECK(x.enter(breaker_state::open, m, 0) == t0 + 5s);
  CHECK(x.order().owner == "ops");
  why.lasts = 0s;
  CHECK(x.enter(breaker_state::open, m, 0) == never);
  m.to = breaker_state::open;
  m.wait = 3s;
  CHECK(x.enter(breaker_state::forced_open, m, 0) == t0 + 3s);
  CHECK(x.attempts() == 1);
  // Nobody ordered this one.
  x.enter(breaker_state::open, {breaker_state::half_open, {}, t0}, 0);
  CHECK(x.order().owner.empty());
}

TEST_CASE("a limit is news once in a stay") {
  auto x = memory_of({});
  CHECK_FALSE(x.exceeded());
  CHECK(x.exceed(breaker_cause::failures));
  CHECK_FALSE(x.exceed(breaker_cause::failures));
  CHECK(x.exceed(breaker_cause::failure_rate));
  CHECK(x.exceeded().first() == breaker_cause::failure_rate);
  x.enter(breaker_state::metrics_only, closes(t0), 0);
  CHECK_FALSE(x.exceeded());
}

TEST_SUITE_END();
