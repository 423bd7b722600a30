#include "breaker_harness.hpp"

#include <vigil/retry_core.hpp>

#include <deque>
#include <queue>
#include <random>

// Breakers that live long: long rests, many moves, counters near their ends.

namespace vigil::detail {

struct breaker_hook {
  static void renumber(breaker_core& x, std::uint64_t generation,
                       time_point now) {
    x.begin(generation, now);
    x.word_.renumber(generation);
  }
};

} // namespace vigil::detail

using namespace breaker_test;
using vigil::detail::breaker_hook;
using vigil::detail::breaker_word;
using vigil::detail::call_mark;
using vigil::detail::call_tally;
using vigil::detail::count_window;
using vigil::detail::lease_table;
using vigil::detail::probe_gate;
using vigil::detail::tagged_counter;
using vigil::detail::time_window;

namespace {

/// Counts and never opens.
breaker_policy watching() {
  return breaker_policy{}.failure_rate(1).min_calls(1).starts(
    breaker_state::metrics_only);
}

/// What a time window has to say, told from a list of all calls.
class window_model {
public:
  window_model(time_point origin, duration length, duration bucket)
    : origin_(origin), bucket_(bucket), count_(length / bucket) {
    // nop
  }

  void begin() {
    calls_.clear();
  }

  void record(time_point now, call_mark x) {
    calls_.push_back({number(now), x});
  }

  [[nodiscard]] call_tally read(time_point now) const {
    call_tally result;
    for (const auto& x : calls_)
      if (x.bucket > number(now) - count_) {
        ++result.total;
        result.failed += x.mark.failed ? 1U : 0U;
        result.slow += x.mark.slow ? 1U : 0U;
      }
    return result;
  }

private:
  struct call {
    std::int64_t bucket;
    call_mark mark;
  };

  [[nodiscard]] std::int64_t number(time_point t) const {
    return (t - origin_) / bucket_;
  }

  time_point origin_;
  duration bucket_;
  std::int64_t count_;
  std::deque<call> calls_;
};

/// Generations around which some number of bits ends.
std::vector<std::uint64_t> ends() {
  std::vector<std::uint64_t> result;
  for (const auto bits :
       {10, 17, 18, 19, 23, 24, 29, 30, 31, 32, 33, 34, 48, 49, 53, 54, 60})
    for (std::uint64_t i = 0; i < 5; ++i)
      result.push_back((std::uint64_t{1} << static_cast<unsigned>(bits)) - 2
                       + i);
  return result;
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

TEST_CASE("rests of any length are as long as they are") {
  std::mt19937_64 random{11};
  for (const auto& [length, bucket] : {std::pair<duration, duration>{10ms, 1ms},
                                       {1ms, 1ms},
                                       {7ns, 1ns},
                                       {1h, 1min},
                                       {1024s, 1s}}) {
    const auto ticks = length.count();
    CAPTURE(ticks);
    time_window x{t0, length, bucket};
    window_model model{t0, length, bucket};
    auto now = t0;
    std::uint64_t generation = 0;
    for (int i = 0; i < 3000; ++i) {
      // From a part of a bucket to far beyond 2^36 windows, or the end of time.
      const auto bits = random() % 60;
      const auto most
        = std::max<duration::rep>((t0 + 2'000'000h - now).count() / 1000, 1);
      const auto rest = static_cast<duration::rep>(random() >> (63 - bits));
      if (random() % 3 == 0)
        now += duration{std::min(rest, most)};
      if (random() % 500 == 0) {
        x.begin(++generation, now);
        model.begin();
      }
      REQUIRE(x.read(generation, now) == model.read(now));
      const call_mark mark{random() % 3 == 0, random() % 4 == 0};
      model.record(now, mark);
      REQUIRE(x.record(generation, now, mark) == model.read(now));
      REQUIRE(x.read(generation, now) == model.read(now));
      REQUIRE(x.read(generation + 1, now) == call_tally{});
    }
  }
}

TEST_CASE("a window of nanoseconds that rests for days is empty, and counts") {
  for (unsigned bits = 8; bits < 62; ++bits)
    for (const duration more : {-1ns, 0ns, 1ns, 2ns}) {
      CAPTURE(bits);
      CAPTURE(more.count());
      const auto rest = duration{std::int64_t{1} << bits} * 1 + more;
      time_window x{time_point{}, 3ns, 1ns};
      x.record(0, time_point{}, {.failed = true});
      const auto now = time_point{} + rest;
      REQUIRE(x.read(0, now) == call_tally{});
      REQUIRE(x.record(0, now, {}) == call_tally{1, 0, 0});
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

TEST_CASE("a probe gate has places in each stay") {
  probe_gate x;
  for (const auto generation : ends()) {
    CAPTURE(generation);
    // What it held is of a stay a power of two before.
    for (unsigned bits = 10; bits < 61; ++bits) {
      x.begin(generation - (std::uint64_t{1} << bits));
      x.enter(generation - (std::uint64_t{1} << bits), 1);
      x.begin(generation);
      REQUIRE(x.taken(generation) == 0);
      REQUIRE(x.enter(generation, 2) == probe_gate::answer::first);
      REQUIRE(x.enter(generation, 2) == probe_gate::answer::admitted);
      REQUIRE(x.enter(generation, 2) == probe_gate::answer::full);
      REQUIRE(x.enter(generation - 1, 2) == probe_gate::answer::over);
      REQUIRE(x.enter(generation + 1, 2) == probe_gate::answer::over);
      REQUIRE(x.finish(generation, {true, false}) == call_tally{1, 1, 0});
      REQUIRE(x.finish(generation, {false, true}) == call_tally{2, 1, 1});
      REQUIRE_FALSE(x.finish(generation - 1, {}));
    }
  }
}

TEST_CASE("a tagged counter stops at its ends and does not wrap") {
  tagged_counter<32> x;
  for (const auto generation : ends()) {
    x.begin(generation, tagged_counter<32>::max - 1);
    CHECK(x.add(generation, 1) == 0xffff'ffffU);
    CHECK(x.add(generation, 1) == 0xffff'ffffU);
    CHECK(x.add(generation, -1) == 0xffff'fffeU);
    CHECK_FALSE(x.add(generation + 1, 1));
    CHECK_FALSE(x.add(generation - 1, 1));
    CHECK(x.get(generation + 1) == 0);
    x.clear(generation);
    CHECK(x.add(generation, -3) == 0);
    CHECK(x.add(generation, 3) == 3);
  }
}

TEST_CASE("a count window is right in each stay, whatever was before") {
  std::mt19937_64 random{12};
  for (const std::uint32_t size : {1U, 2U, 7U, 100U, 16'383U}) {
    count_window x{size};
    std::deque<call_mark> model;
    for (const auto generation : ends()) {
      x.begin(generation);
      model.clear();
      REQUIRE(x.read(generation) == call_tally{});
      REQUIRE_FALSE(x.record(generation + 1, {true, true}));
      REQUIRE_FALSE(x.record(generation - 1, {true, true}));
      const auto n = random() % 300;
      for (std::uint64_t i = 0; i < n; ++i) {
        const call_mark mark{random() % 3 == 0, random() % 4 == 0};
        model.push_back(mark);
        if (model.size() > size)
          model.pop_front();
        call_tally wanted{model.size(), 0, 0};
        for (const auto& m : model) {
          wanted.failed += m.failed ? 1U : 0U;
          wanted.slow += m.slow ? 1U : 0U;
        }
        REQUIRE(x.record(generation, mark) == wanted);
      }
    }
  }
}

TEST_CASE("a lease that was taken back is nobody else's, however late") {
  for (const unsigned bits : {8U, 16U, 31U, 32U, 33U, 48U, 61U})
    for (std::uint64_t i = 0; i < 3; ++i) {
      CAPTURE(bits);
      const auto turn = (std::uint64_t{1} << bits) - 1 + i;
      lease_table x{1, turn};
      const auto old = x.take(1, t0);
      CHECK(old.turn == turn);
      CHECK(x.release(old) == lease_table::ending::released);
      const auto next = x.take(2, t0);
      CHECK(x.release(old) == lease_table::ending::gone);
      CHECK(x.release({turn - (std::uint64_t{1} << bits) + 1, 0})
            == lease_table::ending::gone);
      CHECK_FALSE(x.mark_late(old));
      CHECK(x.mark_late(next));
      CHECK(x.used() == 1);
      CHECK(x.release(next) == lease_table::ending::released_late);
    }
}

TEST_CASE("who read a state long ago is told that it is over") {
  breaker_word x;
  x.enter(breaker_state::open, t0, make_error_code(errc::timeout));
  const auto at = x.load();
  for (int i = 0; i < 20; ++i) {
    x.enter(breaker_state::forced_open, vigil::detail::never,
            make_error_code(errc::unspecified));
    const bool kept = x.deadline(at) == t0;
    CHECK(kept == (i < 6));
    CHECK(x.deadline(at) == (kept ? t0 : time_point::min()));
    CHECK(x.error(at)
          == (kept ? make_error_code(errc::timeout) : std::error_code{}));
    CHECK(x.deadline(x.load()) == vigil::detail::never);
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
