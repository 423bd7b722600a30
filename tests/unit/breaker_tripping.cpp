#include "breaker_harness.hpp"

using namespace breaker_test;

TEST_SUITE_BEGIN("breaker tripping");

TEST_CASE("CB-01: below the minimum of calls there is no rate") {
  bench x{b1()};
  std::uint64_t buffered = 0;
  for (const auto* call : {"F", "F", "F", "S"}) {
    x.calls(call);
    CHECK(x.state() == breaker_state::closed);
    CHECK_FALSE(x.metrics().failure_rate.has_value());
    CHECK(x.metrics().buffered == ++buffered);
  }
  CHECK(x.metrics().failed == 3);
}

TEST_CASE("CB-03: a rate at the threshold opens") {
  bench x{b1()};
  for (const auto* call : {"S", "S", "S", "F", "F"}) {
    x.calls(call);
    x.wait(1s);
  }
  CHECK(x.state() == breaker_state::closed);
  CHECK(*x.metrics().failure_rate == doctest::Approx(0.4));
  x.calls("F");
  CHECK(x.state() == breaker_state::open);
  CHECK(*x.metrics().failure_rate == doctest::Approx(0.5));
  CHECK(x.seen.back().cause == breaker_cause::failure_rate);
}

TEST_CASE("CB-05: six failures in a row open, five and a success do not") {
  bench x{breaker_policy{}.consecutive_failures(6)};
  x.calls("FFFFF");
  CHECK(x.state() == breaker_state::closed);
  x.calls("SFFFFF");
  CHECK(x.state() == breaker_state::closed);
  CHECK(x.metrics().consecutive_failures == 5);
  x.calls("F");
  CHECK(x.state() == breaker_state::open);
  CHECK(x.seen.back().cause == breaker_cause::consecutive_failures);
  CHECK(x.metrics().consecutive_failures == 0);
  CHECK(x.metrics().buffered == 0);
  CHECK(x.metrics().failed == 0);
}

TEST_CASE("CB-07: a success breaks the row") {
  bench x{breaker_policy{}.consecutive_failures(3)};
  x.calls("FSFF");
  CHECK(x.state() == breaker_state::closed);
  x.calls("F");
  CHECK(x.state() == breaker_state::open);
}

TEST_CASE("CB-09: too few calls never open") {
  bench x{breaker_policy{}.failure_rate(0.5).window(10s).min_calls(5)};
  x.calls("FFFF");
  CHECK(x.state() == breaker_state::closed);
  CHECK(x.admits());
}

TEST_CASE("CB-11: one failure more than a period allows opens") {
  bench x{breaker_policy{}.failures(3).window(60s)};
  x.calls("FF");
  CHECK(x.admits());
  x.calls("SSSSS");
  x.calls("F");
  CHECK(x.state() == breaker_state::open);
  CHECK(x.seen.back().cause == breaker_cause::failures);
}

TEST_CASE("failures that are a period apart do not open") {
  bench x{breaker_policy{}.failures(3).window(60s)};
  for (int i = 0; i < 20; ++i) {
    x.calls("F");
    x.wait(30s);
  }
  CHECK(x.state() == breaker_state::closed);
}

TEST_CASE("a success that completes the minimum of calls can open") {
  const auto policy
    = breaker_policy{}.failure_rate(0.5).window(10).min_calls(4);
  bench x{policy};
  x.calls("FFS");
  CHECK(x.state() == breaker_state::closed);
  x.calls("S");
  CHECK(x.state() == breaker_state::open);

  SUBCASE("unless only failures are judged") {
    bench y{policy.judge_failures_only()};
    y.calls("FFSS");
    CHECK(y.state() == breaker_state::closed);
    y.calls("F");
    CHECK(y.state() == breaker_state::open);
  }
}

TEST_CASE("any rule of several opens") {
  const auto policy = breaker_policy{}
                        .failure_rate(0.5)
                        .consecutive_failures(3)
                        .window(100)
                        .min_calls(100);
  bench x{policy};
  x.calls("SSSSSSSSFFF");
  CHECK(x.state() == breaker_state::open);
  CHECK(x.seen.back().cause == breaker_cause::consecutive_failures);
}

TEST_CASE("of two windows either opens") {
  const auto policy
    = breaker_policy{}.failure_rate(0.5).window(4).window(10s).min_calls(8);
  SUBCASE("the count window, which needs to be full") {
    bench x{policy};
    x.calls("SSFF");
    CHECK(x.state() == breaker_state::open);
  }
  SUBCASE("the time window") {
    bench x{policy.window(100)};
    x.calls("SSSSFFF");
    CHECK(x.state() == breaker_state::closed);
    x.calls("F");
    CHECK(x.state() == breaker_state::open);
  }
}

TEST_CASE("shares are exact at the threshold") {
  for (std::uint32_t percent = 1; percent <= 100; ++percent) {
    CAPTURE(percent);
    bench x{breaker_policy{}.failure_rate(percent / 100.0).window(100)};
    x.calls(std::string(100 - percent, 'S') + std::string(percent - 1, 'F'));
    CHECK(x.state() == breaker_state::closed);
    x.calls("F");
    CHECK(x.state() == breaker_state::open);
  }
}

TEST_CASE("a share that is above zero is reached by one call, however small") {
  for (const auto share : {1e-9, 4e-10, 1e-12, 5e-324}) {
    CAPTURE(share);
    bench x{
      breaker_policy{}.failure_rate(share).min_calls(3).window(100).wait(1s)};
    x.calls("SSF");
    CHECK(x.state() == breaker_state::open);
    // Nor does a probe fail for nothing.
    x.wait(1s);
    x.calls("F");
    CHECK(x.state() == breaker_state::open);
    bench y{
      breaker_policy{}.slow_call_rate(share, 1s).min_calls(3).window(100)};
    y.calls("SSL");
    CHECK(y.state() == breaker_state::open);
  }
}

TEST_CASE("without a rule half of the last hundred calls open") {
  bench x{breaker_policy{}};
  x.calls(std::string(50, 'S') + std::string(49, 'F'));
  CHECK(x.state() == breaker_state::closed);
  x.calls("F");
  CHECK(x.state() == breaker_state::open);
}

TEST_CASE("failures that are ignored by their code do not count") {
  const auto policy
    = breaker_policy{}
        .ignore(errc::not_found)
        .classify([](const vigil::failure& why) {
          if (why.code == errc::ignored)
            throw std::runtime_error("a classifier must not, but may");
          return why.code == errc::timeout ? call_outcome::slow
                                           : call_outcome::failure;
        });
  using vigil::failure;
  CHECK(policy.outcome_of(failure{errc::not_found}) == call_outcome::ignored);
  CHECK(policy.outcome_of(failure{errc::exited}.because({errc::not_found}))
        == call_outcome::ignored);
  CHECK(policy.outcome_of(failure{errc::timeout}) == call_outcome::slow);
  CHECK(policy.outcome_of(failure{errc::exited}) == call_outcome::failure);
  CHECK(policy.outcome_of(failure{errc::ignored}) == call_outcome::failure);
}

TEST_CASE("errors can be answers, faults and timeouts are not") {
  const auto policy = breaker_policy{}.errors_are_answers();
  using vigil::failure;
  failure fault{errc::unspecified};
  fault.fault = true;
  CHECK(policy.outcome_of(fault) == call_outcome::failure);
  CHECK(policy.outcome_of(failure{errc::timeout}) == call_outcome::failure);
  CHECK(policy.outcome_of(failure{errc::exception}) == call_outcome::failure);
  CHECK(policy.outcome_of(failure{errc::unspecified, "no such patient"})
        == call_outcome::success);
  CHECK(policy.outcome_of(failure{std::make_error_code(std::errc::io_error)})
        == call_outcome::success);
}

TEST_SUITE_END();
