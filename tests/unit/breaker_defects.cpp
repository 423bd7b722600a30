// What other breakers got wrong, and this one must not.

#include "breaker_harness.hpp"

using namespace breaker_test;
using vigil::breaker_core;
using vigil::breaker_event;

namespace {

std::shared_ptr<breaker_core> make(const breaker_policy& policy,
                                   breaker_core::listener f) {
  return breaker_core::make("test", policy, t0, std::move(f)).value();
}

} // namespace

TEST_SUITE_BEGIN("breaker defects");

TEST_CASE("a call from before cannot add a place for probes") {
  bench x{b1().half_open_limit(1h)};
  std::vector<breaker_permit> old;
  for (int i = 0; i < 6; ++i)
    old.push_back(x.admit());
  x.half_open();
  std::vector<breaker_permit> probes;
  for (int i = 0; i < 4; ++i)
    probes.push_back(x.admit());
  old[0].ignored(x.now);
  old[1].cancelled(x.now);
  old[2].success(x.now);
  old[3].failure(x.now);
  old.clear();
  CHECK(x.metrics().probes == 4);
  CHECK_FALSE(x.admits());
}

TEST_CASE("a listener that throws leaves name and deed of a state together") {
  const auto x = make(b1(), [](const breaker_event&) {
    throw std::runtime_error("a listener must not, but may");
  });
  for (int i = 0; i < 5; ++i)
    x->record(call_outcome::failure, t0, errc::timeout);
  CHECK(x->state() == breaker_state::open);
  CHECK_FALSE(x->try_acquire(t0).admitted());
  CHECK(x->try_acquire(t0 + 5s).admitted());
  CHECK(x->state() == breaker_state::half_open);
  CHECK(x->listener_failures() == 3);
}

TEST_CASE("a refusal is one event, also when it moves the breaker first") {
  bench x{b1().probes(1)};
  x.open();
  x.wait(5s);
  auto probe = x.admit();
  x.seen.clear();
  CHECK_FALSE(x.admits());
  CHECK(x.count(breaker_event_type::refused) == 1);
  CHECK(x.metrics().not_permitted == 1);
}

TEST_CASE("the state says what would happen") {
  bench x{b1()};
  x.open();
  x.wait(6s);
  CHECK(x.core->state(x.now) == breaker_state::half_open);
  CHECK(x.metrics().state == breaker_state::half_open);
}

TEST_CASE("the minimum of calls is none of the probes' business") {
  for (const auto minimum : {1U, 2U, 100U}) {
    CAPTURE(minimum);
    bench x{b1().min_calls(minimum).decide_early(false).half_open_limit(1h)};
    x.half_open();
    x.calls("FSS");
    CHECK(x.state() == breaker_state::half_open);
    x.calls("S");
    CHECK(x.state() == breaker_state::closed);
  }
}

TEST_CASE("a timer of a stay that is over moves nothing") {
  bench x{b1()};
  x.open();
  const auto old = x.core->next_timer();
  REQUIRE(old);
  x.core->reset(x.now);
  x.wait(1s);
  x.open();
  x.wait(4s);
  x.core->on_timer(old->generation, x.now);
  CHECK(x.state() == breaker_state::open);
  x.core->force_open(x.now);
  x.wait(1h);
  x.core->on_timer(old->generation, x.now);
  CHECK(x.state() == breaker_state::forced_open);
  x.core->reset(x.now);
  CHECK_FALSE(x.core->next_timer().has_value());
}

TEST_CASE("a listener may give orders") {
  std::shared_ptr<breaker_core> x;
  std::vector<std::string> seen;
  x = make(b1(), [&](const breaker_event& e) {
    seen.push_back(to_string(e));
    if (e.type == breaker_event_type::moved && e.to == breaker_state::open)
      x->force_open(e.time, {"listener", ""});
    CHECK(x->metrics(e.time).state == x->state());
  });
  x->trip(t0, errc::timeout);
  CHECK(x->state() == breaker_state::forced_open);
  // In the order in which it happened, though the second came from within.
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == "test moved closed -> open target_down");
  CHECK(seen[1] == "test moved open -> forced_open ordered by listener");
}

TEST_CASE("a listener that is slow loses events, not the breaker") {
  std::shared_ptr<breaker_core> x;
  std::size_t seen = 0;
  x = make(b1(), [&](const breaker_event&) {
    if (seen++ != 0)
      return;
    for (int i = 0; i < 2000; ++i) {
      x->trip(t0, errc::timeout);
      x->reset(t0);
    }
  });
  x->trip(t0, errc::timeout);
  CHECK(seen == 1 + 1024);
  CHECK(x->dropped_events() == 4000 - 1 - 1024);
}

TEST_CASE("cancelled and ignored probes do not close") {
  for (const char how : {'C', 'I'}) {
    bench x{b1().probes(1)};
    x.half_open();
    x.calls(std::string(5, how));
    CHECK(x.state() == breaker_state::half_open);
  }
}

TEST_CASE("a lost probe neither blocks for ever nor asks for the past") {
  bench x{b1().probes(1)};
  x.half_open();
  auto lost = x.admit();
  for (int i = 0; i < 40; ++i) {
    const auto answer = x.core->try_acquire(x.now);
    if (answer.admitted())
      return;
    CHECK(answer.rejection().retry_after >= 0s);
    x.wait(250ms);
  }
  FAIL("never admitted again");
}

TEST_CASE("a probe seen from outside begins the limit of half open") {
  bench x{b1().probes(3)};
  x.half_open();
  x.wait(1h);
  REQUIRE(x.core->record(call_outcome::success, x.now, {}));
  auto lost = x.admit();
  const auto timer = x.core->next_timer();
  REQUIRE(timer);
  CHECK(timer->at == x.now + 1s);
  x.wait(1s);
  CHECK(x.core->state(x.now) == breaker_state::open);
}

TEST_CASE("both doors open and shut together") {
  bench x{breaker_policy{}.consecutive_failures(1).wait(5s)};
  auto short_way = [&] {
    return bool{x.core->try_acquire_closed()};
  };
  CHECK(short_way());
  CHECK(x.admits());
  x.calls("F");
  CHECK_FALSE(short_way());
  CHECK_FALSE(x.admits());
  // What is no plain yes takes the long way.
  x.wait(5s);
  CHECK_FALSE(short_way());
  CHECK(x.admits());
  CHECK_FALSE(short_way());
  x.core->force_open(x.now);
  CHECK_FALSE(short_way());
  CHECK_FALSE(x.admits());
  x.core->reset(x.now);
  CHECK(short_way());
  CHECK(x.admits());
}

TEST_CASE("who keeps asking does not keep it open") {
  bench x{b1()};
  x.open();
  for (int i = 0; i < 5000; ++i) {
    CHECK(x.refusal().retry_after == 5s - i * 1ms);
    x.wait(1ms);
  }
  CHECK(x.admits());
}

TEST_CASE("a late success closes nothing") {
  bench x{b1()};
  auto late = x.admit();
  auto later = x.admit();
  x.calls("FFFFF");
  CHECK_FALSE(late.success(x.now));
  CHECK(x.state() == breaker_state::open);
  x.wait(5s);
  CHECK_FALSE(later.success(x.now));
  CHECK(x.state() == breaker_state::half_open);
  CHECK(x.metrics().stale_results == 2);
}

TEST_CASE("half open has room though the listener of its move threw") {
  const auto x = make(b1().probes(1), [](const breaker_event& e) {
    if (e.to == breaker_state::half_open)
      throw std::runtime_error("oh");
  });
  x->trip(t0, errc::timeout);
  CHECK(x->try_acquire(t0 + 5s).admitted());
}

TEST_CASE("who is told of a failure finds the breaker open") {
  bench x{breaker_policy{}.consecutive_failures(1)};
  auto call = x.admit();
  call.failure(x.now);
  CHECK_FALSE(x.admits());
}

TEST_SUITE_END();
