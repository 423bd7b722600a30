#include "breaker_harness.hpp"

#include <chrono>
#include <ratio>

using namespace breaker_test;

namespace {

/// Counts and never opens.
breaker_policy watching() {
  return breaker_policy{}.failure_rate(1).min_calls(1).starts(
    breaker_state::metrics_only);
}

} // namespace

TEST_SUITE_BEGIN("breaker windows");

TEST_CASE("CB-13: a count window forgets the oldest") {
  bench x{watching().window(10)};
  x.calls("FFFSSFFFSS");
  CHECK(x.health() == "10 600 6");
  x.calls("SS");
  CHECK(x.health() == "10 400 4");
  x.calls("S");
  CHECK(x.health() == "10 300 3");
}

TEST_CASE("a count window is right wherever it stands") {
  bench x{watching().window(7).slow_call_rate(1, 1h)};
  std::string all;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const char next = "SFL"[(i * i + i / 3) % 3];
    all += next;
    x.calls(std::string(1, next));
    const auto last = all.substr(all.size() < 7 ? 0 : all.size() - 7);
    const auto m = x.metrics();
    REQUIRE(m.buffered == last.size());
    REQUIRE(
      m.failed
      == static_cast<std::uint64_t>(std::count(last.begin(), last.end(), 'F')));
    REQUIRE(
      m.slow
      == static_cast<std::uint64_t>(std::count(last.begin(), last.end(), 'L')));
  }
}

TEST_CASE("CB-15: a bucket leaves when its begin is a window old") {
  bench x{watching().window(10s)};
  for (int i = 0; i < 10; ++i) {
    x.calls("S");
    x.wait(1s);
  }
  CHECK(x.metrics().buffered == 9);
  x.wait(1s);
  CHECK(x.metrics().buffered == 8);
}

TEST_CASE("CB-17: failures leave with their buckets") {
  bench x{watching().window(10s)};
  std::vector<std::string> all;
  for (const auto* calls : {"FS", "FS", "SS", "SS", "SS"}) {
    x.calls(calls);
    x.wait(2s);
    all.push_back(x.health());
  }
  x.wait(2s);
  all.push_back(x.health());
  CHECK(all[0] == "2 500 1");
  CHECK(all[1] == "4 500 2");
  CHECK(all[2] == "6 333 2");
  CHECK(all[3] == "8 250 2");
  CHECK(all[4] == "8 125 1");
  CHECK(all[5] == "6 0 0");
}

TEST_CASE("CB-19: a bucket takes along exactly what it held") {
  bench x{watching().window(30s, 3s)};
  x.calls("SSSSSFFFFFIIIII");
  for (int i = 0; i < 9; ++i) {
    x.wait(3s);
    x.calls("SF");
  }
  CHECK(x.health() == "28 500 14");
  CHECK(x.metrics().ignored == 5);
  x.wait(3s);
  CHECK(x.health() == "18 500 9");
}

TEST_CASE("CB-21: only a count window makes the minimum of calls smaller") {
  bench x{breaker_policy{}.failure_rate(0.5).window(5)};
  x.calls("FFFF");
  CHECK(x.state() == breaker_state::closed);
  x.calls("F");
  CHECK(x.state() == breaker_state::open);
  bench y{breaker_policy{}.failure_rate(0.5).window(5s)};
  y.calls(std::string(99, 'F'));
  CHECK(y.state() == breaker_state::closed);
  y.calls("F");
  CHECK(y.state() == breaker_state::open);
}

TEST_CASE("a time window of any length has tenths unless it says otherwise") {
  using std::chrono::hours;
  for (const auto& length :
       {vigil::any_duration{1s}, vigil::any_duration{1ns},
        vigil::any_duration{std::chrono::duration<double>{1.0 / 3}},
        vigil::any_duration{std::chrono::duration<int, std::ratio<1, 7>>{1}},
        vigil::any_duration{duration::max() - 1ns}}) {
    const auto policy = breaker_policy{}.failures(2).window(length);
    CHECK_FALSE(check(policy, "test"));
    const auto& x = policy.settings();
    CHECK(x.bucket * 10 == *x.time_window);
    CHECK(length - *x.time_window < 10ns);
    CHECK(*x.time_window - length < 10ns);
  }
}

TEST_CASE("a time window may hold more failures than a count window can") {
  const auto policy = breaker_policy{}.failures(10).window(5).window(10s, 1s);
  CHECK_FALSE(check(policy, "test"));
  bench x{policy};
  x.calls("FFFFFFFFF");
  CHECK(x.state() == breaker_state::closed);
  x.calls("F");
  CHECK(x.state() == breaker_state::open);
}

TEST_CASE("a time window is empty after a long rest") {
  bench x{watching().window(10s)};
  for (const auto rest : {10s, 11s, 100s, 10'240s, 102'400s}) {
    CAPTURE(rest.count());
    x.calls("FFF");
    x.wait(rest);
    CHECK(x.metrics().buffered == 0);
  }
}

TEST_CASE("a full bucket keeps its rates") {
  bench x{watching().window(10s)};
  for (int i = 0; i < 200'000; ++i)
    x.calls("SF");
  const auto m = x.metrics();
  CHECK(m.buffered == 400'000);
  CHECK(m.failed == 200'000);
  // The same with less room.
  vigil::detail::time_window small{t0, 10s, 1s, 1000};
  for (int i = 0; i < 200'000; ++i) {
    const auto now = t0 + (i / 50'000) * 1s;
    small.record(0, now, {.failed = i % 2 == 0, .slow = i % 5 == 0});
    const auto all = small.read(0, now);
    REQUIRE(all.total <= 4000);
    if (all.total >= 100) {
      REQUIRE(all.failed * 1000 <= all.total * 515);
      REQUIRE(all.failed * 1000 >= all.total * 485);
      REQUIRE(all.slow * 1000 <= all.total * 220);
      REQUIRE(all.slow * 1000 >= all.total * 180);
    }
  }
}

TEST_CASE("a call that was under way over several windows counts") {
  // Where calls take longer than the window, each result has to count in the
  // window in which it comes, or the breaker never opens.
  bench x{breaker_policy{}.failure_rate(0.5).window(1s).min_calls(2)};
  auto a = x.admit();
  auto b = x.admit();
  x.wait(10s);
  a.failure(x.now);
  b.failure(x.now);
  CHECK(x.state() == breaker_state::open);
}

TEST_CASE("what an earlier stay in closed left does not count") {
  for (const bool timed : {false, true}) {
    CAPTURE(timed);
    auto policy
      = breaker_policy{}.failure_rate(0.5).min_calls(4).wait(1s).probes(1);
    policy = timed ? policy.window(60s) : policy.window(4);
    bench x{policy};
    x.calls("SSFF");
    REQUIRE(x.state() == breaker_state::open);
    x.wait(1s);
    x.calls("S");
    REQUIRE(x.state() == breaker_state::closed);
    CHECK(x.metrics().buffered == 0);
    x.calls("FFF");
    CHECK(x.state() == breaker_state::closed);
    CHECK(x.metrics().buffered == 3);
  }
}

TEST_CASE("CB-23: all times are of a clock that never steps back") {
  CHECK(time_point::clock::is_steady);
  bench x{watching().window(20s, 1s)};
  x.calls("FF");
  x.wait(1s);
  x.calls("FF");
  // One thread may be late; nothing is lost.
  x.now -= 1s;
  x.calls("SS");
  x.now += 1s;
  CHECK(x.health() == "6 666 4");
}

TEST_SUITE_END();
