#include <vigil/rate_limiter_core.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using vigil::duration;
using vigil::errc;
using vigil::rate_answer;
using vigil::rate_limit_policy;
using vigil::rate_limiter_core;
using vigil::rate_permit;
using vigil::rate_refill;
using vigil::rate_rejection;
using vigil::rate_ticket;
using vigil::time_point;

namespace {

constexpr time_point t0{100h};

/// A limiter in virtual time that keeps which tickets got their permit.
struct bench {
  explicit bench(const rate_limit_policy& policy) {
    auto made = rate_limiter_core::make(
      "test", policy, now,
      [this](rate_ticket x, const rate_answer& answer) {
        CHECK(answer.index() == 0);
        in.push_back(x.id);
      },
      [this](const vigil::guard_event& x) {
        events += std::string{to_string(x.type)} + ' ';
      });
    REQUIRE(made);
    core = made.value();
  }

  [[nodiscard]] rate_answer ask(std::string_view key = {}) {
    return core->acquire(now, key);
  }

  [[nodiscard]] bool admits(std::string_view key = {}) {
    return std::holds_alternative<rate_permit>(ask(key));
  }

  [[nodiscard]] rate_ticket queued() {
    const auto x = ask();
    REQUIRE(std::holds_alternative<rate_ticket>(x));
    return std::get<rate_ticket>(x);
  }

  [[nodiscard]] duration refused() {
    const auto x = ask();
    REQUIRE(std::holds_alternative<rate_rejection>(x));
    return std::get<rate_rejection>(x).retry_after;
  }

  [[nodiscard]] int admitted(int n) {
    int result = 0;
    for (int i = 0; i < n; ++i)
      result += admits() ? 1 : 0;
    return result;
  }

  void pass(duration time) {
    now += time;
    core->advance(now);
  }

  time_point now = t0;
  std::string events;
  std::vector<std::uint64_t> in;
  std::shared_ptr<rate_limiter_core> core;
};

constexpr rate_refill refills[]
  = {rate_refill::steady, rate_refill::in_cycles, rate_refill::sliding};

rate_limit_policy in_cycles(std::uint32_t permits, duration period) {
  return rate_limit_policy{permits, period}.refill(rate_refill::in_cycles);
}

} // namespace

TEST_SUITE_BEGIN("rate limiter");

TEST_CASE("RL-01: one in a cycle, the next in the next") {
  for (const auto refill : refills) {
    bench x{rate_limit_policy{1, 250ms}.refill(refill)};
    CHECK(x.admits());
    CHECK(x.refused() == 250ms);
    CHECK(x.events == "admitted refused ");
    x.pass(250ms - 1ns);
    CHECK_FALSE(x.admits());
    x.pass(1ns);
    CHECK(x.admits());
  }
}

TEST_CASE("RL-03: idle cycles do not add up") {
  for (const auto refill : refills) {
    bench x{rate_limit_policy{1, 250ms}.refill(refill)};
    CHECK(x.admits());
    x.pass(6 * 250ms);
    CHECK(x.admitted(5) == 1);
  }
}

TEST_CASE("RL-05: who would wait too long is refused and uses nothing") {
  bench x{in_cycles(3, 10ms).queue(100).max_wait(12ms)};
  CHECK(x.admitted(3) == 3);
  for (int i = 0; i < 3; ++i)
    CHECK(x.queued().wait == 10ms);
  for (int i = 0; i < 3; ++i)
    CHECK(x.refused() == 20ms);
  CHECK(x.core->balance(x.now) == -3);
  x.pass(10ms);
  CHECK(x.in.size() == 3);
  CHECK(x.core->balance(x.now) == 0);
  x.pass(10ms);
  CHECK(x.admitted(5) == 3);
}

TEST_CASE("RL-07: a changed limit holds from the next cycle on") {
  bench x{in_cycles(4, 10ms).queue(100)};
  CHECK(x.admitted(1) == 1);
  CHECK(x.core->change({10, 10ms}, x.now));
  CHECK(x.core->balance(x.now) == 3);
  x.pass(10ms);
  CHECK(x.core->balance(x.now) == 10);
  SUBCASE("and who waits still waits") {
    for (int i = 0; i < 13; ++i)
      (void)x.ask();
    CHECK(x.core->balance(x.now) == -3);
    CHECK(x.core->change({2, 10ms}, x.now));
    x.pass(10ms);
    CHECK(x.core->balance(x.now) == -1);
    x.pass(10ms);
    CHECK(x.core->balance(x.now) == 1);
  }
  SUBCASE("unless it is none") {
    CHECK(x.core->change({0, 10ms}, x.now).error().code == errc::out_of_range);
  }
}

TEST_CASE("RL-09: the seventh of seven at two a second waits three seconds") {
  bench x{in_cycles(2, 1s).queue(100)};
  CHECK(x.admitted(2) == 2);
  for (int i = 3; i < 7; ++i)
    (void)x.queued();
  CHECK(x.queued().wait == 3s);
  CHECK(x.core->balance(x.now) == -5);
}

TEST_CASE("RL-11: steady permits come one after the other") {
  bench x{rate_limit_policy{1, 1s}.burst(4)};
  CHECK(x.admitted(9) == 4);
  x.pass(200ms);
  CHECK(x.core->time_until(1, x.now) == 800ms);
  CHECK(x.core->time_until(3, x.now) == 2800ms);
}

TEST_CASE("RL-13: in cycles all come back at once") {
  bench x{in_cycles(9, 10s)};
  CHECK(x.admitted(20) == 9);
  x.pass(4s);
  CHECK(x.admitted(20) == 0);
  x.pass(6s);
  CHECK(x.admitted(20) == 9);
}

TEST_CASE("RL-15: who gives up lets those behind it move up") {
  bench x{rate_limit_policy{1, 1s}.queue(10)};
  CHECK(x.admits());
  const auto a = x.queued();
  const auto b = x.queued();
  const auto c = x.queued();
  CHECK(c.wait == 3s);
  CHECK(x.core->cancel(a));
  CHECK_FALSE(x.core->cancel(a));
  CHECK(x.core->next_timer(x.now) == x.now + 1s);
  x.pass(1s);
  CHECK(x.in == std::vector{b.id});
  x.pass(1s);
  CHECK(x.in == std::vector{b.id, c.id});
  CHECK_FALSE(x.core->next_timer(x.now).has_value());
}

TEST_CASE("RL-15: a step back of the clock changes nothing") {
  for (const auto refill : refills) {
    bench x{rate_limit_policy{2, 1s}.refill(refill)};
    CHECK(x.admitted(3) == 2);
    x.now -= 60s;
    CHECK_FALSE(x.admits());
    x.now += 61s;
    CHECK(x.admitted(3) == 2);
  }
}

TEST_CASE("RL-15: nearly a permit is none") {
  bench x{rate_limit_policy{100, 1s}.burst(1)};
  CHECK(x.admits());
  for (int i = 0; i < 100; ++i) {
    x.pass(9'100'000ns);
    CHECK_FALSE(x.admits());
    x.pass(900'000ns);
    CHECK(x.admits());
    CHECK_FALSE(x.admits());
  }
}

TEST_CASE("periods that do not divide lose nothing") {
  bench x{rate_limit_policy{3, 1s}};
  int admitted = x.admitted(10);
  for (int i = 0; i < 1000; ++i) {
    x.pass(100ms);
    admitted += x.admitted(10);
  }
  CHECK(admitted == 3 + 300);
}

TEST_CASE("a sliding limit holds in any span") {
  bench x{rate_limit_policy{10, 1s}.refill(rate_refill::sliding)};
  std::vector<time_point> all;
  for (int i = 0; i < 1000; ++i) {
    if (x.admits())
      all.push_back(x.now);
    x.pass(std::chrono::milliseconds{7 + i % 31});
  }
  for (std::size_t i = 10; i < all.size(); ++i)
    REQUIRE(all[i] - all[i - 10] >= 1s);
  CHECK(all.size() > 150);
}

TEST_CASE("cycles may bring more than the limit at their edge, sliding not") {
  bench cycles{in_cycles(5, 1s)};
  bench sliding{rate_limit_policy{5, 1s}.refill(rate_refill::sliding)};
  for (auto* x : {&cycles, &sliding}) {
    CHECK(x->admitted(1) == 1);
    x->pass(990ms);
    CHECK(x->admitted(10) == 4);
    x->pass(20ms);
  }
  CHECK(cycles.admitted(10) == 5);
  CHECK(sliding.admitted(10) == 1);
}

TEST_CASE("a sliding queue says how long it takes") {
  bench x{rate_limit_policy{2, 1s}.refill(rate_refill::sliding).queue(10)};
  CHECK(x.admits());
  x.pass(400ms);
  CHECK(x.admits());
  CHECK(x.queued().wait == 600ms);
  CHECK(x.queued().wait == 1s);
  CHECK(x.queued().wait == 1600ms);
  x.pass(600ms);
  CHECK(x.in.size() == 1);
  x.pass(400ms);
  CHECK(x.in.size() == 2);
  x.pass(600ms);
  CHECK(x.in.size() == 3);
}

TEST_CASE("each key has its own permits") {
  bench x{rate_limit_policy{1, 1s}};
  CHECK(x.admits("a"));
  CHECK_FALSE(x.admits("a"));
  CHECK(x.admits("b"));
}

TEST_CASE("a total holds for all keys together") {
  bench x{rate_limit_policy{2, 1s}.total(3, 1s)};
  CHECK(x.admits("a"));
  CHECK(x.admits("a"));
  CHECK_FALSE(x.admits("a"));
  CHECK(x.admits("b"));
  CHECK_FALSE(x.admits("b"));
  // What the total refused is not taken off the key.
  CHECK(x.core->balance(x.now, "b") == 1);
}

TEST_CASE("who comes later does not overtake those who wait for the total") {
  bench x{rate_limit_policy{1, 1s}.total(2, 2s).queue(10)};
  CHECK(x.admits("a"));
  CHECK(x.admits("b"));
  const auto c = x.ask("c");
  REQUIRE(std::holds_alternative<rate_ticket>(c));
  // Nobody has called `advance`.
  x.now += 1s;
  CHECK_FALSE(x.admits("d"));
  CHECK(x.in == std::vector{std::get<rate_ticket>(c).id});
  SUBCASE("but those who wait for another key") {
    x.pass(4s);
    x.pass(4s);
    REQUIRE(x.core->waiting() == 0);
    CHECK(x.admits("a"));
    CHECK(std::holds_alternative<rate_ticket>(x.ask("a")));
    CHECK(x.admits("b"));
  }
}

TEST_CASE("keys that are idle make room, those in use do not") {
  bench x{rate_limit_policy{1, 1s}.max_keys(2)};
  CHECK(x.admits("a"));
  CHECK(x.admits("b"));
  CHECK_FALSE(x.admits("c"));
  x.pass(1s);
  CHECK(x.admits("c"));
  CHECK(x.core->keys() == 2);
}

TEST_CASE("a key that others wait for does not hold the idle ones behind it") {
  bench x{rate_limit_policy{1, 1s}.queue(10).max_keys(2)};
  CHECK(x.admits("a"));
  for (int i = 0; i < 2; ++i)
    CHECK(std::holds_alternative<rate_ticket>(x.ask("a")));
  CHECK(x.admits("b"));
  CHECK_FALSE(x.admits("c"));
  x.pass(1s);
  CHECK(x.core->waiting() == 1);
  CHECK(x.admits("c"));
  CHECK(x.core->keys() == 2);
  x.pass(1s);
  CHECK(x.in.size() == 2);
}

TEST_CASE("keys that others wait for are idle when those have had their turn") {
  bench x{rate_limit_policy{1, 1s}.queue(10).max_keys(2)};
  const auto room = [&] {
    const auto answer = x.ask("c");
    REQUIRE(std::holds_alternative<rate_rejection>(answer));
    return std::get<rate_rejection>(answer).retry_after;
  };
  for (const auto* key : {"a", "a", "a", "b", "b", "b"})
    (void)x.ask(key);
  CHECK(x.core->waiting() == 4);
  CHECK(room() == 3s);
  x.pass(500ms);
  CHECK(room() == 2500ms);
  // Who gives up makes room earlier.
  CHECK(x.core->cancel({4, 0s}));
  CHECK(room() == 1500ms);
  CHECK(x.core->cancel({3, 0s}));
  CHECK(room() == 500ms);
  x.pass(500ms);
  CHECK(x.admits("c"));
  CHECK(x.core->waiting() == 1);
}

TEST_CASE("the queue is bounded") {
  bench x{rate_limit_policy{1, 1s}.queue(2)};
  CHECK(x.admits());
  (void)x.queued();
  (void)x.queued();
  CHECK(x.refused() == 3s);
  CHECK(x.core->waiting() == 2);
  const auto now = x.core->try_acquire(x.now);
  CHECK(std::holds_alternative<rate_rejection>(now));
}

TEST_CASE("a changed rate is checked with the other settings") {
  const auto policy = rate_limit_policy{1, 1s}.burst(16'000'000);
  auto made = rate_limiter_core::make("test", policy, t0);
  REQUIRE(made);
  auto& core = *made.value();
  const auto refused = core.change({1, 24h}, t0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::out_of_range);
  CHECK(refused.error().message.find("rate limiter 'test': ") == 0);
  CHECK_FALSE(core.change({-1, 1s}, t0));
  CHECK_FALSE(core.change({0, 1s}, t0));
  CHECK_FALSE(core.change({1, std::chrono::hours::max()}, t0));
  CHECK_FALSE(core.change({1, -1s}, t0));
  CHECK(core.change({2, 1s}, t0));
}

TEST_CASE("a policy that cannot be is refused, and says where") {
  const rate_limit_policy p;
  const std::vector<std::pair<rate_limit_policy, const char*>> all{
    {rate_limit_policy{0, 1s}, "rate"},
    {rate_limit_policy{1, 0s}, "the period of rate is zero"},
    {rate_limit_policy{1, -1s}, "the period of rate is negative"},
    {rate_limit_policy{16'000'000, 24h}, "rate"},
    {p.burst(0), "burst"},
    {p.burst(5).refill(rate_refill::sliding), "burst"},
    {p.total(0, 1s), "total"},
    {p.max_wait(1s), "max_wait"},
    {p.queue(1).max_wait(0s), "max_wait"},
    {p.max_keys(0), "max_keys"},
    {rate_limit_policy{-1, 1s}, "rate(-1) is negative"},
    {rate_limit_policy{vigil::unlimited, 1s}, "rate(unlimited) is no number"},
    {rate_limit_policy{1, std::chrono::hours::max()}, "too much to count"},
    {p.burst(-1), "burst(-1) is negative"},
    {p.total(-1, 1s), "total(-1) is negative"},
    {p.total(1, std::chrono::hours::max()), "too much to count"},
    {p.queue(-1), "queue(-1) is negative"},
    {p.queue(std::numeric_limits<std::uint32_t>::max()), "is too large"},
    {p.max_keys(-1), "max_keys(-1) is negative"},
    {p.queue(1).max_wait(std::chrono::hours::min()), "max_wait"},
  };
  for (const auto& [policy, names] : all) {
    const std::string field = names;
    CAPTURE(field);
    const auto made = rate_limiter_core::make(
      "test", policy, t0, [](rate_ticket, const rate_answer&) {});
    REQUIRE_FALSE(made);
    CHECK(made.error().message.find(names) != std::string::npos);
    CHECK(made.error().message.find("rate limiter 'test': ") == 0);
  }
  CHECK(rate_limiter_core::make("x", p.queue(1), t0).error().code
        == errc::bad_combination);
}

TEST_CASE("what a listener of a rate limiter throws is ignored") {
  int in = 0;
  auto made = rate_limiter_core::make(
    "test", rate_limit_policy{1, 1s}.queue(1), t0,
    [&](rate_ticket, const rate_answer&) { ++in; },
    [](const vigil::guard_event&) { throw 1; });
  REQUIRE(made);
  auto& core = *made.value();
  CHECK(core.acquire(t0).index() == 0);
  CHECK(core.acquire(t0).index() == 1);
  CHECK(core.acquire(t0).index() == 2);
  core.advance(t0 + 1s);
  CHECK(in == 1);
  const auto last = core.acquire(t0 + 1s);
  CHECK(core.cancel(std::get<rate_ticket>(last)));
}

TEST_CASE("the time until the most permits there can be counts those that "
          "wait, too") {
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  for (const auto refill : refills) {
    const auto policy = rate_limit_policy{1, 1s}.refill(refill).queue(9);
    for (const bool total : {false, true}) {
      bench x{total ? policy.total(1, 1s) : policy};
      CHECK(x.admits());
      (void)x.queued();
      CHECK(x.core->time_until(most - 1, t0) == 1s * std::int64_t{most});
      CHECK(x.core->time_until(most, t0) == 1s * (std::int64_t{most} + 1));
    }
  }
}

TEST_CASE("a key that was not seen yet waits for the total, and for room, as "
          "those that were") {
  SUBCASE("the total") {
    bench x{rate_limit_policy{5, 1s}.total(1, 1h)};
    CHECK(x.core->time_until(1, t0, "b") == 0s);
    CHECK(x.admits("a"));
    CHECK_FALSE(x.admits("c"));
    CHECK(x.core->time_until(1, t0, "b") == 1h);
  }
  SUBCASE("room") {
    bench x{rate_limit_policy{1, 1h}.max_keys(1)};
    CHECK(x.admits("a"));
    CHECK_FALSE(x.admits("b"));
    CHECK(x.core->time_until(1, t0, "b") == 1h);
  }
}

TEST_CASE("a retired key makes room for another, unless its calls wait or it "
          "is used again") {
  bench x{rate_limit_policy{1, 1h}.max_keys(2).queue(5)};
  CHECK(x.admits("a"));
  CHECK(x.admits("b"));
  x.core->retire("unknown");
  CHECK_FALSE(x.admits("c"));
  x.core->retire("b");
  CHECK(x.admits("c"));
  CHECK(x.core->keys() == 2);
  const auto waits = x.ask("a");
  REQUIRE(waits.index() == 1);
  x.core->retire("a");
  CHECK_FALSE(x.admits("d"));
  CHECK(x.core->cancel(std::get<rate_ticket>(waits)));
  (void)x.core->try_acquire(t0, "a");
  CHECK_FALSE(x.admits("d"));
  x.core->retire("a");
  CHECK(x.admits("d"));
}

TEST_CASE("what is due at the end of the clock is never due") {
  for (auto refill :
       {rate_refill::steady, rate_refill::in_cycles, rate_refill::sliding})
    for (const duration left : {0ns, 1ns, duration{1s}, duration{5s}}) {
      CAPTURE(left.count());
      auto now = vigil::detail::never - left;
      auto made = rate_limiter_core::make(
        "test", rate_limit_policy(2, 1s).refill(refill).queue(3), now,
        [](rate_ticket, const rate_answer&) {});
      REQUIRE(made);
      auto& core = *made.value();
      for (int i = 0; i < 4; ++i)
        (void)core.acquire(now);
      for (int i = 0; i < 9; ++i)
        if (const auto next = core.next_timer(now)) {
          CHECK(*next != vigil::detail::never);
          now = *next;
          core.advance(now);
        }
      core.advance(vigil::detail::never);
      (void)core.acquire(vigil::detail::never);
      CHECK_FALSE(core.next_timer(vigil::detail::never)
                  == vigil::detail::never);
    }
}

TEST_SUITE_END();
