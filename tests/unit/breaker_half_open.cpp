#include "breaker_harness.hpp"

using namespace breaker_test;

namespace {

/// B1 with probes that are never over in these tests.
breaker_policy patient() {
  return b1().half_open_limit(1h);
}

} // namespace

TEST_SUITE_BEGIN("breaker half open");

TEST_CASE("CB-43: too many failed probes open again") {
  bench x{patient().decide_early(false)};
  x.half_open();
  x.calls("FFS");
  CHECK(x.state() == breaker_state::half_open);
  x.calls("F");
  CHECK(x.state() == breaker_state::open);
  CHECK(*x.metrics().failure_rate == doctest::Approx(0.75));
  CHECK(x.metrics().buffered == 4);
  CHECK(x.seen.back().cause == breaker_cause::probes_failed);
}

TEST_CASE("as soon as the rest cannot change the result, it is decided") {
  bench x{patient()};
  x.half_open();
  SUBCASE("for open") {
    x.calls("FF");
    CHECK(x.state() == breaker_state::open);
  }
  SUBCASE("for closed") {
    x.calls("SS");
    CHECK(x.state() == breaker_state::half_open);
    x.calls("S");
    CHECK(x.state() == breaker_state::closed);
  }
}

TEST_CASE("CB-45: a probe that is ignored gives its place back") {
  bench x{patient().decide_early(false)};
  x.half_open();
  x.calls("SSSI");
  CHECK(x.state() == breaker_state::half_open);
  CHECK(x.metrics().probes == 3);
  x.calls("F");
  CHECK(x.state() == breaker_state::closed);
  CHECK(x.seen.back().cause == breaker_cause::probes_passed);
}

TEST_CASE("CB-47: where all have to pass, one failure opens at once") {
  bench x{patient().probes(3).all_probes_pass()};
  x.half_open();
  x.calls("SS");
  CHECK(x.state() == breaker_state::half_open);
  x.calls("F");
  CHECK(x.state() == breaker_state::open);
}

TEST_CASE("CB-49: places that are taken and places that are done count") {
  bench x{breaker_policy{}.consecutive_failures(1).probes(3)};
  x.half_open();
  x.calls("SS");
  auto third = x.admit();
  CHECK(x.metrics().probes == 3);
  CHECK(x.metrics().buffered == 2);
  CHECK(x.metrics().failed == 0);
  CHECK(x.refusal().reason == breaker_refusal::half_open_full);
  third.success(x.now);
  CHECK(x.state() == breaker_state::closed);
}

TEST_CASE("CB-51: of ten that race for one probe one gets it") {
  bench x{patient().probes(1)};
  x.open();
  x.wait(5s);
  std::vector<breaker_permit> admitted;
  int refused = 0;
  for (int i = 0; i < 10; ++i) {
    auto answer = x.core->try_acquire(x.now);
    if (answer)
      admitted.push_back(std::move(answer.permit()));
    else
      ++refused;
  }
  CHECK(admitted.size() == 1);
  CHECK(refused == 9);
}

TEST_CASE("CB-53: a probe that is cancelled does not hold the breaker") {
  bench x{patient().probes(1)};
  x.half_open();
  x.calls("C");
  CHECK(x.state() == breaker_state::half_open);
  x.calls("S");
  CHECK(x.state() == breaker_state::closed);
}

TEST_CASE("CB-57: results of another stay change nothing") {
  for (const char how : {'S', 'F', 'L', 'I', 'C'}) {
    CAPTURE(how);
    bench x{patient().probes(1)};
    auto late = x.admit();
    x.half_open();
    auto probe = x.admit();
    CHECK_FALSE(x.finish(late, how));
    CHECK(x.state() == breaker_state::half_open);
    CHECK(x.metrics().stale_results == 1);
    CHECK(x.metrics().probes == 1);
    CHECK(x.count(breaker_event_type::stale) == 1);
    CHECK_FALSE(x.admits());
  }
}

TEST_CASE("a probe of an earlier half open does not decide a later one") {
  bench x{patient()};
  x.half_open();
  auto old = x.admit();
  x.half_open();
  auto probe = x.admit();
  CHECK_FALSE(old.success(x.now));
  CHECK(x.metrics().buffered == 0);
  CHECK(x.metrics().probes == 1);
}

TEST_CASE("a probe that is lost gives its place back") {
  bench x{patient().probes(1)};
  x.half_open();
  {
    auto lost = x.admit();
    CHECK_FALSE(x.admits());
  }
  CHECK(x.metrics().abandoned == 1);
  CHECK(x.admits());
}

TEST_CASE("a probe that never comes back ends the stay") {
  bench x{b1().probes(1).wait(vigil::exponential(5s, 1h))};
  x.half_open();
  x.wait(1h);
  CHECK(x.core->state(x.now) == breaker_state::half_open);
  auto probe = x.admit();
  CHECK(x.refusal().retry_after == 100ms);
  x.wait(1s);
  CHECK(x.core->state(x.now) == breaker_state::open);
  CHECK(x.seen.back().cause == breaker_cause::half_open_limit);
  CHECK(x.metrics().attempts == 2);
  CHECK_FALSE(probe.success(x.now));

  SUBCASE("or closes the breaker, if that is the policy") {
    bench y{b1().probes(1).half_open_limit(1s, breaker_state::closed)};
    y.half_open();
    auto lost = y.admit();
    y.wait(1s);
    CHECK(y.core->state(y.now) == breaker_state::closed);
  }
}

TEST_CASE("a result at the end of the stay is too late") {
  bench x{b1().probes(1)};
  x.half_open();
  auto probe = x.admit();
  x.wait(1s);
  CHECK_FALSE(probe.success(x.now));
  CHECK(x.state() == breaker_state::open);
}

TEST_CASE("a lease that is over is taken back") {
  bench x{breaker_policy{}.probes(1).lease(10s)};
  x.half_open();
  auto probe = x.admit();
  CHECK_FALSE(x.admits());
  x.wait(10s);
  const auto timer = x.core->next_timer();
  REQUIRE(timer);
  CHECK(timer->at == x.now);
  x.core->on_timer(timer->generation, x.now);
  CHECK(x.metrics().abandoned == 1);
  auto next = x.admit();
  CHECK_FALSE(probe.success(x.now));
  CHECK(x.metrics().stale_results == 1);
  CHECK(x.state() == breaker_state::half_open);
  CHECK(next.success(x.now));
  CHECK(x.state() == breaker_state::closed);
}

TEST_CASE("one permit has one outcome") {
  bench x{patient()};
  auto call = x.admit();
  CHECK(call.failure(x.now));
  CHECK_FALSE(call.failure(x.now));
  CHECK_FALSE(call.success(x.now));
  CHECK(x.metrics().failed == 1);
  CHECK(x.metrics().buffered == 1);
  CHECK(x.metrics().stale_results == 2);
  CHECK_FALSE(breaker_permit{}.success(x.now));
}

TEST_CASE("a permit that is moved is one permit") {
  bench x{patient()};
  {
    auto call = x.admit();
    breaker_permit other{std::move(call)};
    call = std::move(other);
    CHECK(call);
    CHECK_FALSE(other);
    call.success(x.now);
  }
  CHECK(x.metrics().abandoned == 0);
  CHECK(x.metrics().buffered == 1);
}

TEST_CASE("probes have a rate of their own, if they are given one") {
  bench x{patient().probe_failure_rate(1)};
  x.half_open();
  x.calls("FFF");
  CHECK(x.state() == breaker_state::half_open);
  x.calls("S");
  CHECK(x.state() == breaker_state::closed);
}

TEST_SUITE_END();
