#include <vigil/restart_window.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
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
