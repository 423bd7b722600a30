#include <vigil/retry_core.hpp>
#include <vigil/time_limiter_core.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using vigil::duration;
using vigil::errc;
using vigil::failure;
using vigil::retry_budget;
using vigil::retry_core;
using vigil::retry_policy;
using vigil::time_point;

namespace {

constexpr time_point t0{100h};

retry_policy steady() {
  return retry_policy{}.backoff(vigil::fixed(1s));
}

/// Fails until the policy gives up; returns the waits in milliseconds.
std::string waits(const retry_policy& policy, const failure& why) {
  std::string result;
  auto now = t0;
  retry_core x{policy, now};
  while (const auto next = x.failed(why, now, 0.5)) {
    result += std::to_string(next.after() / 1ms) + ' ';
    now += next.after();
  }
  return result;
}

} // namespace

TEST_SUITE_BEGIN("retry");

TEST_CASE("RT-01: the attempts include the first") {
  const auto policy = steady().attempts(3);
  retry_core x{policy, t0};
  CHECK(x.attempts() == 1);
  CHECK(x.failed({errc::timeout}, t0, 0).after() == 1s);
  CHECK(x.attempts() == 2);
  CHECK(x.failed({errc::timeout}, t0, 0).after() == 1s);
  CHECK(x.attempts() == 3);
  const auto last = x.failed({errc::exited, "the third"}, t0, 0);
  CHECK_FALSE(last);
  CHECK(last.why()->message == "the third");
}

TEST_CASE("RT-03: values that are not good enough are retried too") {
  SUBCASE("and the last one stands") {
    const auto policy = steady().attempts(2);
    retry_core x{policy, t0};
    CHECK(x.bad_value(t0, 0));
    const auto last = x.bad_value(t0, 0);
    CHECK_FALSE(last);
    CHECK_FALSE(last.why().has_value());
  }
  SUBCASE("unless it is to be told") {
    const auto policy = steady().attempts(2).tell_exhausted();
    retry_core x{policy, t0};
    CHECK(x.bad_value(t0, 0));
    CHECK(x.bad_value(t0, 0).why()->code == errc::retries_exhausted);
    retry_core y{policy, t0};
    CHECK(y.failed({errc::timeout}, t0, 0));
    const auto last = y.failed({errc::timeout}, t0, 0);
    CHECK(last.why()->code == errc::retries_exhausted);
    CHECK(last.why()->message == "after 2 attempts");
    CHECK(last.why()->has(errc::timeout));
  }
}

TEST_CASE("RT-05: waits grow to the cap and stay there") {
  const auto policy
    = retry_policy{}.attempts(13).backoff(vigil::exponential(100ms, 100s));
  CHECK(waits(policy, {errc::timeout})
        == "100 200 400 800 1600 3200 6400 12800 25600 51200 100000 100000 ");
}

TEST_CASE("RT-05: a policy that cannot be is refused, and says where") {
  const retry_policy p;
  auto always = [](const failure&) {
    return true;
  };
  auto soon = [](std::uint32_t, const failure&) -> vigil::any_duration {
    return 1s;
  };
  const std::vector<std::pair<retry_policy, const char*>> all{
    {p.attempts(0), "attempts"},
    {p.backoff(vigil::exponential(1s, 2s).factor(0.5)), "backoff"},
    {p.backoff(vigil::exponential(1s, 2s).jitter(1.5)), "backoff"},
    {p.backoff(vigil::exponential(1s, 2s).jitter(-0.1)), "backoff"},
    {p.backoff(vigil::exponential(2s, 1s)), "backoff"},
    {p.backoff(vigil::fixed(-1s)), "backoff"},
    {p.backoff(vigil::fixed(1s).reset_after(-1s)), "backoff's reset_after"},
    {p.deadline(0s), "deadline"},
    {p.deadline(-1s), "deadline"},
    {p.attempts(-1), "attempts(-1) is negative"},
    {p.attempts(std::numeric_limits<std::uint32_t>::max()), "too large"},
    {p.max_retry_after(0s), "max_retry_after"},
    {p.max_retry_after(-1h), "max_retry_after"},
    {p.retry_if(nullptr), "retry_if(f) is null"},
    {p.delay(nullptr), "delay(f) is null"},
    {p.retry_if(nullptr).delay(soon), "retry_if(f) is null"},
    {p.delay(nullptr).retry_if(always), "delay(f) is null"},
    {p.retry_if(nullptr).delay(nullptr).delay(soon), "retry_if(f) is null"},
    {p.budget(std::make_shared<vigil::retry_budget>(1e9, 5)), "share"},
    {p.budget(std::make_shared<vigil::retry_budget>(
       std::numeric_limits<double>::infinity(), 5)),
     "share"},
    {p.budget(std::make_shared<vigil::retry_budget>(std::nan(""), 5)), "share"},
    {p.budget(std::make_shared<vigil::retry_budget>(-0.1, 5)), "share"},
    {p.budget(std::make_shared<vigil::retry_budget>(0.1, -5)),
     "burst(-5) is negative"},
    {p.budget(std::make_shared<vigil::retry_budget>(0.5, 0)), "burst of 0"},
    {p.budget(std::make_shared<vigil::retry_budget>(1e-7, 1)), "a millionth"},
  };
  for (const auto& [policy, names] : all) {
    const auto wrong = check(policy, "test");
    REQUIRE(wrong);
    CHECK(wrong->message.find(names) != std::string::npos);
    CHECK(wrong->message.find("retry 'test': ") == 0);
  }
  CHECK_FALSE(check(p, "test").has_value());
  CHECK_FALSE(check(p.retry_if(nullptr).retry_if(always), "test").has_value());
}

TEST_CASE("why there is no further attempt is told") {
  auto told = [](const retry_policy& policy, failure why = {errc::timeout}) {
    const auto all = policy.tell_exhausted();
    retry_core x{all, t0};
    for (;;)
      if (auto next = x.failed(why, t0, 0.5); !next)
        return next.why()->message;
  };
  const auto p = steady();
  CHECK(told(p.attempts(3)) == "after 3 attempts");
  CHECK(told(p.budget(std::make_shared<vigil::retry_budget>(0, 1)).attempts(9))
        == "after 2 attempts, with no budget for another");
  CHECK(told(p.deadline(1ns)) == "after 1 attempt, with no time for another");
  CHECK(told(p.never(errc::timeout))
        == "after 1 attempt, and it is not one to retry");
  CHECK(told(p.delay([](auto, const auto&) { return -1s; }))
        == "after 1 attempt, and delay(f) says to stop");
}

TEST_CASE("what retry_after says is heeded up to a limit") {
  failure why{errc::breaker_open};
  auto wait = [&](const retry_policy& policy) {
    retry_core x{policy, t0};
    return x.failed(why, t0, 0.5).after();
  };
  why.retry_after = 30s;
  CHECK(wait(steady()) == 30s);
  why.retry_after = std::chrono::hours::max();
  CHECK(wait(steady()) == 1min);
  CHECK(wait(steady().max_retry_after(5s)) == 5s);
  CHECK(wait(steady().max_retry_after(std::chrono::hours::max()))
        == duration::max());
}

TEST_CASE("a deadline and waits without end are what they say") {
  const auto policy
    = steady().attempts(vigil::unlimited).deadline(std::chrono::hours::max());
  retry_core x{policy, time_point::max() - 1ns};
  for (int i = 0; i < 1000; ++i)
    REQUIRE(x.failed({errc::timeout}, time_point::max() - 1ns, 0.5));
  const auto wait = std::chrono::hours::max();
  const auto late = steady().delay([=](auto, const auto&) { return wait; });
  retry_core y{late, t0};
  CHECK(y.failed({errc::timeout}, t0, 0.5).after() == duration::max());
  const auto limited = late.deadline(1h);
  retry_core z{limited, t0};
  CHECK_FALSE(z.failed({errc::timeout}, t0, 0.5));
}

TEST_CASE("a budget without a limit pays for every retry") {
  vigil::retry_budget x{0, vigil::unlimited};
  for (int i = 0; i < 1000; ++i)
    REQUIRE(x.take());
  CHECK(x.mistake().empty());
}

TEST_CASE("RT-07: no number of attempts makes a wait overflow") {
  for (const auto factor : {2.0, 10.0, 1e300}) {
    const auto rule = vigil::exponential(1s, duration::max()).factor(factor);
    auto last = duration::zero();
    for (std::uint32_t i = 1; i <= 1025; ++i) {
      const auto wait = rule.delay(i, 0.999);
      REQUIRE(wait > 0s);
      REQUIRE(wait >= last);
      last = wait;
    }
    CHECK(last == duration::max());
  }
}

TEST_CASE("RT-09: a negative delay stops with the last failure") {
  const auto policy = retry_policy{}.attempts(10).delay(
    [](std::uint32_t n, const failure&) { return n < 3 ? 10ms * n : -1ms; });
  CHECK(waits(policy, {errc::timeout}) == "10 20 ");
  const auto never = policy.delay([](auto, const failure&) { return -1ns; });
  retry_core x{never, t0};
  const auto last = x.failed({errc::exited, "the first"}, t0, 0);
  CHECK_FALSE(last);
  CHECK(x.attempts() == 1);
  CHECK(last.why()->message == "the first");
}

TEST_CASE("a delay that throws stops too") {
  const auto policy
    = retry_policy{}.delay([](std::uint32_t, const failure&) -> duration {
        throw std::runtime_error("oh");
      });
  CHECK(waits(policy, {errc::timeout}).empty());
}

TEST_CASE("RT-09: what the other side says about when replaces the wait") {
  failure why{errc::rate_limited};
  why.retry_after = 7s;
  CHECK(waits(steady(), why) == "7000 7000 ");
  CHECK(waits(steady().heed_retry_after(false), why) == "1000 1000 ");
  const auto computed
    = steady().delay([](std::uint32_t, const failure&) { return 3s; });
  CHECK(waits(computed, why) == "7000 7000 ");
  CHECK(waits(computed.heed_retry_after(false), why) == "3000 3000 ");
}

TEST_CASE("no attempt begins after the deadline") {
  CHECK(waits(steady().attempts(10).deadline(3500ms), {errc::timeout})
        == "1000 1000 1000 ");
  CHECK(waits(steady().attempts(10).deadline(3s), {errc::timeout})
        == "1000 1000 ");
}

TEST_CASE("only what is worth it is tried again") {
  CHECK(waits(steady().never(errc::not_found), {errc::not_found}).empty());
  CHECK(waits(steady().never(errc::not_found),
              failure{errc::exited}.because({errc::not_found}))
          .empty());
  const auto only_timeouts = steady().retry_if([](const failure& x) {
    if (x.code == errc::exited)
      throw std::runtime_error("oh");
    return x.code == errc::timeout;
  });
  CHECK(waits(only_timeouts, {errc::timeout}) == "1000 1000 ");
  CHECK(waits(only_timeouts, {errc::killed}).empty());
  CHECK(waits(only_timeouts, {errc::exited}).empty());
}

TEST_CASE("a budget keeps retries a share of all calls") {
  const auto budget = std::make_shared<retry_budget>(0.1, 5);
  const auto policy = steady().attempts(2).budget(budget);
  int retries = 0;
  for (int i = 0; i < 1000; ++i)
    retries += waits(policy, {errc::timeout}).empty() ? 0 : 1;
  CHECK(retries >= 100);
  CHECK(retries <= 106);
}

TEST_CASE("a budget gives no more than it has and holds no more than it may") {
  retry_budget x{0.5, 2};
  for (int i = 0; i < 100; ++i)
    x.pay_in();
  CHECK(x.retries() == 2);
  CHECK(x.take());
  CHECK(x.take());
  CHECK_FALSE(x.take());
  x.pay_in();
  CHECK_FALSE(x.take());
  x.pay_in();
  CHECK(x.take());
}

TEST_CASE("a call that is not tried again costs the budget nothing") {
  const auto budget = std::make_shared<retry_budget>(0.0, 5);
  CHECK(waits(steady().never(errc::timeout).budget(budget), {errc::timeout})
          .empty());
  CHECK(waits(steady().deadline(1s).budget(budget), {errc::timeout}).empty());
  CHECK(budget->retries() == 5);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("time limiter");

TEST_CASE("calls end in time or by their limit, each once") {
  const auto x
    = vigil::time_limiter_core::make("x", vigil::time_limit_policy{5s}).value();
  const auto a = x->begin(t0);
  const auto b = x->begin(t0 + 1s);
  CHECK(x->next_timer() == t0 + 5s);
  CHECK(x->finish(a));
  CHECK(x->next_timer() == t0 + 6s);
  CHECK(x->advance(t0 + 6s - 1ns).empty());
  CHECK(x->advance(t0 + 6s) == std::vector{b});
  CHECK_FALSE(x->finish(b));
  CHECK(x->late() == 1);
  CHECK(x->under_way() == 0);
  CHECK_FALSE(x->next_timer().has_value());
}

TEST_CASE("a limit of no time is refused") {
  using vigil::time_limit_policy;
  using vigil::time_limiter_core;
  CHECK(time_limiter_core::make("x", time_limit_policy{0s}).error().code
        == errc::out_of_range);
  const auto made = time_limiter_core::make("x", time_limit_policy{-1s});
  CHECK(made.error().code == errc::negative_delay);
  CHECK(made.error().message == "time limiter 'x': limit is negative");
}

TEST_SUITE_END();
