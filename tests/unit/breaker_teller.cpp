#include "breaker_parts.hpp"

#include <vigil/detail/breaker/breaker_teller.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace breaker_parts;
using vigil::breaker_cause;
using vigil::breaker_event;
using vigil::breaker_state;
using vigil::detail::breaker_move;
using vigil::detail::breaker_teller;
using vigil::detail::breaker_word;
using vigil::detail::never;

namespace {

/// A word in that state.
breaker_word::value at(breaker_state x) {
  breaker_word word;
  word.enter(x, never, {});
  return word.load();
}

struct listening {
  std::vector<std::string> seen;
  breaker_teller teller{"b", [this](const breaker_event& x) {
                          seen.push_back(to_string(x));
                        }};
};

} // namespace

TEST_SUITE_BEGIN("breaker parts: what is told");

TEST_CASE("without a listener, nothing is told, and it is said so") {
  breaker_teller x{"b", {}};
  CHECK_FALSE(static_cast<bool>(x));
  x.moved(breaker_state::closed, {breaker_state::open, {}, t0},
          at(breaker_state::open), {never, {}}, {});
  x.exceeded(breaker_cause::failures, t0, at(breaker_state::metrics_only));
  x.refused({}, t0, at(breaker_state::open));
  x.stale(1, t0, at(breaker_state::closed));
  x.deliver();
  CHECK(x.name() == "b");
  CHECK(x.dropped() + x.failures() == 0);
}

TEST_CASE("moves are put in first, and told when nobody holds a lock") {
  listening x;
  breaker_move m{breaker_state::open, breaker_cause::failures, t0};
  x.teller.moved(breaker_state::closed, m, at(breaker_state::open),
                 {t0 + 5s, errc::timeout}, {});
  x.teller.exceeded(breaker_cause::failure_rate, t0, at(breaker_state::open));
  CHECK(x.seen.empty());
  x.teller.deliver();
  REQUIRE(x.seen.size() == 2);
  CHECK(x.seen[0].find("b moved closed -> open failures") == 0);
  CHECK(x.seen[1].find("b exceeded") == 0);
}

TEST_CASE("a state that only goes on is no move, but for a reset") {
  listening x;
  const breaker_move again{breaker_state::open, breaker_cause::ordered, t0};
  x.teller.moved(breaker_state::open, again, at(breaker_state::open),
                 {never, {}}, {});
  const breaker_move reset{breaker_state::closed, breaker_cause::ordered, t0};
  x.teller.moved(breaker_state::closed, reset, at(breaker_state::closed),
                 {never, {}}, {"ops", "why"});
  x.teller.deliver();
  REQUIRE(x.seen.size() == 1);
  CHECK(x.seen[0].find("b reset") == 0);
}

TEST_CASE("refusals and late results are told at once") {
  listening x;
  x.teller.refused({}, t0, at(breaker_state::open));
  CHECK(x.seen.size() == 1);
  x.teller.stale(3, t0, at(breaker_state::closed));
  CHECK(x.seen.size() == 2);
}

TEST_CASE("what a listener throws is counted, and the rest is told") {
  int calls = 0;
  breaker_teller x{"b", [&](const breaker_event&) {
                     ++calls;
                     throw std::runtime_error("oh");
                   }};
  x.exceeded(breaker_cause::failures, t0, at(breaker_state::metrics_only));
  x.exceeded(breaker_cause::failure_rate, t0, at(breaker_state::metrics_only));
  x.deliver();
  x.stale(1, t0, at(breaker_state::closed));
  CHECK(calls == 3);
  CHECK(x.failures() == 3);
}

TEST_SUITE_END();
