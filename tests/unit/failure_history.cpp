#include <vigil/internal/decision/failure_history.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using vigil::errc;
using vigil::failure;
using vigil::detail::failure_history;

using lines = std::vector<std::string>;

namespace {

failure because_of(errc code, failure cause) {
  return failure{code, "", "top"}.because(std::move(cause));
}

} // namespace

TEST_SUITE_BEGIN("failure_history");

TEST_CASE("a history tells as many failures as it keeps, newest first") {
  failure_history x;
  CHECK(x.lines().empty());
  for (std::size_t n = 1; n <= 12; ++n) {
    x.add(failure{errc::exception, std::to_string(n)});
    const auto said = x.lines();
    REQUIRE(said.size() == std::min(n, failure_history::capacity));
    CHECK(said.front() == "exception: " + std::to_string(n));
    CHECK(said.back() == "exception: " + std::to_string(n - said.size() + 1));
  }
}

TEST_CASE("what comes after lines from elsewhere stands before them") {
  failure_history x;
  for (int n = 1; n <= 7; ++n)
    x.add(failure{errc::exception, "old"});
  x.replace({"third", "second", "first"});
  CHECK(x.lines() == lines{"third", "second", "first"});
  x.add(failure{errc::killed});
  CHECK(x.lines() == lines{"killed", "third", "second", "first"});
  x.add(failure{errc::killed});
  x.add(failure{errc::killed});
  CHECK(x.lines() == lines{"killed", "killed", "killed", "third", "second"});
}

TEST_CASE("of more lines than it keeps, a history takes the newest") {
  failure_history x;
  x.replace({"7", "6", "5", "4", "3", "2", "1"});
  CHECK(x.lines() == lines{"7", "6", "5", "4", "3"});
}

TEST_CASE("a history does not keep what led to a failure") {
  auto cause = std::make_shared<const failure>(failure{errc::killed});
  failure top{errc::exception, "", "top"};
  top.cause = cause;
  failure_history x;
  x.add(top);
  top.cause = nullptr;
  CHECK(cause.use_count() == 1);
  CHECK(x.lines() == lines{to_string(top)});
}

TEST_CASE("of a supervisor that gave up, a history names the root cause") {
  failure_history x;
  x.add(because_of(errc::restart_limit_reached,
                   because_of(errc::exception, failure{errc::killed})));
  REQUIRE(x.lines().size() == 1);
  CHECK(x.lines()[0].find("because killed") != std::string::npos);
}

TEST_SUITE_END();
