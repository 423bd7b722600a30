#include "rounds.hpp"

#include <vigil/bulkhead_core.hpp>
#include <vigil/circuit_breaker.hpp>
#include <vigil/guard.hpp>
#include <vigil/rate_limiter_core.hpp>
#include <vigil/retry_budget.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <future>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using vigil::bulkhead_answer;
using vigil::bulkhead_core;
using vigil::bulkhead_permit;
using vigil::bulkhead_policy;
using vigil::bulkhead_ticket;

namespace {

constexpr vigil::time_point t0{100h};
constexpr int threads = 8;

template <class F>
void in_threads(F f) {
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i)
    all.emplace_back([&f, i] { f(i); });
  for (auto& x : all)
    x.join();
}

/// Says when so many have come; more change nothing.
struct countdown {
  explicit countdown(int n) : left(n) {
    // nop
  }

  void count() {
    if (--left == 0)
      done.set_value();
  }

  std::atomic<int> left;
  std::promise<void> done;
};

} // namespace

TEST_SUITE_BEGIN("guard storm");

TEST_CASE("never more calls than places, and everybody gets an answer") {
  for (const bool by_caller : {false, true}) {
    CAPTURE(by_caller);
    std::atomic<int> inside{0};
    std::atomic<int> over{0};
    std::atomic<int> answered{0};
    std::atomic<int> asked{0};
    auto work = [&] {
      over += ++inside > 3 ? 1 : 0;
      --inside;
      ++answered;
    };
    auto policy = bulkhead_policy{}.concurrent(3).queue(4);
    if (by_caller)
      policy = policy.per_caller(2);
    const auto core
      = bulkhead_core::make("x", policy,
                            [&](bulkhead_ticket, const bulkhead_answer& x) {
                              if (x.index() == 0)
                                work();
                            })
          .value();
    in_threads([&](int id) {
      const auto caller = std::to_string(id % 3);
      for (int i = 0; i < rounds() * 20; ++i) {
        ++asked;
        const auto x = core->acquire(t0, caller);
        if (std::holds_alternative<bulkhead_permit>(x))
          work();
        else if (x.index() == 2)
          ++answered;
      }
    });
    CHECK(over == 0);
    CHECK(answered == asked);
    CHECK(core->running() == 0);
    CHECK(core->waiting() == 0);
  }
}

TEST_CASE("parallel askers get exactly what there is") {
  const auto core = vigil::rate_limiter_core::make(
                      "x", vigil::rate_limit_policy{1000, 1h}, t0)
                      .value();
  std::atomic<int> admitted{0};
  in_threads([&](int) {
    for (int i = 0; i < 1000; ++i)
      admitted += core->acquire(t0).index() == 0 ? 1 : 0;
  });
  CHECK(admitted == 1000);
}

TEST_CASE("parallel askers never get more than the limit in any span") {
  constexpr int limit = 40;
  constexpr int steps = 10; // in one period
  const auto core
    = vigil::rate_limiter_core::make(
        "x",
        vigil::rate_limit_policy{limit, 1s}.refill(vigil::rate_refill::sliding),
        t0)
        .value();
  std::vector<int> admitted(static_cast<std::size_t>(rounds()));
  std::barrier step{threads};
  std::atomic<int> sum{0};
  in_threads([&](int id) {
    auto now = t0;
    for (std::size_t i = 0; i < admitted.size(); ++i, now += 100ms) {
      // Not always enough ask to use it up.
      for (std::size_t n = 0; n < 1 + i % 7; ++n)
        sum += core->acquire(now).index() == 0 ? 1 : 0;
      step.arrive_and_wait();
      if (id == 0)
        admitted[i] = sum.exchange(0);
      step.arrive_and_wait();
    }
  });
  int inside = 0;
  int over = 0;
  int full = 0;
  for (std::size_t i = 0; i < admitted.size(); ++i) {
    inside += admitted[i];
    if (i >= steps)
      inside -= admitted[i - steps];
    over += inside > limit ? 1 : 0;
    full += inside == limit ? 1 : 0;
  }
  CHECK(over == 0);
  CHECK(full > 0);
}

TEST_CASE("a budget is never overdrawn") {
  vigil::retry_budget budget{0.0, 1000};
  std::atomic<int> taken{0};
  in_threads([&](int) {
    for (int i = 0; i < 1000; ++i)
      taken += budget.take() ? 1 : 0;
  });
  CHECK(taken == 1000);
}

TEST_CASE("every call through a chain of guards gets one answer") {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  // Fails now and then, and now and then says nothing.
  const auto target = sys.spawn([](caf::event_based_actor* self) {
    return caf::behavior{[self, n = 0](int x) mutable -> caf::result<int> {
      if (++n % 97 == 0)
        return test::never<int>(self);
      if (n % 5 == 0)
        return vigil::to_caf({vigil::errc::unspecified, "as planned"});
      return x;
    }};
  });
  const auto guarded
    = vigil::guard("storm", target)
        .retry(vigil::retry_policy{}.attempts(2).backoff(vigil::fixed(1us)))
        .breaker(vigil::breaker_policy{}
                   .failure_rate(0.5)
                   .window(50)
                   .wait(1ms)
                   .half_open_limit(50ms))
        .bulkhead(bulkhead_policy{}.concurrent(4).queue(2))
        .timeout(20ms)
        .start(sys)
        .value();
  std::atomic<int> answers{0};
  const auto each = rounds();
  in_threads([&](int) {
    caf::scoped_actor self{sys, true};
    for (int i = 0; i < each; ++i)
      self->request(guarded, 60s, i)
        .receive([&](int) { ++answers; },
                 [&](const caf::error& why) {
                   if (why != caf::sec::request_timeout)
                     ++answers;
                 });
  });
  CHECK(answers == each * threads);
  caf::anon_send_exit(guarded, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(target, caf::exit_reason::user_shutdown);
}

TEST_CASE("eight that hammer a half open breaker get in as often as it may") {
  constexpr int places = 4;
  constexpr int each = 200;
  caf::actor_system_config cfg;
  test::set_workers(cfg, 8);
  caf::actor_system sys{cfg};
  // Lets all hang that get to it, and says how many did when it is asked.
  const auto target = sys.spawn([](caf::event_based_actor* self) {
    using promise = caf::typed_response_promise<int>;
    auto hanging = std::make_shared<std::vector<promise>>();
    self->attach_functor([hanging] { hanging->clear(); });
    return caf::behavior{
      [self, hanging](int) {
        hanging->push_back(self->make_response_promise<int>());
        return hanging->back();
      },
      [hanging](caf::get_atom) { return static_cast<int>(hanging->size()); },
    };
  });
  const auto builder = vigil::circuit_breaker("storm", target,
                                              vigil::breaker_policy{}
                                                .consecutive_failures(1)
                                                .probes(places)
                                                .half_open_limit(1h));
  const auto guarded = builder.start(sys).value();
  caf::scoped_actor self{sys, true};
  const auto stays = std::max(rounds() / 20, 1);
  for (int stay = 1; stay <= stays; ++stay) {
    REQUIRE(builder.control().open_for(0s));
    // Those that got in hear of it when the guard ends: after this stay.
    const auto rest = std::make_shared<countdown>(threads * each - places);
    for (int i = 0; i < threads; ++i)
      sys.spawn([rest, guarded](caf::event_based_actor* who) {
        for (int n = 0; n < each; ++n)
          who->request(guarded, caf::infinite, n)
            .then([](int) {}, [rest](const caf::error&) { rest->count(); });
      });
    REQUIRE(rest->done.get_future().wait_for(60s) == std::future_status::ready);
    self->request(target, caf::infinite, caf::get_atom_v)
      .receive([&](int n) { CHECK(n == stay * places); },
               [](const caf::error&) { FAIL("no answer"); });
  }
  caf::anon_send_exit(guarded, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(target, caf::exit_reason::user_shutdown);
}

TEST_SUITE_END();
