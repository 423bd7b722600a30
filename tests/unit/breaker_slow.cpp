#include "breaker_harness.hpp"

using namespace breaker_test;

TEST_SUITE_BEGIN("breaker slow calls");

TEST_CASE("CB-25: metrics_only tells of each limit once and does not move") {
  bench x{b1().starts(breaker_state::metrics_only)};
  for (int i = 0; i < 6; ++i) {
    auto call = x.admit();
    x.wait(5s);
    call.failure(x.now);
    x.now -= 5s;
  }
  CHECK(x.state() == breaker_state::metrics_only);
  REQUIRE(x.count(breaker_event_type::exceeded) == 2);
  CHECK(x.seen[0].cause == breaker_cause::failure_rate);
  CHECK(x.seen[1].cause == breaker_cause::slow_call_rate);
}

TEST_CASE("CB-27: probes that succeed too slowly open again") {
  bench x{b1().half_open_limit(1h)};
  x.half_open();
  std::vector<breaker_permit> probes;
  for (int i = 0; i < 4; ++i)
    probes.push_back(x.admit());
  probes[0].success(x.now);
  x.wait(4s + 1ns);
  for (int i = 1; i < 4; ++i)
    probes[static_cast<std::size_t>(i)].success(x.now);
  CHECK(x.state() == breaker_state::open);
}

TEST_CASE("a call is slow when it takes longer than the limit, not as long") {
  bench x{b1()};
  auto a = x.admit();
  auto b = x.admit();
  x.wait(4s);
  a.success(x.now);
  CHECK(x.metrics().slow == 0);
  x.wait(1ns);
  b.success(x.now);
  CHECK(x.metrics().slow == 1);
  CHECK(x.metrics().failed == 0);
}

TEST_CASE("a slow failure counts in both rates") {
  bench x{b1()};
  auto call = x.admit();
  x.wait(5s);
  call.failure(x.now);
  CHECK(x.metrics().slow == 1);
  CHECK(x.metrics().failed == 1);
}

TEST_CASE("slow successes alone open") {
  bench x{b1()};
  x.calls("SSLL");
  CHECK(x.state() == breaker_state::closed);
  x.calls("L");
  CHECK(x.state() == breaker_state::open);
  CHECK(x.seen.back().cause == breaker_cause::slow_call_rate);
}

TEST_CASE("calls that hang open the breaker before they come back") {
  bench x{b1()};
  std::vector<breaker_permit> hanging;
  for (int i = 0; i < 5; ++i)
    hanging.push_back(x.admit());
  CHECK(x.metrics().under_way == 5);
  const auto timer = x.core->next_timer();
  REQUIRE(timer);
  CHECK(timer->at == x.now + 4s + 1ns);
  x.wait(4s);
  x.core->advance(x.now);
  CHECK(x.state() == breaker_state::closed);

  SUBCASE("by the timer") {
    x.wait(1ns);
    x.core->on_timer(timer->generation, x.now);
    CHECK(x.state() == breaker_state::open);
    CHECK(x.seen.back().cause == breaker_cause::slow_call_rate);
  }
  SUBCASE("or by the next who asks") {
    x.wait(1ns);
    CHECK(x.refusal().reason == breaker_refusal::open);
  }
  SUBCASE("and change nothing when they do come back") {
    x.wait(1ns);
    x.core->advance(x.now);
    const auto until = x.core->next_timer()->at;
    for (auto& call : hanging)
      CHECK_FALSE(call.failure(x.now));
    CHECK(x.metrics().stale_results == 5);
    CHECK(x.core->next_timer()->at == until);
    CHECK(x.metrics().under_way == 0);
  }
}

TEST_CASE("a call over the limit counts once, also when it comes back") {
  bench x{b1()};
  auto hanging = x.admit();
  x.wait(5s);
  x.calls("SSS");
  CHECK(x.metrics().overdue == 1);
  hanging.success(x.now);
  CHECK(x.metrics().overdue == 0);
  CHECK(x.metrics().slow == 1);
  CHECK(x.metrics().buffered == 4);
  x.calls("S");
  CHECK(x.state() == breaker_state::closed);
}

TEST_CASE("more calls than can be watched go through unwatched") {
  bench x{b1().tracked_calls(2)};
  std::vector<breaker_permit> calls;
  for (int i = 0; i < 3; ++i)
    calls.push_back(x.admit());
  CHECK(x.metrics().under_way == 2);
  x.wait(5s);
  for (auto& call : calls)
    CHECK(call.success(x.now));
  CHECK(x.metrics().slow == 3);
}

TEST_CASE("at the end of the clock a breaker decides, and looks for nobody") {
  for (auto lease : {0s, 1s}) {
    bench x{lease == 0s ? b1() : b1().lease(lease)};
    auto early = x.admit();
    x.now = vigil::detail::never;
    for (int i = 0; i < 3; ++i) {
      auto late = x.admit();
      CHECK(late.success(x.now));
    }
    CHECK(early.success(x.now) == (lease == 0s));
    x.core->trip(x.now, vigil::errc::timeout);
    CHECK_FALSE(x.admits());
    CHECK_FALSE(x.core->next_timer().has_value());
  }
}

TEST_SUITE_END();
