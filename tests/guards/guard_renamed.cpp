#include "clinic.hpp"

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

// What guards had before all of them were alike, and what goes in 0.3.

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

using namespace guard_test;

namespace {

breaker_policy two_failures() {
  return breaker_policy{}.consecutive_failures(2).wait(10s).probes(1);
}

int twice(int n) {
  return n * 2;
}

} // namespace

TEST_SUITE_BEGIN("guards renamed");

TEST_CASE("what a layer sees may still be called a guarded message") {
  CHECK(std::is_same_v<vigil::guarded_message, vigil::layer_message>);
}

TEST_CASE("a guard may still be named last") {
  world x;
  const auto target = x.spawn();
  CHECK(vigil::guard(target, "g").timeout(0s).check()->message
        == vigil::guard("g", target).timeout(0s).check()->message);
}

TEST_CASE("a breaker may still have its own listener") {
  world x;
  std::string seen;
  auto listen = [&](const vigil::breaker_event& e) {
    seen += to_string(e) + '\n';
  };
  auto fail = [&](const auto& builder) {
    (void)x.ask_all(x.start(builder), {-1, -1, 1});
  };
  SUBCASE("as a layer") {
    std::string all;
    fail(vigil::guard("g", x.spawn())
           .breaker(two_failures(), listen)
           .on_event([&](const auto& e) { all += to_string(e) + '\n'; }));
    CHECK(seen
          == "g/breaker moved closed -> open consecutive_failures\n"
             "g/breaker refused open\n");
    CHECK(all == seen);
  }
  SUBCASE("by itself") {
    const auto builder = vigil::circuit_breaker("b", x.spawn(), two_failures());
    fail(builder.on_event(listen));
    CHECK(seen
          == "b moved closed -> open consecutive_failures\n"
             "b refused open\n");
    seen.clear();
    fail(vigil::circuit_breaker("b", x.spawn(), two_failures())
           .on_event([&](const auto& e) { seen += e.breaker; }));
    CHECK(seen == "bb");
  }
}

TEST_CASE("a breaker may still have a time limit of its own") {
  world x;
  const auto base = vigil::circuit_breaker("b", x.spawn(), two_failures());
  CHECK(base.timeout(-1s).check()->code == errc::negative_delay);
  CHECK_FALSE(base.timeout(-1s).timeout(0s).check());
  const auto builder = base.timeout(3s);
  const auto guarded = x.start(builder);
  auto first = x.request(guarded, hang);
  auto second = x.request(guarded, hang);
  x.advance(3s);
  CHECK(x.text(first) == "timeout");
  CHECK(second.get().error().message == "b: no answer in time");
  CHECK(builder.control().state() == breaker_state::open);
  x.let_go(1);
  CHECK(builder.control().late_answers() == 2);
}

TEST_CASE("a breaker may still have a fallback of its own") {
  world x;
  const auto target = x.spawn();
  auto policy = two_failures();
  SUBCASE("handlers") {
    const auto builder
      = vigil::circuit_breaker("b", target, policy).fallback(twice);
    CHECK(x.ask_all(x.start(builder), {1, -1, -1, 4, 5}) == "1 -2 -2 8 10 ");
    CHECK(builder.control().state() == breaker_state::open);
  }
  SUBCASE("an actor") {
    const clinic other = x.sys().spawn<caf::hidden>(
      [](clinic::pointer) -> clinic::behavior_type {
        return {[](int n) {
          return n * 2;
        }};
      });
    const auto builder
      = vigil::circuit_breaker("b", target, policy).fallback(other);
    CHECK(x.ask_all(x.start(builder), {1, -1, -1, 4}) == "1 -2 -2 8 ");
  }
  SUBCASE("after a timeout") {
    const auto guarded = x.start(
      vigil::circuit_breaker("b", target, policy).fallback(twice).timeout(1s));
    auto answer = x.request(guarded, hang);
    x.advance(1s);
    CHECK(x.text(answer) == "2000");
  }
  SUBCASE("for values that it judges as failures") {
    const auto guarded = x.start(vigil::circuit_breaker("b", target, policy)
                                   .fallback(twice)
                                   .judge<int>([](const int& n) {
                                     return n == 12
                                              ? vigil::call_outcome::failure
                                              : vigil::call_outcome::success;
                                   }));
    CHECK(x.ask_all(guarded, {11, 12, 12, 3}) == "11 24 24 6 ");
  }
  SUBCASE("for values, each judged once") {
    std::vector<int> judged;
    const auto guarded = x.start(vigil::circuit_breaker("b", target, policy)
                                   .fallback(twice)
                                   .judge<int>([&](const int& n) {
                                     judged.push_back(n);
                                     return n > 9
                                              ? vigil::call_outcome::failure
                                              : vigil::call_outcome::success;
                                   }));
    CHECK(x.ask_all(guarded, {1, 10, 2, -1}) == "1 20 2 -2 ");
    CHECK(judged == std::vector{1, 10, 2});
  }
  SUBCASE("when its target has ended") {
    const auto guarded
      = x.start(vigil::circuit_breaker("b", target, policy).fallback(twice));
    auto answer = x.request(guarded, hang);
    x.run();
    caf::anon_send_exit(target, caf::exit_reason::kill);
    x.run();
    CHECK(x.text(answer) == "2000");
  }
  SUBCASE("not for errors that it counts as answers") {
    const auto builder
      = vigil::circuit_breaker("b", target, policy.errors_are_answers())
          .fallback(twice);
    const auto guarded = x.start(builder);
    CHECK(x.ask(guarded, -1) == "unspecified");
    REQUIRE(builder.control().force_open());
    CHECK(x.ask(guarded, 4) == "8");
  }
}

TEST_CASE("null settings of a breaker are still refused") {
  world x;
  const auto base = vigil::circuit_breaker("b", x.spawn());
  const std::function<int(int)> none;
  const std::function<vigil::call_outcome(const int&)> no_judge;
  auto judge = [](const int&) {
    return vigil::call_outcome::success;
  };
  for (const auto& wrong :
       {base.fallback(clinic{}), base.fallback(none),
        base.judge<int>(no_judge).fallback(twice),
        base.fallback(none).judge<int>(judge),
        base.judge<int>(no_judge).fallback(none).fallback(twice)}) {
    REQUIRE(wrong.check());
    CHECK(wrong.check()->code == errc::null_handle);
  }
  CHECK_FALSE(base.fallback(none).fallback(twice).check());
}

TEST_SUITE_END();
