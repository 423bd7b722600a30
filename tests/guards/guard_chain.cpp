#include "clinic.hpp"

using namespace guard_test;
using vigil::bulkhead_policy;
using vigil::rate_limit_policy;
using vigil::retry_policy;

namespace {

retry_policy retries() {
  return retry_policy{}.attempts(3).backoff(vigil::fixed(1s));
}

} // namespace

TEST_SUITE_BEGIN("guard chain");

TEST_CASE("a bulkhead lets in as many as it may, the others wait or go") {
  world x;
  const auto guarded = x.start(
    vigil::bulkhead("b", x.spawn(), bulkhead_policy{}.concurrent(2).queue(1)));
  std::vector<test::answer<int>> all;
  for (int i = 0; i < 4; ++i)
    all.push_back(x.request(guarded, hang));
  x.run();
  CHECK(x.book->asked.size() == 2);
  CHECK(x.text(all[3]) == "bulkhead_full");
  x.let_go(1);
  CHECK(x.text(all[0]) == "1");
  CHECK(x.book->asked.size() == 3);
  x.let_go(2);
  CHECK(x.text(all[2]) == "2");
  CHECK(x.ask(guarded, 5) == "5");
}

TEST_CASE("who waited too long before a bulkhead is told so") {
  world x;
  const auto guarded = x.start(vigil::bulkhead(
    "b", x.spawn(), bulkhead_policy{}.concurrent(1).queue(5).max_wait(3s)));
  auto first = x.request(guarded, hang);
  x.run();
  auto second = x.request(guarded, 2);
  x.advance(2s);
  CHECK(x.text(second) == "-");
  x.advance(1s);
  CHECK(x.text(second) == "bulkhead_full");
  x.let_go(1);
  CHECK(x.book->asked.size() == 1);
}

TEST_CASE("who died before its turn takes no place") {
  world x;
  const auto guarded = x.start(
    vigil::bulkhead("b", x.spawn(), bulkhead_policy{}.concurrent(1).queue(5)));
  auto first = x.request(guarded, hang);
  x.run();
  {
    auto dead = x.request(guarded, 2);
    x.run();
  }
  auto third = x.request(guarded, 3);
  x.run();
  x.let_go(1);
  CHECK(x.text(third) == "3");
  CHECK(x.book->asked == std::vector{hang, 3});
}

TEST_CASE("a caller with many calls does not keep others out") {
  world x;
  const auto guarded = x.start(vigil::bulkhead(
    "b", x.spawn(), bulkhead_policy{}.concurrent(2).queue(5).per_caller(1)));
  auto greedy = [&, guarded](caf::event_based_actor* self) {
    for (int i = 0; i < 3; ++i)
      self->request(guarded, caf::infinite, hang).then([](int) {});
  };
  const auto keep = x.sys().spawn<caf::hidden>(greedy);
  x.run();
  CHECK(x.book->asked.size() == 1);
  CHECK(x.ask(guarded, 1) == "1");
  for (int i = 0; i < 3; ++i)
    x.let_go(1);
}

TEST_CASE("a rate limiter refuses with when to come again, or has calls wait") {
  world x;
  SUBCASE("refuses") {
    const auto guarded
      = x.start(vigil::rate_limiter("r", x.spawn(), rate_limit_policy{2, 1s}));
    CHECK(x.ask_all(guarded, {1, 2, 3}) == "1 2 rate_limited ");
    CHECK(x.why_not(guarded, 1).retry_after == 500ms);
    x.advance(500ms);
    CHECK(x.ask_all(guarded, {1, 2}) == "1 rate_limited ");
  }
  SUBCASE("has them wait") {
    const auto guarded = x.start(
      vigil::rate_limiter("r", x.spawn(), rate_limit_policy{1, 1s}.queue(2)));
    auto a = x.request(guarded, 1);
    auto b = x.request(guarded, 2);
    auto c = x.request(guarded, 3);
    auto d = x.request(guarded, 4);
    x.run();
    CHECK(x.text(a) == "1");
    CHECK(x.text(d) == "rate_limited");
    x.advance(1s);
    CHECK(x.text(b) == "2");
    CHECK(x.text(c) == "-");
    x.advance(1s);
    CHECK(x.text(c) == "3");
  }
  SUBCASE("counts each sender by itself, if told to") {
    const auto guarded = x.start(
      vigil::guard(x.spawn()).rate_limit_by_sender(rate_limit_policy{1, 1s}));
    CHECK(x.ask_all(guarded, {1, 2, 3}) == "1 2 3 ");
  }
}

TEST_CASE("who died before its permit leaves it to the next") {
  world x;
  const auto guarded = x.start(
    vigil::rate_limiter("r", x.spawn(), rate_limit_policy{1, 1s}.queue(5)));
  CHECK(x.ask(guarded, 1) == "1");
  {
    auto dead = x.request(guarded, 2);
    x.run();
  }
  auto next = x.request(guarded, 3);
  x.advance(1s);
  CHECK(x.text(next) == "3");
  CHECK(x.book->asked == std::vector{1, 3});
}

TEST_CASE("a failed call is made again") {
  world x;
  const auto guarded = x.start(vigil::retry("r", x.spawn(), retries()));
  SUBCASE("until it is good") {
    x.book->failures = 2;
    auto answer = x.request(guarded, 4);
    x.advance(1s);
    CHECK(x.text(answer) == "-");
    x.advance(1s);
    CHECK(x.text(answer) == "4");
    CHECK(x.book->asked == std::vector{4, 4, 4});
  }
  SUBCASE("or there were enough attempts") {
    auto answer = x.request(guarded, -1);
    x.advance(5s);
    CHECK(x.text(answer) == "unspecified");
    CHECK(x.book->asked.size() == 3);
  }
  SUBCASE("unless who asked is gone") {
    x.book->failures = 2;
    {
      auto dead = x.request(guarded, 4);
      x.run();
    }
    x.advance(5s);
    CHECK(x.book->asked.size() == 1);
  }
}

TEST_CASE("a retry can say that it gave up, and judge values") {
  world x;
  const auto guarded
    = x.start(vigil::guard("g", x.spawn())
                .retry<int>(retries().tell_exhausted(),
                            [](const int& n) { return n != 7; }));
  auto answer = x.request(guarded, 7);
  x.advance(2s);
  CHECK(x.text(answer) == "retries_exhausted");
  CHECK(x.book->asked.size() == 3);
  auto failed = x.request(guarded, -1);
  x.advance(2s);
  const auto why = failed.get().error();
  CHECK(why.code == errc::retries_exhausted);
  CHECK(why.message == "g/retry: after 3 attempts");
  CHECK(why.root_cause().message == "negative");
}

TEST_CASE("a call that takes too long is over") {
  world x;
  const auto guarded = x.start(vigil::time_limiter("t", x.spawn(), 2s));
  auto a = x.request(guarded, hang);
  x.advance(1s);
  auto b = x.request(guarded, hang);
  x.advance(1s);
  CHECK(x.text(a) == "timeout");
  CHECK(x.text(b) == "-");
  x.let_go(9);
  CHECK(x.text(b) == "9");
}

TEST_CASE("the first guard named stands outermost") {
  SUBCASE("a retry before a breaker asks the breaker each time") {
    world x;
    const auto builder
      = vigil::guard("g", x.spawn())
          .retry(retries().attempts(8).heed_retry_after(false))
          .breaker(breaker_policy{}.consecutive_failures(3).wait(1h));
    const auto guarded = x.start(builder);
    auto answer = x.request(guarded, -1);
    x.advance(10s);
    CHECK(x.text(answer) == "breaker_open");
    CHECK(x.book->asked.size() == 3);
    CHECK(builder.control().value().metrics().refused == 5);
  }
  SUBCASE("a breaker before a retry counts all attempts as one call") {
    world x;
    const auto builder
      = vigil::guard("g", x.spawn())
          .breaker(breaker_policy{}.consecutive_failures(3).wait(1h))
          .retry(retries());
    const auto guarded = x.start(builder);
    auto answer = x.request(guarded, -1);
    x.advance(10s);
    CHECK(x.text(answer) == "unspecified");
    CHECK(x.book->asked.size() == 3);
    CHECK(builder.control().value().metrics().consecutive_failures == 1);
  }
}

TEST_CASE("breakers of one target, behind or beside each other") {
  world x;
  const auto target = x.spawn();
  auto make = [](const char* name, const clinic& to, std::uint32_t failures) {
    return vigil::circuit_breaker(
      name, to, breaker_policy{}.consecutive_failures(failures).wait(1h));
  };
  const auto inner = make("inner", target, 2);
  const clinic first = x.start(inner);
  const auto outer = make("outer", first, 3);
  const auto second = x.start(outer);
  const auto other = make("other", target, 2);
  const auto third = x.start(other);
  CHECK(x.ask_all(second, {-1, -1, 1, 1})
        == "unspecified unspecified breaker_open breaker_open ");
  CHECK(x.book->asked.size() == 2);
  CHECK(inner.control().metrics().refused == 1);
  CHECK(outer.control().metrics().refused == 1);
  CHECK(other.control().state() == breaker_state::closed);
  CHECK(x.ask(third, 1) == "1");
}

TEST_CASE("a retry comes again when the breaker says so") {
  world x;
  const auto guarded = x.start(
    vigil::guard("g", x.spawn())
      .retry(retries())
      .breaker(breaker_policy{}.consecutive_failures(1).wait(20s).probes(1)));
  x.book->failures = 1;
  auto answer = x.request(guarded, 6);
  x.advance(1s);
  CHECK(x.text(answer) == "-");
  x.advance(20s);
  CHECK(x.text(answer) == "6");
  CHECK(x.book->asked.size() == 2);
}

TEST_CASE("all guards together, and a fallback before them") {
  world x;
  const auto builder = vigil::guard("g", x.spawn())
                         .fallback([](int) { return 99; })
                         .retry(retries().attempts(2))
                         .breaker(breaker_policy{}.consecutive_failures(2))
                         .rate_limit(rate_limit_policy{100, 1s})
                         .bulkhead(bulkhead_policy{}.concurrent(2).queue(2))
                         .timeout(3s);
  const auto guarded = x.start(builder);
  CHECK(x.ask(guarded, 1) == "1");
  auto slow = x.request(guarded, hang);
  x.advance(10s);
  CHECK(x.text(slow) == "99");
  CHECK(builder.control().value().state() == breaker_state::open);
  auto refused = x.request(guarded, 5);
  x.advance(10s);
  // The retry waits for as long as the breaker says.
  CHECK(x.text(refused) == "-");
  x.advance(1min);
  CHECK(x.text(refused) == "5");
}

TEST_CASE("what is wrong with a guard is told by the start, by its name") {
  world x;
  const auto target = x.spawn();
  auto message = [&](const auto& builder) {
    const auto made = builder.start(x.sys());
    REQUIRE_FALSE(made);
    return made.error().message;
  };
  const auto base = vigil::guard("g", target);
  CHECK(message(base.retry(retries().attempts(0)))
        == "retry 'g/retry': attempts is below 1");
  CHECK(message(base.bulkhead(bulkhead_policy{}.concurrent(0)))
        == "bulkhead 'g/bulkhead': concurrent is below 1");
  CHECK(message(base.rate_limit(rate_limit_policy{0, 1s})).find("rate")
        != std::string::npos);
  CHECK(message(base.timeout(0s)) == "time limiter 'g/timeout': limit is zero");
  CHECK(message(base.breaker(breaker_policy{}.probes(0))).find("g/breaker")
        != std::string::npos);
  CHECK(message(base.fallback(clinic{})).find("null") != std::string::npos);
  CHECK(message(vigil::guard(clinic{})).find("null") != std::string::npos);
  CHECK(base.control().error().code == errc::not_found);
}

TEST_CASE("guards that end answer those who wait") {
  world x;
  auto ends = [&](const auto& builder, int what) {
    const auto guarded = x.start(builder);
    auto first = x.request(guarded, hang);
    auto second = x.request(guarded, what);
    x.run();
    caf::anon_send_exit(guarded, caf::exit_reason::user_shutdown);
    x.run();
    CHECK(x.text(second) == "child_stopped");
    x.let_go(1);
  };
  const auto base = vigil::guard(x.spawn());
  ends(base.bulkhead(bulkhead_policy{}.concurrent(1).queue(5)), 1);
  ends(base.rate_limit(rate_limit_policy{1, 1h}.queue(5)), 1);
  ends(base.retry(retries()), -1);
  ends(base.timeout(1h), hang);
}

TEST_SUITE_END();
