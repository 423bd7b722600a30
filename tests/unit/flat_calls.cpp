#include <vigil/bulkhead_core.hpp>
#include <vigil/rate_limiter_core.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// No depth may grow with a queue: user code that is told of one call's turn may
// bring about the next one at once.

using namespace std::chrono_literals;
using vigil::bulkhead_answer;
using vigil::bulkhead_core;
using vigil::bulkhead_permit;
using vigil::bulkhead_policy;
using vigil::bulkhead_refusal;
using vigil::bulkhead_ticket;
using vigil::rate_answer;
using vigil::rate_limit_policy;
using vigil::rate_limiter_core;
using vigil::rate_ticket;
using vigil::time_point;

namespace {

constexpr time_point t0{100h};
constexpr std::uint32_t many = 2'000;

/// How deep calls of user code lie in each other.
struct depth {
  template <class F>
  void in(const F& f) {
    deepest = std::max(deepest, ++now);
    f();
    --now;
  }

  int now = 0;
  int deepest = 0;
};

/// A bulkhead with one place whose queue is full of calls that end as soon as
/// they are let in.
struct short_calls {
  explicit short_calls(const bulkhead_policy& policy) {
    core = bulkhead_core::make(
             "test", policy.concurrent(1).queue(many),
             [this](bulkhead_ticket x, bulkhead_answer answer) {
               inside.in([&] {
                 order.push_back(x.id);
                 if (std::holds_alternative<bulkhead_permit>(answer))
                   ++admitted;
                 answer = bulkhead_refusal::full;
                 if (then)
                   then();
               });
             })
             .value();
  }

  void fill(time_point now = t0) {
    first = std::get<bulkhead_permit>(core->acquire(now, caller()));
    for (std::uint32_t i = 0; i < many; ++i)
      REQUIRE(core->acquire(now, caller()).index() == 1);
  }

  [[nodiscard]] std::string caller() {
    return std::to_string(++callers % 7);
  }

  depth inside;
  std::uint32_t admitted = 0;
  std::uint32_t callers = 0;
  std::vector<std::uint64_t> order;
  std::function<void()> then;
  std::shared_ptr<bulkhead_core> core;
  bulkhead_permit first;
};

} // namespace

TEST_SUITE_BEGIN("flat calls");

TEST_CASE("calls that end at once let in the whole queue on a flat stack") {
  std::function<void(short_calls&)> begin;
  SUBCASE("a place is freed") {
    begin = [](short_calls& x) {
      x.first.release();
    };
  }
  SUBCASE("the permit is destroyed") {
    begin = [](short_calls& x) {
      bulkhead_permit{std::move(x.first)};
    };
  }
  SUBCASE("the limit is raised") {
    begin = [](short_calls& x) {
      REQUIRE(x.core->limit(2));
      x.first.release();
    };
  }
  for (const auto& policy :
       {bulkhead_policy{}, bulkhead_policy{}.per_caller(1),
        bulkhead_policy{}.partition("another", 0.5).per_caller(1)}) {
    short_calls x{policy};
    x.fill();
    begin(x);
    CHECK(x.admitted == many);
    CHECK(x.inside.deepest == 1);
    CHECK(x.core->running() == 0);
    CHECK(x.core->waiting() == 0);
    CHECK(x.order.size() == many);
    if (!policy.settings().per_caller)
      CHECK(std::is_sorted(x.order.begin(), x.order.end()));
  }
}

TEST_CASE("who is refused may come again at once, on a flat stack") {
  short_calls x{bulkhead_policy{}.max_wait(1s)};
  x.fill();
  auto now = t0 + 1s;
  int again = 0;
  x.then = [&] {
    if (++again <= 1000) {
      CHECK(x.core->acquire(now).index() == 1);
      now += 1s;
    }
    x.core->advance(now);
  };
  x.core->advance(now);
  CHECK(again == many + 1000);
  CHECK(x.admitted == 0);
  CHECK(x.inside.deepest == 1);
  CHECK(x.core->waiting() == 0);
}

TEST_CASE("two bulkheads that free each other's places stay flat") {
  short_calls a{bulkhead_policy{}};
  short_calls b{bulkhead_policy{}};
  a.fill();
  b.fill();
  a.then = [&] {
    b.first.release();
  };
  b.then = [&] {
    a.first.release();
  };
  a.first.release();
  CHECK(a.admitted == many);
  CHECK(b.admitted == many);
  CHECK(a.inside.deepest == 1);
  CHECK(b.inside.deepest == 1);
}

TEST_CASE("the last turn that is told may be the end of a bulkhead") {
  std::shared_ptr<bulkhead_core> core;
  core = bulkhead_core::make("test", bulkhead_policy{}.concurrent(1).queue(1),
                             [&](bulkhead_ticket, bulkhead_answer answer) {
                               answer = bulkhead_refusal::full;
                               core = nullptr;
                             })
           .value();
  auto first = std::get<bulkhead_permit>(core->acquire(t0));
  CHECK(core->acquire(t0).index() == 1);
  first.release();
  CHECK(core == nullptr);
}

TEST_CASE("turns that ask for more of a rate limiter stay flat") {
  time_point now = t0;
  depth inside;
  std::uint32_t told = 0;
  std::shared_ptr<rate_limiter_core> core;
  core = rate_limiter_core::make(
           "test", rate_limit_policy{1, 1ms}.total(1, 1ms).queue(many), now,
           [&](rate_ticket, const rate_answer&) {
             inside.in([&] {
               ++told;
               // Its work takes a while; then it needs another one.
               now += 1ms;
               if (told % 2 == 0)
                 core->advance(now);
               else
                 (void)core->try_acquire(now);
             });
           })
           .value();
  REQUIRE(core->acquire(now).index() == 0);
  for (std::uint32_t i = 0; i < many; ++i)
    REQUIRE(core->acquire(now).index() == 1);
  now += 1ms;
  core->advance(now);
  CHECK(told == many);
  CHECK(inside.deepest == 1);
  CHECK(core->waiting() == 0);
}

TEST_SUITE_END();
