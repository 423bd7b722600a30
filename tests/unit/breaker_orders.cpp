#include "breaker_harness.hpp"

using namespace breaker_test;

TEST_SUITE_BEGIN("breaker orders");

TEST_CASE("CB-59: forced open refuses whatever time it is") {
  bench x{b1()};
  x.core->force_open(x.now, {"ops", "maintenance"});
  const auto why = x.refusal();
  CHECK(why.reason == breaker_refusal::forced_open);
  CHECK(why.retry_after == 0s);
  x.wait(6s);
  CHECK_FALSE(x.admits());
  CHECK(x.core->state(x.now) == breaker_state::forced_open);
  CHECK(x.metrics().not_permitted == 2);
  CHECK(x.core->order().owner == "ops");
  CHECK(x.core->order().reason == "maintenance");
  CHECK(to_string(x.seen.front())
        == "test moved closed -> forced_open ordered by ops: maintenance");
}

TEST_CASE("CB-59: disabled lets all through and counts nothing") {
  bench x{b1()};
  x.core->disable(x.now);
  x.seen.clear();
  x.calls("FFFFF");
  CHECK(x.state() == breaker_state::disabled);
  CHECK(x.metrics().buffered == 0);
  CHECK(x.metrics().failed == 0);
  CHECK(x.seen.empty());
}

TEST_CASE("CB-59: disabled counts no outcome and watches no call") {
  for (const bool from_start : {false, true}) {
    bench x{from_start ? b1().lease(10s).starts(breaker_state::disabled)
                       : b1().lease(10s)};
    if (!from_start)
      x.core->disable(x.now);
    x.seen.clear();
    x.calls("SFLICSFLIC");
    { const auto dropped = x.admit(); }
    auto hanging = x.admit();
    auto late = x.admit();
    for (const auto how : {call_outcome::failure, call_outcome::ignored,
                           call_outcome::cancelled, call_outcome::abandoned})
      CHECK_FALSE(x.core->record(how, x.now, errc::unspecified));
    x.wait(5s);
    CHECK(x.metrics().overdue == 0);
    CHECK(x.metrics().under_way == 0);
    CHECK_FALSE(hanging.ignored(x.now));
    // Longer than any lease.
    x.wait(1h);
    CHECK_FALSE(late.failure(x.now));
    const auto m = x.metrics();
    CHECK(m.state == breaker_state::disabled);
    CHECK(m.buffered + m.failed + m.slow + m.consecutive_failures == 0);
    CHECK(m.ignored + m.cancelled + m.abandoned + m.stale_results == 0);
    CHECK(m.overdue + m.under_way + m.refused + m.probes == 0);
    CHECK(x.seen.empty());
    // What was let through uncounted stays so.
    auto between = x.admit();
    x.core->reset(x.now);
    CHECK_FALSE(between.failure(x.now));
    CHECK(x.metrics().buffered == 0);
    x.calls("FFFFF");
    CHECK(x.state() == breaker_state::open);
  }
}

TEST_CASE("CB-59: metrics_only counts, tells once, and lets all through") {
  bench x{b1()};
  x.core->metrics_only(x.now);
  x.calls("FFFSS");
  CHECK(x.state() == breaker_state::metrics_only);
  CHECK(*x.metrics().failure_rate == doctest::Approx(0.6));
  CHECK(x.count(breaker_event_type::exceeded) == 1);
  x.calls("FFF");
  CHECK(x.count(breaker_event_type::exceeded) == 1);
}

TEST_CASE("CB-59: reset of an open breaker admits at once") {
  bench x{b1()};
  x.calls("FFFFF");
  x.core->force_open(x.now);
  CHECK_FALSE(x.admits());
  x.core->reset(x.now, {"ops", "repaired"});
  CHECK(x.state() == breaker_state::closed);
  CHECK(x.admits());
  CHECK(x.metrics().buffered == 0);
}

TEST_CASE("a breaker can start as an order says") {
  for (const auto state : {breaker_state::forced_open, breaker_state::disabled,
                           breaker_state::metrics_only}) {
    bench x{b1().starts(state, {"ops", "not yet"})};
    CHECK(x.state() == state);
    CHECK(x.core->order().reason == "not yet");
    CHECK(x.admits() == (state != breaker_state::forced_open));
  }
}

TEST_CASE("an order that is given a time ends with it") {
  bench x{b1()};
  x.core->force_open(x.now, {"ops", "", 10s});
  CHECK(x.refusal().retry_after == 10s);
  x.wait(10s);
  CHECK(x.admits());
  CHECK(x.state() == breaker_state::closed);
  CHECK(x.seen.back().cause == breaker_cause::order_expired);
  CHECK(x.core->order().owner.empty());
}

TEST_CASE("an order whose time is negative is over at once") {
  bench x{b1()};
  x.core->force_open(x.now, {"ops", "", -1s});
  CHECK(x.admits());
  CHECK(x.state() == breaker_state::closed);
}

TEST_CASE("an order that lasts for ever does not end") {
  bench x{b1()};
  x.core->force_open(x.now, {"ops", "", std::chrono::hours::max()});
  x.wait(24h * 365 * 100);
  CHECK_FALSE(x.admits());
  CHECK(x.refusal().retry_after == 0s);
}

TEST_CASE("results of calls from before an order change nothing") {
  bench x{b1()};
  auto call = x.admit();
  x.core->reset(x.now);
  CHECK_FALSE(call.failure(x.now));
  CHECK(x.metrics().buffered == 0);
  CHECK(x.metrics().stale_results == 1);
}

TEST_CASE("reset of a closed breaker is an event, repeating an order is not") {
  bench x{b1()};
  x.calls("FFF");
  x.core->reset(x.now);
  CHECK(x.seen.size() == 1);
  CHECK(x.seen.back().type == breaker_event_type::reset);
  CHECK(x.metrics().buffered == 0);
  x.core->force_open(x.now, {"a", ""});
  x.core->force_open(x.now, {"b", ""});
  CHECK(x.seen.size() == 2);
  CHECK(x.core->order().owner == "b");
}

TEST_CASE("CB-21: a policy that cannot be is refused, and says where") {
  struct bad {
    breaker_policy policy;
    errc code;
    const char* names;
  };
  const breaker_policy p;
  const std::vector<bad> all{
    {p.failure_rate(0), errc::out_of_range, "failure_rate"},
    {p.failure_rate(1.01), errc::out_of_range, "failure_rate"},
    {p.failure_rate(-0.5), errc::out_of_range, "failure_rate"},
    {p.failure_rate(std::nan("")), errc::out_of_range, "failure_rate"},
    {p.slow_call_rate(0, 1s), errc::out_of_range, "slow_call_rate"},
    {p.slow_call_rate(1, 0s), errc::out_of_range, "slow_call_rate's limit"},
    {p.slow_call_rate(1, -1s), errc::negative_delay, "slow_call_rate's limit"},
    {p.failures(0), errc::out_of_range, "failures"},
    {p.consecutive_failures(0), errc::out_of_range, "consecutive_failures"},
    {p.min_calls(0), errc::out_of_range, "min_calls"},
    {p.window(0), errc::out_of_range, "window"},
    {p.window(16'384), errc::out_of_range, "window"},
    {p.window(0s, 1s), errc::out_of_range, "window"},
    {p.window(-1s), errc::negative_delay, "window"},
    {p.window(10s, 3s), errc::bad_combination, "window"},
    {p.window(10s, 20s), errc::bad_combination, "window"},
    {p.window(1h, 1s), errc::out_of_range, "window"},
    {p.wait(0s), errc::out_of_range, "wait"},
    {p.wait(-1s), errc::negative_delay, "wait"},
    {p.wait(vigil::fixed(1s).reset_after(-1s)), errc::negative_delay,
     "wait's reset_after"},
    {p.wait(vigil::exponential(2s, 1s)), errc::out_of_range, "wait"},
    {p.wait(vigil::fixed(1s).jitter(2)), errc::out_of_range, "wait"},
    {p.wait(vigil::fixed(1s).factor(0.5)), errc::out_of_range, "wait"},
    {p.quiet_time(-1s), errc::negative_delay, "quiet_time"},
    {p.probes(0), errc::out_of_range, "probes"},
    {p.probes(1024), errc::out_of_range, "probes"},
    {p.probe_failure_rate(0), errc::out_of_range, "probe_failure_rate"},
    {p.half_open_limit(-1s), errc::negative_delay, "half_open_limit"},
    {p.half_open_limit(1s, breaker_state::half_open), errc::bad_combination,
     "half_open_limit"},
    {p.lease(-1s), errc::negative_delay, "lease"},
    {p.tracked_calls(0), errc::out_of_range, "tracked_calls"},
    {p.failures(-1), errc::out_of_range, "failures(-1) is negative"},
    {p.consecutive_failures(-1), errc::out_of_range, "(-1) is negative"},
    {p.min_calls(-1), errc::out_of_range, "min_calls(-1) is negative"},
    {p.window(-1), errc::out_of_range, "window(-1) is negative"},
    {p.probes(-1), errc::out_of_range, "probes(-1) is negative"},
    {p.tracked_calls(-1), errc::out_of_range, "tracked_calls(-1) is negative"},
    {p.tracked_calls(vigil::unlimited), errc::out_of_range, "is no number"},
    {p.failures(10).window(5), errc::bad_combination, "failures(10)"},
    {p.failures(101), errc::bad_combination, "window of 100 calls"},
    {p.slow_call_rate(0.5, std::chrono::hours::max()), errc::bad_combination,
     "slow_call_rate's limit"},
    {p.classify(nullptr), errc::null_handle, "classify(f) is null"},
    {p.wait(std::chrono::hours::min()), errc::negative_delay, "wait"},
    {p.starts(breaker_state::open), errc::bad_combination, "starts"},
    {p.starts(breaker_state::forced_open, {"", "", -1s}), errc::negative_delay,
     "starts"},
  };
  for (const auto& x : all) {
    CAPTURE(x.names);
    const auto made = vigil::breaker_core::make("test", x.policy, t0);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == x.code);
    CHECK(made.error().message.find("breaker 'test': ") == 0);
    CHECK(made.error().message.find(x.names) != std::string::npos);
  }
  CHECK(vigil::breaker_core::make("", p, t0).error().code == errc::empty_id);
}

TEST_CASE("everything has a name") {
  for (int i = 0; i <= static_cast<int>(breaker_state::metrics_only); ++i)
    CHECK(to_string(static_cast<breaker_state>(i)) != "unknown");
  for (int i = 0; i <= static_cast<int>(breaker_cause::order_expired); ++i)
    CHECK(to_string(static_cast<breaker_cause>(i)) != "unknown");
  for (int i = 0; i <= static_cast<int>(call_outcome::abandoned); ++i)
    CHECK(to_string(static_cast<call_outcome>(i)) != "unknown");
  for (int i = 0; i <= static_cast<int>(breaker_refusal::forced_open); ++i)
    CHECK(to_string(static_cast<breaker_refusal>(i)) != "unknown");
  for (int i = 0; i <= static_cast<int>(breaker_event_type::stale); ++i)
    CHECK(to_string(static_cast<breaker_event_type>(i)) != "unknown");
}

TEST_SUITE_END();
