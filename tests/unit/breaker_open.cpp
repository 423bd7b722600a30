#include "breaker_harness.hpp"

using namespace breaker_test;

TEST_SUITE_BEGIN("breaker open");

TEST_CASE("CB-29: open refuses until its wait is over") {
  bench x{b1()};
  x.calls("FFFFF");
  REQUIRE(x.state() == breaker_state::open);
  CHECK(x.refusal().reason == breaker_refusal::open);
  x.wait(3s);
  CHECK_FALSE(x.admits());
  CHECK(x.metrics().not_permitted == 2);
  CHECK(x.metrics().buffered == 5);
  x.wait(3s);
  auto probe = x.admit();
  CHECK(x.state() == breaker_state::half_open);
  CHECK(x.metrics().buffered == 0);
  CHECK(x.metrics().not_permitted == 0);
  CHECK(x.metrics().refused == 2);
}

TEST_CASE("CB-31: a wait that is ordered replaces the usual one") {
  bench x{b1()};
  x.core->open_for(2h, x.now);
  x.wait(1h);
  CHECK_FALSE(x.admits());
  x.wait(1h);
  CHECK(x.core->state(x.now) == breaker_state::half_open);
}

TEST_CASE("CB-33: the wait grows while it opens again and again") {
  bench x{b1().wait(vigil::exponential(5s, 1h).factor(1.5)).probes(1)};
  x.calls("FFFFF");
  x.wait(3s);
  CHECK_FALSE(x.admits());
  x.wait(3s);
  x.calls("F");
  REQUIRE(x.state() == breaker_state::open);
  CHECK(x.metrics().attempts == 2);
  x.wait(6s);
  CHECK_FALSE(x.admits());
  x.wait(5s);
  CHECK(x.admits());
}

TEST_CASE("CB-35: closing starts the backoff anew") {
  bench x{b1().wait(vigil::exponential(1s, 24h).factor(5)).probes(1)};
  x.calls("FFFFF");
  CHECK(x.refusal().retry_after == 1s);
  x.wait(1s);
  x.calls("F");
  CHECK(x.refusal().retry_after == 5s);
  x.wait(5s);
  x.calls("S");
  REQUIRE(x.state() == breaker_state::closed);
  x.calls("FFFFF");
  CHECK(x.refusal().retry_after == 1s);
}

TEST_CASE("with a quiet time, closing for less keeps the backoff") {
  bench x{b1()
            .wait(vigil::exponential(1s, 24h).factor(5))
            .probes(1)
            .quiet_time(1min)};
  auto open_and_close = [&] {
    x.calls("FFFFF");
    const auto wait = x.refusal().retry_after;
    x.wait(wait);
    x.calls("S");
    REQUIRE(x.state() == breaker_state::closed);
    return wait;
  };
  CHECK(open_and_close() == 1s);
  x.wait(59s);
  CHECK(open_and_close() == 5s);
  x.wait(1min);
  CHECK(open_and_close() == 1s);
}

TEST_CASE("jitter spreads the wait within its bounds") {
  bench x{b1().wait(vigil::fixed(10s).jitter(0.5))};
  auto least = duration::max();
  auto most = duration::zero();
  for (int i = 0; i < 200; ++i) {
    x.open();
    const auto wait = x.refusal().retry_after;
    least = std::min(least, wait);
    most = std::max(most, wait);
    x.core->reset(x.now);
  }
  CHECK(least >= 5s);
  CHECK(least < 6s);
  CHECK(most <= 10s);
}

TEST_CASE("CB-37: the timer moves the breaker, without a call") {
  bench x{breaker_policy{}.failure_rate(0.5).window(5).wait(5s)};
  x.calls("FFFFF");
  const auto timer = x.core->next_timer();
  REQUIRE(timer);
  CHECK(timer->at == x.now + 5s);
  x.wait(5s);
  x.core->on_timer(timer->generation, x.now);
  CHECK(x.state() == breaker_state::half_open);
  CHECK(x.seen.back().cause == breaker_cause::wait_over);
}

TEST_CASE("who asks after the wait need not wait for the timer") {
  bench x{b1()};
  x.calls("FFFFF");
  x.wait(5s - 1ns);
  CHECK_FALSE(x.admits());
  x.wait(1ns);
  CHECK(x.admits());
}

TEST_CASE("CB-39: late failures neither open again nor prolong the wait") {
  bench x{b1()};
  auto late = x.admit();
  x.calls("FFFFF");
  const auto until = x.core->next_timer()->at;
  x.wait(2s);
  CHECK_FALSE(late.failure(x.now));
  CHECK(x.count(breaker_event_type::moved) == 1);
  CHECK(x.core->next_timer()->at == until);
  CHECK(x.metrics().stale_results == 1);
}

TEST_CASE("CB-41: a refusal says when to come again") {
  bench x{b1().wait(30s)};
  x.calls("FFFFF");
  x.wait(1ms);
  const auto why = x.refusal();
  CHECK(why.retry_after == 29'999ms);
  CHECK(why.last_error == errc::unspecified);
  CHECK(why.generation == x.core->generation());
}

TEST_CASE("every refusal and every move is an event") {
  bench x{b1().wait(30s)};
  x.calls("FFFFF");
  CHECK_FALSE(x.admits());
  REQUIRE(x.seen.size() == 2);
  CHECK(to_string(x.seen[0]) == "test moved closed -> open failure_rate");
  CHECK(x.seen[0].last_error == errc::unspecified);
  CHECK(x.seen[0].retry_after == 30s);
  CHECK(to_string(x.seen[1]) == "test refused open");
  CHECK(x.seen[1].retry_after == 30s);
}

TEST_CASE("a target that is down opens at once") {
  bench x{b1()};
  CHECK(x.core->trip(x.now, errc::child_stopped));
  CHECK(x.state() == breaker_state::open);
  CHECK(x.seen.back().cause == breaker_cause::target_down);
  CHECK(x.refusal().last_error == errc::child_stopped);
  CHECK_FALSE(x.core->trip(x.now, errc::child_stopped));
  x.wait(5s);
  CHECK(x.core->state(x.now) == breaker_state::half_open);
  CHECK(x.core->trip(x.now, errc::child_stopped));
  CHECK(x.state() == breaker_state::open);
}

TEST_CASE("what is seen from outside counts as a call") {
  bench x{b1()};
  for (int i = 0; i < 5; ++i)
    CHECK(x.core->record(call_outcome::failure, x.now, errc::timeout));
  CHECK(x.state() == breaker_state::open);
  CHECK_FALSE(x.core->record(call_outcome::failure, x.now, errc::timeout));
}

TEST_CASE("a wait beyond the end of time is for ever") {
  bench x{b1().wait(duration::max())};
  x.open();
  x.wait(10'000h);
  CHECK_FALSE(x.admits());
}

TEST_SUITE_END();
