#include "breaker_harness.hpp"
#include "breaker_parts.hpp"

#include <vigil/retry_core.hpp>

#include <queue>

// Breakers that live long: long rests, many moves, counters near their ends.

using namespace breaker_test;
using breaker_parts::ends;
using vigil::detail::breaker_hook;

namespace {

/// Counts and never opens.
breaker_policy watching() {
  return breaker_policy{}.failure_rate(1).min_calls(1).starts(
    breaker_state::metrics_only);
}

} // namespace

TEST_SUITE_BEGIN("breaker, long lives");

TEST_CASE("a time window counts after any rest of up to 3000 lengths") {
  const auto policy = watching().slow_call_rate(1, 1h).window(10s);
  bench worn{policy};
  for (int lengths = 1; lengths <= 3000; ++lengths) {
    CAPTURE(lengths);
    bench fresh{policy};
    for (auto* x : {&worn, &fresh}) {
      x->calls("FFLS");
      x->wait(lengths * 10s);
      REQUIRE(x->metrics().buffered == 0);
      x->calls("FLS");
      const auto m = x->metrics();
      REQUIRE(m.buffered == 3);
      REQUIRE(m.failed == 1);
      REQUIRE(m.slow == 1);
      x->wait(9s);
      REQUIRE(x->metrics().buffered == 3);
      x->wait(1s);
      REQUIRE(x->metrics().buffered == 0);
    }
  }
}

TEST_CASE("a breaker counts after an outage of any length") {
  for (const bool timed : {false, true}) {
    CAPTURE(timed);
    const auto rule = breaker_policy{}
                        .failure_rate(0.5)
                        .min_calls(4)
                        .wait(1s)
                        .probes(1)
                        .half_open_limit(0s);
    bench x{timed ? rule.window(10s) : rule.window(4)};
    // Opens again and again; more moves than 13 bits hold, looked at often.
    for (int i = 0; i < 5000; ++i) {
      x.calls("SSF");
      REQUIRE(x.state() == breaker_state::closed);
      REQUIRE(x.metrics().buffered == 3);
      x.calls("F");
      REQUIRE(x.state() == breaker_state::open);
      for (int n = 0; n < i % 7; ++n) {
        x.wait(1s);
        x.calls("F");
        REQUIRE(x.state() == breaker_state::open);
      }
      x.wait(1s);
      x.calls("S");
      REQUIRE(x.state() == breaker_state::closed);
    }
  }
}

TEST_CASE("a count window counts after more than a million moves") {
  auto core
    = vigil::breaker_core::make(
        "test",
        breaker_policy{}.failure_rate(1).min_calls(2).window(8).wait(1h), t0)
        .value();
  for (int i = 1; i <= 1'100'000; ++i) {
    core->reset(t0);
    // At each power of two, and now and then.
    if ((i & (i - 1)) != 0 && i % 10'007 != 0)
      continue;
    CAPTURE(i);
    REQUIRE(core->try_acquire(t0).permit().failure(t0));
    REQUIRE(core->state() == breaker_state::closed);
    REQUIRE(core->metrics(t0).buffered == 1);
    REQUIRE(core->try_acquire(t0).permit().failure(t0));
    REQUIRE(core->state() == breaker_state::open);
  }
}

TEST_CASE("nothing a breaker counts depends on how often it has moved") {
  for (const auto generation : ends()) {
    CAPTURE(generation);
    for (const bool timed : {false, true}) {
      const auto rule = breaker_policy{}
                          .failure_rate(0.5)
                          .consecutive_failures(3)
                          .slow_call_rate(0.5, 10s)
                          .min_calls(4)
                          .wait(1s)
                          .probes(2)
                          .lease(1h);
      bench x{timed ? rule.window(10s) : rule.window(4)};
      x.calls("FF");
      breaker_hook::renumber(*x.core, generation, x.now);
      REQUIRE(x.core->generation() == generation);
      for (int i = 0; i < 6; ++i) {
        REQUIRE(x.metrics().buffered == 0);
        REQUIRE(x.metrics().consecutive_failures == 0);
        auto before = x.admit();
        x.calls("SFF");
        REQUIRE(x.metrics().buffered == 3);
        REQUIRE(x.metrics().consecutive_failures == 2);
        x.calls("F");
        REQUIRE(x.state() == breaker_state::open);
        x.wait(1s);
        auto one = x.admit();
        auto two = x.admit();
        REQUIRE(x.refusal().reason == breaker_refusal::half_open_full);
        // Of another stay.
        REQUIRE_FALSE(before.failure(x.now));
        x.finish(one, 'C');
        auto three = x.admit();
        REQUIRE_FALSE(x.admits());
        x.finish(two, 'S');
        x.finish(three, 'S');
        REQUIRE(x.state() == breaker_state::closed);
      }
    }
  }
}

TEST_CASE("nobody knows how long a breaker is open that is open for ever") {
  for (const bool listens : {false, true}) {
    CAPTURE(listens);
    auto core = vigil::breaker_core::make(
                  "test", b1().wait(duration::max()), t0,
                  listens ? [](const vigil::breaker_event&) {}
                          : vigil::breaker_core::listener{})
                  .value();
    core->trip(t0, errc::timeout);
    CHECK(core->try_acquire(t0).rejection().retry_after == 0s);
    core->reset(t0);
    core->open_for(duration::max(), t0);
    CHECK(core->try_acquire(t0).rejection().retry_after == 0s);
  }
}

TEST_CASE("who comes while probes are under way is told to come soon again") {
  bench x{b1().probes(1).half_open_limit(1h).wait(10s)};
  x.half_open();
  auto probe = x.admit();
  CHECK(x.refusal().retry_after == 100ms);
  x.wait(2s);
  CHECK(x.refusal().retry_after == 2s);
  x.wait(58min);
  // Not beyond the end of the stay.
  CHECK(x.refusal().retry_after == 1h - 58min - 2s);
  x.core->reset(x.now);
  x.core->trip(x.now, errc::timeout);
  x.wait(10s);
  auto next = x.admit();
  CHECK(x.refusal().retry_after == 100ms);
  // The same where the stay has no limit.
  bench y{b1().probes(1).half_open_limit(0s).wait(200ms)};
  y.half_open();
  auto other = y.admit();
  CHECK(y.refusal().retry_after == 20ms);
  y.wait(1h);
  CHECK(y.refusal().retry_after == 1h);
}

TEST_CASE("in a burst all have their answer soon after the breaker closes") {
  for (const auto work : {1ms, 30ms, 250ms, 1000ms, 5000ms})
    for (const auto& policy :
         {vigil::retry_policy{}.attempts(20),
          vigil::retry_policy{}.attempts(20).backoff(vigil::fixed(1ms))}) {
      CAPTURE(work.count());
      bench x{
        breaker_policy{}.failure_rate(0.5).min_calls(10).wait(1s).probes(3)};
      x.open();
      x.wait(1s);
      struct caller {
        std::unique_ptr<vigil::retry_core> attempts;
        std::unique_ptr<breaker_permit> permit;
      };
      std::vector<caller> callers(200);
      using turn = std::pair<time_point, std::size_t>;
      std::priority_queue<turn, std::vector<turn>, std::greater<>> turns;
      const auto begin = x.now;
      for (std::size_t i = 0; i < callers.size(); ++i) {
        callers[i].attempts
          = std::make_unique<vigil::retry_core>(policy, begin);
        turns.emplace(begin, i);
      }
      std::size_t answered = 0;
      time_point last;
      while (!turns.empty()) {
        const auto [at, i] = turns.top();
        turns.pop();
        auto& me = callers[i];
        x.now = at;
        if (me.permit) {
          me.permit->success(at);
          ++answered;
          last = at;
          continue;
        }
        auto answer = x.core->try_acquire(at);
        if (answer.admitted()) {
          me.permit
            = std::make_unique<breaker_permit>(std::move(answer.permit()));
          turns.emplace(at + work, i);
          continue;
        }
        vigil::failure why{errc::breaker_open};
        why.retry_after = answer.rejection().retry_after;
        if (const auto next = me.attempts->failed(why, at, 0.5))
          turns.emplace(at + next.after(), i);
      }
      CHECK(answered == callers.size());
      CHECK(last - begin <= 3 * work + 200ms);
    }
}

TEST_SUITE_END();
