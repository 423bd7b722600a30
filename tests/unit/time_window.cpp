#include "breaker_parts.hpp"

#include <vigil/detail/breaker/time_window.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <utility>

using namespace breaker_parts;
using vigil::detail::call_mark;
using vigil::detail::call_tally;
using vigil::detail::time_window;

namespace {

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

} // namespace

TEST_SUITE_BEGIN("breaker parts: a time window");

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

TEST_SUITE_END();
