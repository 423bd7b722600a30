#include "breaker_parts.hpp"

#include <vigil/detail/breaker/breaker_rules.hpp>

#include <doctest/doctest.h>

using namespace breaker_parts;
using vigil::breaker_cause;
using vigil::breaker_policy;
using vigil::call_outcome;
using vigil::detail::breaker_rules;
using vigil::detail::probe_verdict;
using causes = std::vector<breaker_cause>;

namespace {

breaker_rules rules_of(const breaker_policy& x) {
  return breaker_rules{x.with_defaults().settings()};
}

} // namespace

TEST_SUITE_BEGIN("breaker parts: the rules");

TEST_CASE("limits are inclusive, and rates need their calls") {
  const auto x
    = rules_of(breaker_policy{}.failures(5).failure_rate(0.5).min_calls(8));
  CHECK_FALSE(x.judge({8, 3, 0}, x.min_calls, 0));
  CHECK(x.judge({8, 4, 0}, x.min_calls, 0).causes()
        == causes{breaker_cause::failure_rate});
  CHECK_FALSE(x.judge({7, 4, 0}, x.min_calls, 0));
  CHECK(x.judge({5, 5, 0}, x.min_calls, 0).causes()
        == causes{breaker_cause::failures});
  CHECK(x.judge({10, 5, 0}, x.min_calls, 0).causes()
        == causes{breaker_cause::failure_rate, breaker_cause::failures});
}

TEST_CASE("calls that are overdue are slow calls") {
  const auto x
    = rules_of(breaker_policy{}.slow_call_rate(0.5, 1s).min_calls(4));
  CHECK_FALSE(x.judge({3, 0, 1}, x.min_calls, 0));
  CHECK(x.judge({3, 0, 1}, x.min_calls, 1).first()
        == breaker_cause::slow_call_rate);
  CHECK_FALSE(x.judge({2, 0, 0}, x.min_calls, 1));
}

TEST_CASE("a success that took too long is slow") {
  const auto x = rules_of(breaker_policy{}.slow_call_rate(0.5, 1s));
  CHECK_FALSE(x.mark_of(call_outcome::success, t0, t0 + 1s).slow);
  CHECK(x.mark_of(call_outcome::success, t0, t0 + 1s + 1ns).slow);
  CHECK(x.mark_of(call_outcome::slow, t0, t0).slow);
  CHECK(x.mark_of(call_outcome::failure, t0, t0).failed);
  CHECK_FALSE(rules_of({}).mark_of(call_outcome::success, t0, t0 + 100h).slow);
}

TEST_CASE("probes decide as soon as those that are missing cannot") {
  const auto early = rules_of(breaker_policy{}.failure_rate(0.5).probes(4));
  const auto late = rules_of(
    breaker_policy{}.failure_rate(0.5).probes(4).decide_early(false));
  CHECK(early.judge_probes({1, 1, 0}) == probe_verdict::undecided);
  CHECK(early.judge_probes({2, 2, 0}) == probe_verdict::failed);
  CHECK(early.judge_probes({3, 0, 0}) == probe_verdict::passed);
  CHECK(early.judge_probes({3, 1, 0}) == probe_verdict::undecided);
  CHECK(late.judge_probes({3, 3, 0}) == probe_verdict::undecided);
  CHECK(late.judge_probes({4, 2, 0}) == probe_verdict::failed);
  CHECK(late.judge_probes({4, 1, 0}) == probe_verdict::passed);
}

TEST_CASE("who waits for the first probe waits a part of the breaker's wait") {
  CHECK(rules_of(breaker_policy{}.wait(200ms)).probe_wait == 20ms);
  CHECK(rules_of(breaker_policy{}.wait(1ms)).probe_wait == 1ms);
  CHECK(rules_of(breaker_policy{}.wait(1h)).probe_wait == 100ms);
}

TEST_SUITE_END();
