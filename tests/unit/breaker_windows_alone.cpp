#include "breaker_parts.hpp"

#include <vigil/detail/breaker/breaker_windows.hpp>

#include <doctest/doctest.h>

#include <string_view>

// The windows and the failures in a row, without a breaker.

using namespace breaker_parts;
using vigil::breaker_cause;
using vigil::breaker_policy;
using vigil::detail::breaker_rules;
using vigil::detail::breaker_windows;
using vigil::detail::call_mark;
using vigil::detail::call_tally;
using vigil::detail::reached_limits;
using causes = std::vector<breaker_cause>;

namespace {

struct counting {
  explicit counting(const breaker_policy& x)
    : policy(x.with_defaults()), rules(policy.settings()),
      windows(policy.settings(), t0) {
    windows.begin(1, t0);
  }

  /// Counts calls that fail (F), are slow (L) or succeed. Returns which limits
  /// the last one reached.
  causes count(std::string_view calls, std::uint64_t overdue = 0) {
    reached_limits why;
    for (const auto c : calls) {
      why = {};
      const call_mark mark{c == 'F', c == 'L'};
      CHECK(windows.count(rules, 1, now, mark, overdue, why, seen));
    }
    return why.causes();
  }

  breaker_policy policy;
  breaker_rules rules;
  breaker_windows windows;
  call_tally seen;
  time_point now = t0;
};

} // namespace

TEST_SUITE_BEGIN("breaker parts: the windows");

TEST_CASE("failures in a row need no window") {
  counting x{breaker_policy{}.consecutive_failures(3)};
  CHECK(x.count("FF").empty());
  CHECK(x.windows.streak(1) == 2);
  CHECK(x.count("S").empty());
  CHECK(x.windows.streak(1) == 0);
  CHECK(x.count("FFF") == causes{breaker_cause::consecutive_failures});
  CHECK_FALSE(x.windows.counts_calls());
  CHECK(x.windows.read(1, x.now) == call_tally{});
}

TEST_CASE("a window of calls forgets the oldest") {
  counting x{breaker_policy{}.failure_rate(0.5).window(4)};
  CHECK(x.count("FSS").empty());
  CHECK(x.count("S").empty());
  CHECK(x.seen == call_tally{4, 1, 0});
  CHECK(x.count("S").empty());
  CHECK(x.windows.read(1, x.now) == call_tally{4, 0, 0});
  CHECK(x.count("FF") == causes{breaker_cause::failure_rate});
  CHECK(x.seen == call_tally{4, 2, 0});
}

TEST_CASE("of two windows, either may reach a limit, and calls are told") {
  counting x{breaker_policy{}.failures(3).window(3).window(10s)};
  CHECK(x.windows.counts_calls());
  CHECK(x.count("FSF").empty());
  // The window of calls has forgotten the first one, that of time has not.
  CHECK(x.count("SSF") == causes{breaker_cause::failures});
  CHECK(x.windows.read(1, x.now) == call_tally{3, 1, 0});
  x.now += 1min;
  CHECK(x.windows.read(1, x.now) == call_tally{3, 1, 0});
  CHECK_FALSE(x.windows.judge(x.rules, 1, x.now, 0));
}

TEST_CASE("successes alone are not added up, unless others are overdue") {
  counting x{breaker_policy{}.slow_call_rate(0.5, 1s).window(10s).min_calls(2)};
  CHECK(x.count("SS").empty());
  CHECK(x.seen == call_tally{});
  CHECK(x.count("S", 3) == causes{breaker_cause::slow_call_rate});
  CHECK(x.seen == call_tally{3, 0, 0});
  CHECK(x.windows.judge(x.rules, 1, x.now, 3).first()
        == breaker_cause::slow_call_rate);
}

TEST_CASE("a call of another stay is not counted") {
  for (const auto& policy :
       {breaker_policy{}.window(4), breaker_policy{}.window(10s)}) {
    counting x{policy};
    x.count("FF");
    x.windows.begin(2, x.now);
    reached_limits why;
    CHECK_FALSE(
      x.windows.count(x.rules, 1, x.now, {true, false}, 0, why, x.seen));
    CHECK(x.windows.read(2, x.now) == call_tally{});
    CHECK(x.windows.streak(2) == 0);
  }
}

TEST_SUITE_END();
