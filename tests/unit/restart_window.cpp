#include <vigil/detail/state/restart_window.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using vigil::duration;
using vigil::restart_window;
using vigil::time_point;

namespace {

constexpr time_point t0{100h};

} // namespace

TEST_SUITE_BEGIN("restart_window");

TEST_CASE("N restarts are admitted at once, the next one is refused") {
  for (std::uint32_t n : {1u, 2u, 3u, 10u, 1000u}) {
    CAPTURE(n);
    restart_window x{{n, 5s}};
    for (std::uint32_t i = 0; i < n; ++i)
      CHECK(x.admit(t0));
    CHECK_FALSE(x.admit(t0));
  }
}

TEST_CASE("a limit of zero admits nothing") {
  restart_window x{{0, 5s}};
  CHECK_FALSE(x.admit(t0));
  CHECK(x.used(t0) == 0);
  x.clear();
  CHECK_FALSE(x.admit(t0));
}

TEST_CASE("a restart exactly one period ago counts") {
  restart_window x{{1, 5s}};
  CHECK(x.admit(t0));
  CHECK(x.used(t0 + 5s) == 1);
  CHECK_FALSE(x.admit(t0 + 5s));
}

TEST_CASE("a restart longer ago than the period does not, by a nanosecond") {
  restart_window x{{1, 5s}};
  CHECK(x.admit(t0));
  CHECK(x.used(t0 + 5s + 1ns) == 0);
  CHECK(x.admit(t0 + 5s + 1ns));
}

TEST_CASE("periods below a second are kept to the nanosecond") {
  restart_window x{{2, 3ns}};
  CHECK(x.admit(t0));
  CHECK(x.admit(t0 + 1ns));
  CHECK(x.admit(t0 + 4ns));
  CHECK_FALSE(x.admit(t0 + 4ns));
}

TEST_CASE("the window slides with every restart") {
  restart_window x{{3, 10s}};
  for (auto at : {0s, 4s, 8s, 11s, 15s, 19s})
    CHECK(x.admit(t0 + at));
  CHECK(x.used(t0 + 19s) == 3);
  CHECK_FALSE(x.admit(t0 + 21s));
}

TEST_CASE("restarts that are just rare enough go on for ever") {
  restart_window x{{3, 9s}};
  for (int i = 0; i < 1000; ++i)
    REQUIRE(x.admit(t0 + i * (3s + 1ns)));
}

TEST_CASE("used tells how many restarts the window holds") {
  restart_window x{{3, 10s}};
  CHECK(x.used(t0) == 0);
  CHECK(x.admit(t0));
  CHECK(x.admit(t0 + 5s));
  CHECK(x.used(t0 + 5s) == 2);
  CHECK(x.used(t0 + 12s) == 1);
  CHECK(x.used(t0 + 16s) == 0);
}

TEST_CASE("clear gives the whole budget back") {
  restart_window x{{2, 10s}};
  CHECK(x.admit(t0));
  CHECK(x.admit(t0));
  x.clear();
  CHECK(x.used(t0) == 0);
  CHECK(x.admit(t0));
  CHECK(x.admit(t0));
  CHECK_FALSE(x.admit(t0));
}

TEST_CASE("times near the epoch of the clock are times like others") {
  restart_window x{{1, 5s}};
  CHECK(x.admit(time_point{}));
  CHECK_FALSE(x.admit(time_point{} + 1s));
}

TEST_CASE("a time that comes late does not make room") {
  restart_window x{{1, 10s}};
  CHECK(x.admit(t0));
  CHECK_FALSE(x.admit(t0 - 5s));
  CHECK_FALSE(x.admit(t0 + 6s));
}

TEST_CASE("a period without end forgets no restart") {
  for (std::uint32_t n : {2u, 1000u}) {
    restart_window x{{n, std::chrono::hours::max()}};
    for (std::uint32_t i = 0; i < n; ++i)
      CHECK(x.admit(time_point::min() + 1h * i));
    CHECK_FALSE(x.admit(t0));
    CHECK_FALSE(x.admit(time_point::max()));
    CHECK(x.used(time_point::max()) == n);
  }
}

TEST_CASE("a budget counts the same at both ends of the clock and below zero") {
  for (auto begin : {time_point::min(), time_point{-10s}, time_point{-2s},
                     time_point::max() - 20s}) {
    for (std::uint32_t n : {1u, 2u, 1000u}) {
      CAPTURE(n);
      restart_window x{{n, 5s}};
      for (std::uint32_t i = 0; i < n; ++i)
        CHECK(x.admit(begin));
      CHECK_FALSE(x.admit(begin + 5s));
      restart_window y{{n, 5s}};
      for (std::uint32_t i = 0; i < n; ++i)
        CHECK(y.admit(begin));
      CHECK(y.admit(begin + 6s));
    }
  }
}

TEST_CASE("an unlimited budget admits everything and counts nothing") {
  restart_window x{{vigil::unlimited, 5s}};
  for (int i = 0; i < 10'000; ++i)
    REQUIRE(x.admit(t0));
  CHECK(x.used(t0) == 0);
}

TEST_CASE("the largest budgets cost what they hold") {
  // As many as would not fit into memory together, were they not so cheap.
  std::vector<std::unique_ptr<restart_window>> all;
  for (int i = 0; i < 1000; ++i)
    all.push_back(std::make_unique<restart_window>(
      vigil::restart_intensity{vigil::any_count::max, 1s}));
  for (auto& x : all)
    CHECK(x->admit(t0));
  CHECK(all.front()->used(t0) == 1);
}

TEST_CASE("a large budget never admits more than its limit in any period") {
  constexpr auto limit = restart_window::most_exact + 44;
  for (auto period : {duration{1ns}, duration{127ns}, duration{1000ns},
                      duration{1001ns}, duration{1s}}) {
    restart_window x{{limit, period}};
    std::deque<time_point> admitted;
    auto now = t0;
    std::uint64_t random = 7;
    std::size_t worst = 0;
    for (int i = 0; i < 50'000; ++i) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      now += duration{static_cast<std::int64_t>(random >> 33U)
                      % (period.count() / 4000 + 2)};
      if (x.admit(now))
        admitted.push_back(now);
      while (!admitted.empty() && now - admitted.front() > period)
        admitted.pop_front();
      worst = std::max(worst, admitted.size());
    }
    CHECK(worst <= limit);
    if (period >= 1000ns)
      CHECK(worst == limit);
  }
}

TEST_CASE("a large budget counts what the last 129 slices hold") {
  constexpr auto limit = restart_window::most_exact + 44;
  std::uint64_t random = 11;
  auto below = [&random](std::uint64_t n) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::int64_t>((random >> 33U) % n);
  };
  for (const std::int64_t length : {1, 2, 1000}) {
    CAPTURE(length);
    restart_window x{{limit, duration{length * restart_window::slices}}};
    std::deque<std::int64_t> model;
    std::int64_t now = -500 * length;
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
    int refused = 0;
    for (int i = 0; i < 100'000; ++i) {
      // Mostly a step that spends the budget now and then, else a leap.
      now += below(2000) != 0 ? below(static_cast<std::uint64_t>(length))
                                    * (below(16) == 0 ? 1 : 0)
                                  + (below(12) == 0 ? length : 0)
                              : below(200) * length;
      // Who comes late counts as the last.
      const auto at = time_point{duration{now - below(2) * below(3) * length}};
      const auto count = at.time_since_epoch().count();
      const auto slice = count / length - (count % length < 0 ? 1 : 0);
      last = std::max(last, slice);
      while (!model.empty() && last - model.front() > restart_window::slices)
        model.pop_front();
      const auto admitted = model.size() < limit;
      if (admitted)
        model.push_back(last);
      else
        ++refused;
      REQUIRE(x.admit(at) == admitted);
      if (i % 64 == 0)
        REQUIRE(x.used(time_point{duration{last * length}}) == model.size());
    }
    CHECK(refused > 0);
  }
}

TEST_CASE("a large budget is free again a slice after its period") {
  constexpr std::uint32_t limit = 100'000;
  restart_window x{{limit, 128s}};
  for (std::uint32_t i = 0; i < limit; ++i)
    REQUIRE(x.admit(t0));
  CHECK_FALSE(x.admit(t0 + 128s));
  CHECK(x.admit(t0 + 130s));
  CHECK(x.used(t0 + 130s) == 1);
  x.clear();
  CHECK(x.used(t0 + 130s) == 0);
}

TEST_CASE("four threads share a large budget") {
  restart_window x{{5000, 5s}};
  std::atomic<int> admitted{0};
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i)
    all.emplace_back([&] {
      for (int n = 0; n < 2000; ++n)
        if (x.admit(t0))
          ++admitted;
    });
  for (auto& thread : all)
    thread.join();
  CHECK(admitted == 5000);
}

TEST_CASE("four threads at the same instant get N restarts together") {
  constexpr int rounds = 50;
  for (int round = 0; round < rounds; ++round) {
    restart_window x{{100, 5s}};
    std::atomic<int> admitted{0};
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
      all.emplace_back([&] {
        for (int n = 0; n < 50; ++n)
          if (x.admit(t0))
            ++admitted;
      });
    for (auto& thread : all)
      thread.join();
    REQUIRE(admitted == 100);
  }
}

TEST_CASE("four threads never get more than N restarts in any period") {
  constexpr std::uint32_t limit = 5;
  constexpr auto period = 200ns;
  restart_window x{{limit, period}};
  std::atomic<std::int64_t> clock{0};
  std::array<std::vector<std::int64_t>, 4> admitted;
  std::vector<std::thread> threads;
  for (auto& mine : admitted)
    threads.emplace_back([&x, &clock, &mine] {
      for (int n = 0; n < 50'000; ++n) {
        const auto now = clock.fetch_add(1);
        if (x.admit(time_point{std::chrono::nanoseconds{now}}))
          mine.push_back(now);
      }
    });
  for (auto& thread : threads)
    thread.join();
  std::vector<std::int64_t> all;
  for (const auto& mine : admitted)
    all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  REQUIRE(all.size() >= limit);
  std::size_t too_close = 0;
  for (std::size_t i = limit; i < all.size(); ++i)
    too_close += all[i] - all[i - limit] <= period.count() ? 1 : 0;
  CHECK(too_close == 0);
}

TEST_SUITE_END();
