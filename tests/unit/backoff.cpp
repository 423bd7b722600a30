#include <vigil/backoff.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

using namespace std::chrono_literals;
using vigil::duration;

TEST_SUITE_BEGIN("backoff");

TEST_CASE("no backoff never waits") {
  constexpr vigil::backoff none;
  CHECK_FALSE(none.enabled());
  CHECK(none.delay(1, 0.5) == 0s);
  CHECK(none.delay(100, 0.5) == 0s);
}

TEST_CASE("a fixed backoff waits the same time before every restart") {
  constexpr auto x = vigil::fixed(250ms);
  CHECK(x.enabled());
  CHECK(x.delay(1, 0.0) == 250ms);
  CHECK(x.delay(2, 0.9) == 250ms);
  CHECK(x.delay(1'000'000, 0.5) == 250ms);
  CHECK(x.reset_after() == 500ms);
}

TEST_CASE("an exponential backoff doubles up to its cap") {
  constexpr auto x = vigil::exponential(100ms, 10s);
  CHECK(x.delay(1, 0.5) == 100ms);
  CHECK(x.delay(2, 0.5) == 200ms);
  CHECK(x.delay(3, 0.5) == 400ms);
  CHECK(x.delay(7, 0.5) == 6400ms);
  CHECK(x.delay(8, 0.5) == 10s);
  CHECK(x.delay(9, 0.5) == 10s);
  CHECK(x.reset_after() == 20s);
}

TEST_CASE("the factor may be another one") {
  constexpr auto x = vigil::exponential(1s, 1h).factor(3);
  CHECK(x.delay(3, 0.5) == 9s);
  CHECK(vigil::exponential(1s, 1h).factor(1).delay(9, 0.5) == 1s);
}

TEST_CASE("any number of failures in a row waits no longer than the cap") {
  constexpr auto x = vigil::exponential(1ns, duration::max());
  for (std::uint32_t n : {62u, 63u, 64u, 65u, 1024u, 1025u,
                          std::numeric_limits<std::uint32_t>::max()}) {
    CAPTURE(n);
    CHECK(x.delay(n, 0.5) > 0ns);
    CHECK(x.jitter(1.0).delay(n, 0.999999) > 0ns);
  }
}

TEST_CASE("jitter spreads the wait in both directions") {
  constexpr auto x = vigil::fixed(1s).jitter(0.2);
  CHECK(x.delay(1, 0.0) == 800ms);
  CHECK(x.delay(1, 0.5) == 1s);
  CHECK(vigil::exponential(1s, 10s).jitter(0.2).delay(1, 0.75) == 1100ms);
}

TEST_CASE("jitter never exceeds the cap and never goes below zero") {
  constexpr auto x = vigil::fixed(1s).jitter(1.0);
  CHECK(x.delay(1, 0.5) == 1s);
  CHECK(x.delay(1, 0.999) == 2ms);
  CHECK(x.delay(1, 0.0) == 0s);
}

TEST_CASE("waits at the cap are spread before it as evenly as others") {
  for (const auto& x : {vigil::fixed(1s), vigil::exponential(1s, 1s),
                        vigil::exponential(10ms, 1s)}) {
    std::vector<duration> waits;
    for (int i = 0; i < 1000; ++i)
      waits.push_back(x.jitter(0.2).delay(20, i / 1000.0));
    std::sort(waits.begin(), waits.end());
    CHECK(waits.front() >= 800ms);
    CHECK(waits.front() < 801ms);
    CHECK(waits.back() <= 1s);
    CHECK(waits[500] - 900ms < 1ms);
    CHECK(std::count(waits.begin(), waits.end(), duration{1s}) <= 2);
  }
}

TEST_CASE("a wait without end stays one, whatever the jitter") {
  for (const auto random : {0.0, 0.3, 0.5, 0.999}) {
    CAPTURE(random);
    CHECK(vigil::fixed(duration::max()).jitter(0.5).delay(1, random)
          == duration::max());
    CHECK(vigil::fixed(std::chrono::hours::max()).delay(7, random)
          == duration::max());
    CHECK(vigil::exponential(1s, std::chrono::hours::max())
            .jitter(1)
            .delay(99, random)
          == duration::max());
  }
}

TEST_CASE("before the first failure there is nothing to wait for") {
  CHECK(vigil::fixed(1s).delay(0, 0.5) == 0s);
}

TEST_CASE("each setting leaves the others alone") {
  constexpr auto x
    = vigil::exponential(1s, 8s).jitter(0.1).factor(4).reset_after(3s);
  CHECK(x.initial() == 1s);
  CHECK(x.cap() == 8s);
  CHECK(x.jitter() == 0.1);
  CHECK(x.factor() == 4.0);
  CHECK(x.reset_after() == 3s);
  CHECK(x == vigil::exponential(1s, 8s).reset_after(3s).factor(4).jitter(0.1));
  CHECK(x != vigil::exponential(1s, 8s));
}

TEST_SUITE_END();
