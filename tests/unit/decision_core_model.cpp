#include "model/calm_case.hpp"

#include <doctest/doctest.h>

// Every case within some bounds, once with the decision core and once with a
// simple model of OTP's supervisor. The least number of cases is asserted so
// that an enumeration that loses its way does not pass.

using namespace vigil;
using namespace vigil::test;

namespace {

void check_all(const calm_bounds& bounds, std::size_t at_least) {
  const auto result = run_all(bounds);
  if (!result.story.empty())
    FAIL(result.story);
  CHECK(result.cases >= at_least);
}

} // namespace

TEST_CASE("a model agrees on the first start, whatever fails in it") {
  check_all({.children = {0, 1, 2, 3}, .length = 1, .faults = 3}, 31'752);
  check_all({.children = {4}, .length = 0, .faults = 4}, 7'533);
}

TEST_CASE("a model agrees on one child, whatever happens to it") {
  check_all({.intensities = {0, 1, 2},
             .backoffs = {{}, fixed(duration{4})},
             .length = 3,
             .faults = 2,
             .all_ends = true},
            291'888);
}

TEST_CASE("a model agrees on two children, whatever happens to them") {
  check_all({.children = {2},
             .intensities = {1, 2},
             .backoffs = {{}, fixed(duration{4})},
             .length = 3,
             .faults = 1},
            611'822);
}

TEST_CASE("a model agrees on three children, whatever happens to them") {
  check_all({.children = {3}, .intensities = {2}, .length = 3, .faults = 1},
            1'420'151);
}

TEST_CASE("a model agrees on four children, whatever happens to them") {
  check_all({.children = {4}, .intensities = {1}, .length = 2, .faults = 1},
            581'742);
}

TEST_CASE("a model agrees on groups that wait and fail again") {
  check_all({.children = {3},
             .strategies = {one_for_all, rest_for_one},
             .policies = {restart_policy::permanent},
             .intensities = {3},
             .backoffs = {{}, fixed(duration{4})},
             .length = 3,
             .faults = 2},
            410'644);
}

TEST_CASE("a model agrees on calls while a group waits") {
  check_all({.children = {2},
             .strategies = {one_for_all, rest_for_one},
             .policies = {restart_policy::permanent},
             .intensities = {2},
             .length = 4,
             .faults = 1},
            242'812);
}

TEST_CASE("a model agrees on significant children") {
  check_all({.children = {2, 3},
             .shutdowns
             = {auto_shutdown::any_significant, auto_shutdown::all_significant},
             .backoffs = {fixed(duration{4})},
             .length = 2},
            829'932);
}

TEST_CASE("a model agrees on the length of every wait") {
  check_all(
    {.children = {1, 2},
     .policies = {restart_policy::permanent},
     .intensities = {3},
     .backoffs
     = {exponential(duration{2}, duration{5}).reset_after(duration{10})},
     .length = 4,
     .faults = 2,
     .calls = false,
     .all_ends = true},
    50'625);
}

TEST_CASE("a model agrees on budgets of a child's own") {
  check_all({.children = {2},
             .policies = {restart_policy::permanent},
             .intensities = {2},
             .own = {restart_intensity{0, duration{0}},
                     restart_intensity{1, duration{4}},
                     restart_intensity{2, duration{20}}},
             .length = 4,
             .calls = false,
             .all_ends = true},
            70'209);
}
