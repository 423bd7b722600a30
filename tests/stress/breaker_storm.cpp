#include "../unit/breaker_hook.hpp"
#include "rounds.hpp"

#include <vigil/breaker_core.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using vigil::breaker_core;
using vigil::breaker_policy;
using vigil::breaker_state;
using vigil::call_outcome;
using vigil::duration;
using vigil::errc;
using vigil::time_point;

namespace {

constexpr time_point t0{100h};
constexpr int threads = 8;

/// What is wrong with a breaker in whose calls no thread is, or nothing.
std::string flaw_of(const breaker_core& x, time_point now) {
  return vigil::detail::breaker_hook::flaw(x, now);
}

/// Runs `f(thread)` in all threads and waits for them.
template <class F>
void in_threads(F f) {
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i)
    all.emplace_back([&f, i] { f(i); });
  for (auto& x : all)
    x.join();
}

} // namespace

TEST_SUITE_BEGIN("breaker storm");

TEST_CASE("CB-55: at the deadline exactly as many as there are places get in") {
  for (const auto places : {1U, 4U}) {
    CAPTURE(places);
    auto core
      = breaker_core::make(
          "x", breaker_policy{}.consecutive_failures(1).probes(places).wait(1s),
          t0)
          .value();
    std::atomic<duration::rep> clock{t0.time_since_epoch().count()};
    std::atomic<std::uint32_t> admitted{0};
    std::barrier step{threads};
    std::atomic<int> wrong{0};
    core->trip(t0, errc::timeout);
    in_threads([&](int id) {
      for (int i = 0; i < rounds(); ++i) {
        if (id == 0) {
          clock += duration{1s}.count();
          admitted = 0;
        }
        step.arrive_and_wait();
        const time_point now{duration{clock.load()}};
        std::vector<vigil::breaker_permit> mine;
        // Together about a thousand ask.
        for (int n = 0; n < 1000 / threads; ++n)
          if (auto x = core->try_acquire(now)) {
            ++admitted;
            mine.push_back(std::move(x.permit()));
          }
        step.arrive_and_wait();
        if (id == 0
            && (admitted != places || core->state() != breaker_state::half_open
                || !flaw_of(*core, now).empty()))
          ++wrong;
        step.arrive_and_wait();
        // All fail: the first opens again, the others are too late.
        for (auto& x : mine)
          x.failure(now);
        step.arrive_and_wait();
        if (id == 0 && !flaw_of(*core, now).empty())
          ++wrong;
        step.arrive_and_wait();
      }
    });
    CHECK(wrong == 0);
    CHECK(core->state() == breaker_state::open);
  }
}

TEST_CASE("probes that come and go are never more than the places") {
  constexpr std::uint32_t places = 4;
  auto core
    = breaker_core::make(
        "x",
        breaker_policy{}.consecutive_failures(1).probes(places).lease(1h).wait(
          1s),
        t0)
        .value();
  core->trip(t0, errc::timeout);
  const auto now = t0 + 1s;
  std::atomic<int> got_in{0};
  std::atomic<int> over{0};
  {
    // All race for the last place, all the time.
    std::vector<vigil::breaker_permit> taken;
    for (std::uint32_t i = 1; i < places; ++i)
      taken.push_back(std::move(core->try_acquire(now).permit()));
    in_threads([&](int) {
      for (int i = 0; i < rounds() * 100; ++i) {
        auto x = core->try_acquire(now);
        if (!x)
          continue;
        ++got_in;
        over += core->metrics(now).probes > places ? 1 : 0;
        if (i % 2 == 0)
          x.permit().cancelled(now);
      }
    });
  }
  CHECK(over == 0);
  CHECK(got_in > 0);
  CHECK(core->metrics(now).probes == 0);
  CHECK(core->state() == breaker_state::half_open);
  CHECK(flaw_of(*core, now) == "");
}

TEST_CASE("no call is lost when many threads count") {
  for (const bool timed : {false, true}) {
    CAPTURE(timed);
    const auto base
      = breaker_policy{}.failure_rate(1).slow_call_rate(1, 1s).starts(
        breaker_state::metrics_only);
    // No more than one bucket of a time window tells apart.
    const auto each = static_cast<std::uint64_t>(std::min(rounds(), 1000)) * 30;
    auto core = breaker_core::make(
                  "x", timed ? base.window(10s) : base.window(1000), t0)
                  .value();
    in_threads([&](int id) {
      for (std::uint64_t i = 0; i < each; ++i) {
        auto x = core->try_acquire(t0);
        x.permit().report(i % 4 == 0    ? call_outcome::failure
                          : id % 2 == 0 ? call_outcome::slow
                                        : call_outcome::success,
                          t0);
      }
    });
    CHECK(flaw_of(*core, t0) == "");
    const auto m = core->metrics(t0);
    CHECK(m.under_way == 0);
    CHECK(m.stale_results == 0);
    if (timed) {
      CHECK(m.buffered == each * threads);
      CHECK(m.failed == each * threads / 4);
      CHECK(m.slow == each * threads * 3 / 8);
    } else {
      // The sums are those of what the ring holds, or the next would go wrong.
      CHECK(m.buffered == 1000);
      CHECK(m.failed <= 1000);
      for (int i = 0; i < 1000; ++i)
        core->try_acquire(t0).permit().success(t0);
      CHECK(core->metrics(t0).failed == 0);
      CHECK(core->metrics(t0).slow == 0);
    }
  }
}

TEST_CASE("what is counted while the breaker moves leaves no trace behind") {
  for (const bool timed : {false, true}) {
    CAPTURE(timed);
    const auto rule = breaker_policy{}
                        .failure_rate(1)
                        .slow_call_rate(1, 1s)
                        .consecutive_failures(1'000'000'000);
    auto core
      = breaker_core::make(
          "x",
          (timed ? rule.window(10ms) : rule.window(7)).min_calls(1'000'000), t0)
          .value();
    std::atomic<duration::rep> clock{t0.time_since_epoch().count()};
    std::atomic<int> wrong{0};
    in_threads([&](int id) {
      for (int i = 0; i < rounds() * 20; ++i) {
        // Small steps, and now and then a long rest.
        const auto step = i % 97 == 0 ? duration{20s} : duration{300us};
        const time_point now{
          duration{clock.fetch_add(id == 0 ? step.count() : 1)}};
        if (id < 2 && i % 5 == 0)
          core->metrics_only(now);
        else if (auto x = core->try_acquire(now))
          x.permit().report(i % 3 == 0   ? call_outcome::failure
                            : i % 3 == 1 ? call_outcome::slow
                                         : call_outcome::success,
                            now);
        const auto m = core->metrics(now);
        // Each thread may be between two steps with one call.
        if (m.failed > m.buffered + threads || m.slow > m.buffered + threads
            || (!timed && m.buffered > 7))
          ++wrong;
      }
    });
    CHECK(wrong == 0);
    const time_point now{duration{clock.load()}};
    CHECK(flaw_of(*core, now) == "");
    core->metrics_only(now);
    for (const int more : {0, 1, 2, 3, 4}) {
      const auto m = core->metrics(now);
      CHECK(m.buffered == static_cast<std::uint64_t>(more));
      CHECK(m.failed == static_cast<std::uint64_t>(more));
      CHECK(m.slow == 0);
      CHECK(m.consecutive_failures == static_cast<std::uint32_t>(more));
      CHECK(core->try_acquire(now).permit().failure(now));
    }
  }
}

TEST_CASE("moves are told in their order, one after the other") {
  std::vector<vigil::breaker_event> seen;
  std::atomic<int> inside{0};
  std::atomic<int> together{0};
  auto core
    = breaker_core::make(
        "x", breaker_policy{}.consecutive_failures(1).probes(1).wait(1ns), t0,
        [&](const vigil::breaker_event& e) {
          if (e.type != vigil::breaker_event_type::moved)
            return;
          together += inside++;
          seen.push_back(e);
          --inside;
        })
        .value();
  std::atomic<duration::rep> clock{t0.time_since_epoch().count()};
  in_threads([&](int) {
    for (int i = 0; i < rounds() * 2; ++i) {
      const time_point now{duration{clock.fetch_add(1)}};
      if (auto x = core->try_acquire(now))
        x.permit().report(
          i % 3 == 0 ? call_outcome::failure : call_outcome::success, now);
    }
  });
  CHECK(together == 0);
  std::size_t wrong = 0;
  for (std::size_t i = 1; i < seen.size(); ++i)
    if (seen[i].generation <= seen[i - 1].generation
        || (core->dropped_events() == 0 && seen[i].from != seen[i - 1].to))
      ++wrong;
  CHECK(wrong == 0);
  CHECK(seen.size() > 1);
  CHECK(flaw_of(*core, time_point{duration{clock.load()}}) == "");
}

TEST_CASE("each refusal is told once, whoever moves the breaker") {
  std::atomic<std::uint64_t> told{0};
  std::atomic<std::uint64_t> refused{0};
  auto core
    = breaker_core::make(
        "x", breaker_policy{}.consecutive_failures(1).probes(1).wait(3ns), t0,
        [&](const vigil::breaker_event& e) {
          if (e.type == vigil::breaker_event_type::refused)
            ++told;
        })
        .value();
  std::atomic<duration::rep> clock{t0.time_since_epoch().count()};
  in_threads([&](int) {
    for (int i = 0; i < rounds() * 20; ++i) {
      const time_point now{duration{clock.fetch_add(1)}};
      if (auto x = core->try_acquire(now))
        x.permit().failure(now);
      else
        ++refused;
    }
  });
  CHECK(refused > 0);
  CHECK(told == refused);
  CHECK(flaw_of(*core, time_point{duration{clock.load()}}) == "");
  CHECK(core->metrics(t0).refused == refused);
}

TEST_CASE("every refusal is counted") {
  auto core = breaker_core::make("x", breaker_policy{}.wait(1h), t0).value();
  core->trip(t0, errc::timeout);
  const auto each = rounds() * 100;
  in_threads([&](int) {
    for (int i = 0; i < each; ++i)
      if (core->try_acquire(t0))
        FAIL("let through");
  });
  CHECK(core->metrics(t0).refused
        == static_cast<std::uint64_t>(each) * threads);
}

TEST_SUITE_END();
