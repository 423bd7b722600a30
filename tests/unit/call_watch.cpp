#include "breaker_parts.hpp"

#include <vigil/detail/breaker/call_watch.hpp>

#include <doctest/doctest.h>

#include <string_view>

using namespace breaker_parts;
using vigil::breaker_policy;
using vigil::detail::call_watch;
using vigil::detail::never;

namespace {

/// Looks, if it is time to, at the calls of a breaker in that stay. Returns the
/// stays of the calls whose lease is over.
std::vector<std::uint64_t> look(call_watch& x, std::uint64_t generation,
                                time_point now) {
  std::vector<std::uint64_t> result;
  if (x.take_turn(now))
    x.look(generation, now, [&](std::uint64_t y) { result.push_back(y); });
  const auto* flaw = x.flaw(generation);
  CHECK(std::string_view{flaw == nullptr ? "" : flaw} == "");
  return result;
}

using stays = std::vector<std::uint64_t>;

} // namespace

TEST_SUITE_BEGIN("breaker parts: calls under way");

TEST_CASE("nothing is watched unless the policy asks for it") {
  call_watch x{breaker_policy{}.settings()};
  CHECK_FALSE(x.on());
  CHECK_FALSE(x.due(never));
  CHECK(x.next() == never);
  CHECK(x.overdue(0) + x.under_way() == 0);
}

TEST_CASE("a call is overdue from the moment that it passes the slow limit") {
  call_watch x{breaker_policy{}.slow_call_rate(0.5, 1s).settings()};
  x.begin(1);
  const auto one = x.take(1, t0);
  const auto two = x.take(1, t0 + 1ms);
  CHECK(x.next() == t0 + 1s + 1ns);
  CHECK_FALSE(x.due(t0 + 1s));
  look(x, 1, t0 + 1s);
  CHECK(x.overdue(1) == 0);
  CHECK(x.due(t0 + 1s + 1ns));
  look(x, 1, t0 + 1s + 1ns);
  CHECK(x.overdue(1) == 1);
  CHECK(x.next() == t0 + 1s + 1ms + 1ns);
  look(x, 1, x.next());
  CHECK(x.overdue(1) == 2);
  CHECK(x.next() == never);
  CHECK(x.release(1, one));
  CHECK_FALSE(x.release(1, one));
  CHECK(x.overdue(1) == 1);
  CHECK(x.release(1, two));
  CHECK(x.overdue(1) == 0);
  CHECK(x.under_way() == 0);
}

TEST_CASE("calls of an earlier stay are not overdue in this one") {
  call_watch x{breaker_policy{}.slow_call_rate(0.5, 1s).settings()};
  x.begin(1);
  const auto old = x.take(1, t0);
  x.begin(2);
  look(x, 2, t0 + 1h);
  CHECK(x.overdue(2) == 0);
  CHECK(x.under_way() == 1);
  CHECK(x.next() == never);
  CHECK(x.release(1, old));
}

TEST_CASE("a lease is taken back when it is over, of whatever stay") {
  call_watch x{breaker_policy{}.lease(10s).settings()};
  x.begin(1);
  const auto one = x.take(1, t0);
  x.begin(2);
  const auto two = x.take(2, t0 + 1s);
  CHECK(x.next() == t0 + 10s);
  CHECK(look(x, 2, t0 + 10s) == stays{1});
  CHECK_FALSE(x.release(1, one));
  CHECK(x.next() == t0 + 11s);
  CHECK(look(x, 2, t0 + 11s) == stays{2});
  CHECK_FALSE(x.release(2, two));
  CHECK(x.under_way() == 0);
}

TEST_CASE("an overdue call whose lease is over is overdue no more") {
  call_watch x{breaker_policy{}.slow_call_rate(0.5, 1s).lease(5s).settings()};
  x.begin(1);
  static_cast<void>(x.take(1, t0));
  look(x, 1, t0 + 2s);
  CHECK(x.overdue(1) == 1);
  CHECK(look(x, 1, t0 + 5s) == stays{1});
  CHECK(x.overdue(1) == 0);
}

TEST_CASE("one looks, and who comes meanwhile finds nothing due") {
  call_watch x{breaker_policy{}.lease(1s).settings()};
  x.begin(1);
  static_cast<void>(x.take(1, t0));
  CHECK(x.take_turn(t0 + 1s));
  CHECK_FALSE(x.due(t0 + 1s));
  CHECK_FALSE(x.take_turn(t0 + 1s));
  // Nobody looks any more at the call that is there.
  CHECK(x.flaw(1) != nullptr);
  x.look(1, t0, [](std::uint64_t) {});
  CHECK(x.flaw(1) == nullptr);
}

TEST_SUITE_END();
