#include <vigil/internal/health/health_watch.hpp>

#include <doctest/doctest.h>

using vigil::health;
using vigil::detail::health_watch;

namespace {

health_watch watch(std::uint32_t unhealthy_after,
                   std::uint32_t healthy_after = 2) {
  vigil::health_policy policy;
  policy.unhealthy_after = unhealthy_after;
  policy.healthy_after = healthy_after;
  return health_watch{policy};
}

} // namespace

TEST_CASE("health is unknown before the first result") { // HC-01
  CHECK(watch(3).status() == health::unknown);
}

TEST_CASE("the first success makes healthy, whatever the threshold") { // HC-01
  auto x = watch(3, 10);
  CHECK(x.answered(health::healthy));
  CHECK(x.status() == health::healthy);
}

TEST_CASE("failures below the threshold change nothing") { // HC-03, HC-07
  for (const auto threshold : {2U, 3U}) {
    CAPTURE(threshold);
    auto x = watch(threshold);
    (void)x.answered(health::healthy);
    for (std::uint32_t i = 1; i < threshold; ++i) {
      CHECK_FALSE(x.failed());
      CHECK(x.status() == health::healthy);
    }
    CHECK(x.failed());
    CHECK(x.status() == health::unhealthy);
    CHECK_FALSE(x.failed());
  }
}

TEST_CASE("failures from the start leave unknown until the threshold") {
  auto x = watch(2);
  CHECK_FALSE(x.failed());
  CHECK(x.status() == health::unknown);
  CHECK(x.failed());
  CHECK(x.status() == health::unhealthy);
}

TEST_CASE("a success ends a row of failures") {
  auto x = watch(2);
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(x.failed());
    (void)x.answered(health::healthy);
  }
  CHECK(x.status() == health::healthy);
}

TEST_CASE("who says that it is unhealthy is so at once") { // HC-05
  auto x = watch(5, 2);
  (void)x.answered(health::healthy);
  CHECK(x.answered(health::unhealthy));
  CHECK(x.status() == health::unhealthy);
  // The way back is as long as ever.
  CHECK_FALSE(x.answered(health::healthy));
  CHECK(x.answered(health::healthy));
  CHECK(x.status() == health::healthy);
}

TEST_CASE("a relapse begins the way back anew") {
  auto x = watch(1, 3);
  (void)x.failed();
  (void)x.answered(health::healthy);
  (void)x.answered(health::healthy);
  (void)x.failed();
  CHECK_FALSE(x.answered(health::healthy));
  CHECK_FALSE(x.answered(health::healthy));
  CHECK(x.answered(health::healthy));
}

TEST_CASE("a degraded child works: it ends a row of failures") {
  auto x = watch(2);
  CHECK_FALSE(x.failed());
  CHECK(x.answered(health::degraded));
  CHECK_FALSE(x.failed());
  CHECK(x.status() == health::degraded);
  CHECK(x.answered(health::healthy));
}

TEST_CASE("the worst of a subtree is what counts") {
  using vigil::worse;
  CHECK(worse(health::healthy, health::unknown) == health::unknown);
  CHECK(worse(health::degraded, health::unknown) == health::degraded);
  CHECK(worse(health::degraded, health::unhealthy) == health::unhealthy);
  CHECK(worse(health::healthy, health::healthy) == health::healthy);
}
