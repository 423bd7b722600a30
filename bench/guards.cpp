// What does it cost to ask a guard before a call and to report after it, alone
// and beside another thread?

#include "support/bench.hpp"

#include <vigil/breaker_core.hpp>
#include <vigil/bulkhead_core.hpp>
#include <vigil/rate_limiter_core.hpp>

#include <atomic>
#include <memory>

using namespace bench;

namespace {

constexpr vigil::time_point start{std::chrono::hours{1}};

using breaker = std::shared_ptr<vigil::breaker_core>;

breaker make(const vigil::breaker_policy& policy) {
  auto made = vigil::breaker_core::make("bench", policy, start);
  if (!made)
    world::fail(made.error());
  return made.value();
}

/// A policy whose breaker stays closed here.
vigil::breaker_policy usual() {
  return vigil::breaker_policy{}.failure_rate(0.5).window(100);
}

void add(const char* name, int threads,
         void (*f)(benchmark::State&, vigil::breaker_core&), const breaker& x) {
  add_plain(name, [f, x](benchmark::State& state) { f(state, *x); })
    ->Threads(threads)
    ->UseRealTime();
}

// Asks and drops the permit: an abandoned one does nothing in a closed
// breaker but to be counted, so the counting is taken out.
void admit(benchmark::State& state, vigil::breaker_core& x) {
  auto now = start;
  each(state, [&] {
    now += std::chrono::nanoseconds{1};
    auto answer = x.try_acquire(now);
    benchmark::DoNotOptimize(answer);
    new (&answer) vigil::breaker_admission{vigil::breaker_rejection{}};
  });
}

void admit_and_record(benchmark::State& state, vigil::breaker_core& x) {
  auto now = start;
  each(state, [&] {
    now += std::chrono::nanoseconds{1};
    auto answer = x.try_acquire(now);
    answer.permit().success(now);
  });
}

// Each other call fails: each has to change the window.
void admit_and_fail(benchmark::State& state, vigil::breaker_core& x) {
  auto now = start;
  bool fails = false;
  each(state, [&] {
    now += std::chrono::nanoseconds{1};
    auto answer = x.try_acquire(now);
    fails = !fails;
    if (fails)
      answer.permit().failure(now, vigil::errc::timeout);
    else
      answer.permit().success(now);
  });
}

void refuse(benchmark::State& state, vigil::breaker_core& x) {
  each(state, [&] {
    auto answer = x.try_acquire(start);
    benchmark::DoNotOptimize(answer);
  });
}

void read_state(benchmark::State& state, vigil::breaker_core& x) {
  each(state, [&] { benchmark::DoNotOptimize(x.state()); });
}

void contended_atomic() {
  auto word = std::make_shared<std::atomic<std::uint64_t>>(0);
  for (const int threads : {1, 2})
    add_plain("atomic",
              [word](benchmark::State& state) {
                each(state, [&] { word->fetch_add(1); });
              })
      ->Threads(threads)
      ->UseRealTime();
}

void breakers() {
  for (const int threads : {1, 2}) {
    add("breaker/admit", threads, admit, make(usual()));
    add("breaker/record", threads, admit_and_record, make(usual()));
  }
  add("breaker/record_failures", 1, admit_and_fail,
      make(usual().failure_rate(1)));
  add("breaker/record_timed", 1, admit_and_record,
      make(vigil::breaker_policy{}.failure_rate(0.5).window(
        std::chrono::seconds{10})));
  add("breaker/record_tracked", 1, admit_and_record,
      make(usual().slow_call_rate(0.5, std::chrono::seconds{1})));
  const auto open = make(usual().wait(std::chrono::hours{1}));
  open->trip(start, vigil::errc::timeout);
  for (const int threads : {1, 2})
    add("breaker/refuse", threads, refuse, open);
  add("breaker/state", 1, read_state, open);
}

void bulkheads() {
  const auto x = vigil::bulkhead_core::make("bench", vigil::bulkhead_policy{});
  if (!x)
    world::fail(x.error());
  for (const int threads : {1, 2})
    add_plain("bulkhead",
              [core = x.value()](benchmark::State& state) {
                each(state, [&] {
                  auto answer = core->try_acquire();
                  benchmark::DoNotOptimize(answer);
                });
              })
      ->Threads(threads)
      ->UseRealTime();
}

void rate_limiters() {
  using vigil::rate_limit_policy;
  const auto x = vigil::rate_limiter_core::make(
    "bench", rate_limit_policy{1'000'000, std::chrono::seconds{1}}, start);
  if (!x)
    world::fail(x.error());
  for (const int threads : {1, 2})
    add_plain("rate_limiter",
              [core = x.value()](benchmark::State& state) {
                auto now = start;
                each(state, [&] {
                  now += std::chrono::microseconds{1};
                  auto answer = core->acquire(now, "key");
                  benchmark::DoNotOptimize(answer);
                });
              })
      ->Threads(threads)
      ->UseRealTime();
}

} // namespace

void bench::declare() {
  contended_atomic();
  breakers();
  bulkheads();
  rate_limiters();
}
