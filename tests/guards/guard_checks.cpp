#include "clinic.hpp"

#include <limits>

using namespace guard_test;
using vigil::bulkhead_policy;
using vigil::duration;
using vigil::rate_limit_policy;
using vigil::retry_policy;

TEST_SUITE_BEGIN("guard checks");

TEST_CASE("what is wrong with guards is told before anything runs") {
  world x;
  const auto target = x.spawn();
  int started = 0;
  const auto first = vigil::child("first", [&](caf::event_based_actor*) {
    ++started;
    return caf::behavior{[](int) {
    }};
  });
  auto refused = [&](const auto& guarded, errc code) {
    const auto tree = vigil::supervisor("town")
                        .child(first)
                        .child(vigil::child("guarded", guarded))
                        .start(x.sys());
    REQUIRE_FALSE(tree);
    CHECK(tree.error().code == code);
    CHECK(tree.error().path == "town/guarded");
    CHECK_FALSE(tree.error().message.empty());
    CHECK(started == 0);
  };
  const auto base = vigil::guard("g", target);
  const auto breaker = vigil::circuit_breaker("b", target);
  const std::function<int(int)> no_handler;
  const std::function<bool(const int&)> no_check;
  const std::function<vigil::call_outcome(const int&)> no_judge;
  refused(base.retry(retry_policy{}.attempts(-1)), errc::out_of_range);
  refused(base.retry(retry_policy{}.retry_if(nullptr)), errc::null_handle);
  refused(base.retry<int>(retry_policy{}, no_check), errc::null_handle);
  refused(base.bulkhead(bulkhead_policy{}.queue(-1)), errc::out_of_range);
  refused(base.bulkhead(bulkhead_policy{}.partition("a", 0.5)),
          errc::bad_combination);
  refused(base.rate_limit(rate_limit_policy{0, 1s}), errc::out_of_range);
  refused(base.rate_limit_by_sender(rate_limit_policy{1, -1s}),
          errc::negative_delay);
  refused(base.timeout(std::chrono::hours::min()), errc::negative_delay);
  refused(base.breaker(breaker_policy{}.probes(0)), errc::out_of_range);
  refused(base.fallback(clinic{}), errc::null_handle);
  refused(base.fallback(no_handler), errc::null_handle);
  refused(vigil::guard(clinic{}), errc::null_handle);
  refused(vigil::circuit_breaker("b", clinic{}), errc::null_handle);
  refused(vigil::circuit_breaker("b", target, breaker_policy{}.failures(200)),
          errc::bad_combination);
  refused(breaker.judge<int>(no_judge), errc::null_handle);
  // What is set later hides nothing.
  auto judge = [](const int&) {
    return vigil::call_outcome::success;
  };
  refused(breaker.judge<int>(no_judge).judge<int>(judge), errc::null_handle);
  refused(base.breaker<int>(breaker_policy{}, no_judge), errc::null_handle);
  refused(base.breaker<int, int>(breaker_policy{}, no_judge, judge),
          errc::null_handle);
  refused(base.layer("own", nullptr), errc::null_handle);
}

TEST_CASE("a second breaker in one guard is refused by name") {
  world x;
  const auto target = x.spawn();
  const auto one = vigil::guard("g", target).breaker({});
  CHECK_FALSE(one.check());
  for (const auto& builder : {one.breaker({}), one.retry({}).breaker({})}) {
    const auto wrong = builder.check();
    REQUIRE(wrong);
    CHECK(wrong->code == errc::bad_combination);
    CHECK(wrong->message
          == "guard 'g': 'g/breaker' is its second breaker; put a guard of its "
             "own before the guarded actor");
    CHECK_FALSE(builder.start(x.sys()));
    const auto tree = vigil::supervisor("town")
                        .child(vigil::child("guarded", builder))
                        .start(x.sys());
    REQUIRE_FALSE(tree);
    CHECK(tree.error().path == "town/guarded");
    CHECK(tree.error().code == errc::bad_combination);
  }
  const clinic inner = x.start(one);
  CHECK_FALSE(vigil::guard("outer", inner).breaker({}).check());
}

TEST_CASE("guards with times without end never use them") {
  const std::vector<vigil::any_duration> endless{
    duration::max(), std::chrono::hours::max(),
    std::chrono::duration<double>{std::numeric_limits<double>::infinity()}};
  for (const auto& d : endless) {
    world x;
    const auto target = x.spawn();
    const auto timed = x.start(vigil::guard(target).timeout(d));
    const auto broken
      = x.start(vigil::guard("b", target)
                  .breaker(breaker_policy{}.consecutive_failures(1).wait(d))
                  .timeout(d));
    const auto full = x.start(vigil::guard(target).bulkhead(
      bulkhead_policy{}.concurrent(1).queue(1).max_wait(d)));
    const auto again = x.start(vigil::guard(target).retry(
      retry_policy{}.attempts(2).deadline(d).backoff(vigil::fixed(d))));
    auto a = x.request(timed, hang);
    auto b = x.request(broken, hang);
    auto c = x.request(full, hang);
    auto e = x.request(full, 5);
    x.advance(24h * 365 * 100);
    for (const auto* one : {&a, &b, &c, &e})
      CHECK_FALSE(one->arrived());
    x.book->failures = 1;
    auto f = x.request(again, 6);
    x.run();
    x.advance(24h * 365 * 100);
    CHECK_FALSE(f.arrived());
    x.book->failures = 1;
    CHECK(x.ask(broken, 7) != "7");
    x.advance(24h * 365);
    CHECK(x.ask(broken, 8) == "breaker_open");
    CHECK(x.ask(timed, 9) == "9");
    x.let_go(0);
  }
}

TEST_SUITE_END();
