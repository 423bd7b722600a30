#include "clinic.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

// Layers of one's own, and what all layers tell.

using namespace guard_test;
using vigil::bulkhead_policy;
using vigil::failure;
using vigil::guard_event;
using vigil::layer_message;
using vigil::rate_limit_policy;
using vigil::retry_policy;

namespace {

/// Refuses what is below zero, throws at 13 and says nothing at 14; writes down
/// all answers.
class picky : public vigil::guard_layer {
public:
  picky(std::vector<std::string>& book, int& alive)
    : book_(book), alive_(alive) {
    ++alive_;
  }

  ~picky() override {
    --alive_;
  }

  std::optional<failure> called(const layer_message& x) override {
    const auto* n = x.get_if<int>();
    if (n == nullptr)
      return failure{errc::ignored, "no number"};
    if (*n == 13)
      throw std::runtime_error("thirteen");
    if (*n == 14)
      return failure{};
    if (*n >= 0)
      return std::nullopt;
    failure result{errc::out_of_range, "negative"};
    result.retry_after = 7s;
    return result;
  }

  void answered(const layer_message& x, const failure* why,
                vigil::duration took) override {
    const auto* n = x.get_if<int>();
    book_.push_back((n != nullptr ? std::to_string(*n) : why->message) + " "
                    + std::to_string(took / 1s));
    throw std::runtime_error("nobody cares");
  }

private:
  std::vector<std::string>& book_;
  int& alive_;
};

retry_policy retries() {
  return retry_policy{}.attempts(2).backoff(vigil::fixed(1s));
}

/// Keeps a line for each event.
struct teller {
  std::string text;

  [[nodiscard]] vigil::guard_listener listener() {
    return [this](const guard_event& x) {
      text += to_string(x) + '\n';
    };
  }
};

} // namespace

TEST_SUITE_BEGIN("guard layers");

TEST_CASE("a layer of one's own lets pass, refuses, and sees the answers") {
  // A request that hangs keeps its layer until the world ends.
  std::vector<std::string> book;
  int alive = 0;
  world x;
  const auto builder = vigil::guard("g", x.spawn()).layer("picky", [&] {
    return std::make_unique<picky>(book, alive);
  });
  auto guarded = x.start(builder);
  CHECK(alive == 1);
  CHECK(x.ask(guarded, 5) == "5");
  const auto refused = x.why_not(guarded, -1);
  CHECK(refused.code == errc::out_of_range);
  CHECK(refused.message == "g/picky: negative");
  CHECK(refused.retry_after == 7s);
  const auto thrown = x.why_not(guarded, 13);
  CHECK(thrown.code == errc::exception);
  CHECK(thrown.message == "g/picky: thirteen");
  CHECK(x.why_not(guarded, 14).code == errc::unspecified);
  auto slow = x.request(guarded, hang);
  x.advance(3s);
  x.let_go(6);
  CHECK(x.text(slow) == "6");
  x.book->failures = 1;
  CHECK(x.ask(guarded, 7) == "unspecified");
  CHECK(book == std::vector<std::string>{"5 0", "6 3", "as planned 0"});
  // What is no request is dropped, or passes.
  caf::anon_send(guarded, -2);
  caf::anon_send(guarded, 2);
  x.run();
  CHECK(x.book->asked == std::vector{5, hang, 7, 2});
  const auto second = x.start(builder);
  CHECK(alive == 2);
  caf::anon_send_exit(guarded, caf::exit_reason::kill);
  guarded = nullptr;
  x.run();
  CHECK(alive == 1);
}

TEST_CASE("a layer of one's own stands where it is named") {
  // A request that hangs keeps its layer until the world ends.
  std::vector<std::string> book;
  int alive = 0;
  world x;
  auto make = [&] {
    return std::make_unique<picky>(book, alive);
  };
  const auto base = vigil::guard("g", x.spawn());
  const auto one_failure = breaker_policy{}.consecutive_failures(1);
  SUBCASE("before a breaker its refusals are no failures") {
    const auto builder = base.layer("picky", make).breaker(one_failure);
    CHECK(x.ask(x.start(builder), -1) == "out_of_range");
    CHECK(builder.control().value().state() == breaker_state::closed);
  }
  SUBCASE("behind one they are") {
    const auto builder = base.breaker(one_failure).layer("picky", make);
    CHECK(x.ask(x.start(builder), -1) == "out_of_range");
    CHECK(builder.control().value().state() == breaker_state::open);
  }
  SUBCASE("before a retry it sees a call once, behind it each attempt") {
    x.book->failures = 2;
    const auto outer = x.start(base.layer("picky", make).retry(retries()));
    auto first = x.request(outer, 1);
    x.advance(5s);
    CHECK(book == std::vector<std::string>{"as planned 1"});
    book.clear();
    x.book->failures = 2;
    const auto inner = x.start(base.retry(retries()).layer("picky", make));
    auto second = x.request(inner, 1);
    x.advance(5s);
    CHECK(book == std::vector<std::string>{"as planned 0", "as planned 0"});
  }
}

TEST_CASE("a layer that cannot be made fails the start, by its name") {
  world x;
  const auto base = vigil::guard("g", x.spawn());
  auto why = [&](const auto& builder) {
    const auto made = builder.start(x.sys());
    REQUIRE_FALSE(made);
    return made.error();
  };
  std::function<std::unique_ptr<picky>()> empty;
  CHECK(base.layer("own", empty).check()->code == errc::null_handle);
  CHECK(base.layer("own", nullptr).check()->message
        == "layer 'g/own': the function that makes it is null");
  const auto none
    = why(base.layer("own", [] { return std::unique_ptr<picky>{}; }));
  CHECK(none.code == errc::null_handle);
  CHECK(none.message == "layer 'g/own': its function made none");
  const auto thrown = why(base.layer("own", []() -> std::unique_ptr<picky> {
    throw std::runtime_error("not today");
  }));
  CHECK(thrown.code == errc::exception);
  CHECK(thrown.root_cause().message == "not today");
}

TEST_CASE("calls through a layer of one's own end with the target") {
  // A request that hangs keeps its layer until the world ends.
  std::vector<std::string> book;
  int alive = 0;
  world x;
  const auto target = x.spawn();
  const auto guarded = x.start(vigil::guard("g", target).layer("picky", [&] {
    return std::make_unique<picky>(book, alive);
  }));
  auto waiting = x.request(guarded, hang);
  x.run();
  caf::anon_send_exit(target, caf::exit_reason::kill);
  x.run();
  CHECK(x.text(waiting) == "child_stopped");
  CHECK(book.size() == 1);
}

TEST_CASE("each layer tells the guard's listener what it does") {
  world x;
  teller told;
  const auto base = vigil::guard("g", x.spawn()).on_event(told.listener());
  SUBCASE("retry") {
    const auto guarded = x.start(base.retry(retries()));
    auto answer = x.request(guarded, -1);
    x.advance(5s);
    CHECK(told.text == "g/retry retried\ng/retry gave_up\n");
  }
  SUBCASE("retry, by values") {
    const auto guarded = x.start(
      base.retry<int>(retries(), [](const int& n) { return n != 7; }));
    auto answer = x.request(guarded, 7);
    x.advance(5s);
    CHECK(x.text(answer) == "7");
    CHECK(told.text == "g/retry retried\ng/retry gave_up\n");
  }
  SUBCASE("breaker") {
    const auto guarded
      = x.start(base.breaker(breaker_policy{}.consecutive_failures(1)));
    (void)x.ask_all(guarded, {-1, 1});
    CHECK(told.text
          == "g/breaker moved closed -> open consecutive_failures\n"
             "g/breaker refused open\n");
  }
  SUBCASE("bulkhead") {
    const auto guarded
      = x.start(base.bulkhead(bulkhead_policy{}.concurrent(1)));
    auto first = x.request(guarded, hang);
    x.run();
    (void)x.ask(guarded, 1);
    x.let_go(1);
    CHECK(told.text
          == "g/bulkhead admitted\ng/bulkhead refused\n"
             "g/bulkhead finished\n");
  }
  SUBCASE("rate limiter") {
    const auto guarded
      = x.start(base.rate_limit(rate_limit_policy{1, 1s}.queue(1)));
    std::vector<test::answer<int>> all;
    for (int i = 0; i < 3; ++i)
      all.push_back(x.request(guarded, i));
    x.advance(2s);
    CHECK(told.text
          == "g/rate_limit admitted\ng/rate_limit queued\n"
             "g/rate_limit refused\ng/rate_limit admitted\n");
  }
  SUBCASE("time limit") {
    const auto guarded = x.start(base.timeout(1s));
    auto answer = x.request(guarded, hang);
    x.advance(2s);
    x.let_go(1);
    CHECK(told.text == "g/timeout timed_out\ng/timeout late\n");
  }
  SUBCASE("fallback") {
    const auto guarded = x.start(base.fallback([](int n) { return -n; }));
    CHECK(x.ask_all(guarded, {1, -2}) == "1 2 ");
    CHECK(told.text == "g/fallback fell_back\n");
  }
  SUBCASE("one's own") {
    std::vector<std::string> book;
    int alive = 0;
    const auto guarded = x.start(base.layer(
      "picky", [&] { return std::make_unique<picky>(book, alive); }));
    CHECK(x.ask(guarded, -1) == "out_of_range");
    CHECK(told.text == "g/picky refused\n");
  }
  SUBCASE("a circuit breaker by itself") {
    const auto guarded
      = x.start(vigil::circuit_breaker("b", x.spawn(),
                                       breaker_policy{}.consecutive_failures(1))
                  .on_event(told.listener()));
    (void)x.ask_all(guarded, {-1, 1});
    CHECK(told.text
          == "b moved closed -> open consecutive_failures\n"
             "b refused open\n");
  }
}

TEST_CASE("a listener may throw, and be null") {
  world x;
  int told = 0;
  const auto base = vigil::guard("g", x.spawn());
  const auto all = base.rate_limit(rate_limit_policy{1, 1s})
                     .retry(retries())
                     .bulkhead({})
                     .timeout(1s);
  const auto throwing = x.start(all.on_event([&](const guard_event&) {
    ++told;
    throw std::runtime_error("nobody cares");
  }));
  CHECK(x.ask_all(throwing, {1, 2}) == "1 rate_limited ");
  CHECK(told == 4);
  const auto quiet = x.start(all.on_event(nullptr));
  CHECK(x.ask_all(quiet, {1, 2}) == "1 rate_limited ");
}

TEST_CASE("a breaker in a guard judges values, of several types") {
  world x;
  auto bad = [](const int& n) {
    return n == 12 ? vigil::call_outcome::failure
                   : vigil::call_outcome::success;
  };
  auto text = [](const std::string&) {
    return vigil::call_outcome::ignored;
  };
  const auto builder = vigil::guard("g", x.spawn())
                         .breaker<std::string, int>(
                           breaker_policy{}.consecutive_failures(2), text, bad);
  const auto guarded = x.start(builder);
  CHECK(x.ask_all(guarded, {12, 1, 12, 12, 1}) == "12 1 12 12 breaker_open ");
}

TEST_SUITE_END();
