#include <vigil/failure.hpp>
#include <vigil/result.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <system_error>

using vigil::errc;
using vigil::failure;

TEST_SUITE_BEGIN("errc");

TEST_CASE("every code has a name and a text of its own") {
  std::set<std::string> names;
  std::set<std::string> texts;
  const auto last = static_cast<int>(errc::unspecified);
  for (int i = 1; i <= last; ++i) {
    CAPTURE(i);
    const auto code = static_cast<errc>(i);
    CHECK(names.insert(to_string(code)).second);
    CHECK(texts.insert(make_error_code(code).message()).second);
  }
  CHECK(names.count("unknown") == 0);
  CHECK(texts.count("unknown") == 0);
}

TEST_CASE("a value that is no code is unknown, not a crash") {
  CHECK(to_string(static_cast<errc>(0)) == "unknown");
  CHECK(to_string(static_cast<errc>(-7)) == "unknown");
  CHECK(make_error_code(static_cast<errc>(9999)).message() == "unknown");
}

TEST_CASE("codes compare with error codes directly") {
  const std::error_code x = errc::not_found;
  CHECK(x == errc::not_found);
  CHECK(x != errc::timeout);
  CHECK(x.category() == vigil::vigil_category());
  CHECK(std::string{x.category().name()} == "vigil");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("failure");

TEST_CASE("a failure in one line: path, incarnation, code and message") {
  failure x{errc::exception, "bad row", "hospital/ward"};
  CHECK(to_string(x) == "hospital/ward: exception: bad row");
  x.incarnation = 3;
  CHECK(to_string(x) == "hospital/ward#3: exception: bad row");
  x.message.clear();
  CHECK(to_string(x) == "hospital/ward#3: exception");
  x.path.clear();
  CHECK(to_string(x) == "exception");
}

TEST_CASE("codes of other categories keep their category and text") {
  const failure x{std::make_error_code(std::errc::timed_out), "disk"};
  CHECK(to_string(x)
        == "generic:" + std::to_string(ETIMEDOUT) + ' '
             + std::generic_category().message(ETIMEDOUT) + ": disk");
}

TEST_CASE("a chain is rendered one failure a line, causes indented") {
  const auto x = failure{errc::restart_limit_reached, "3 in 5s", "top"}.because(
    failure{errc::start_failed, {}, "top/a"}.because(
      {errc::exception, "no disk"}));
  CHECK(render(x)
        == "top: restart_limit_reached: 3 in 5s\n"
           "  because top/a: start_failed\n"
           "    because exception: no disk");
  CHECK(to_string(x) == "top: restart_limit_reached: 3 in 5s");
}

TEST_CASE("a failure without a cause is its own root") {
  const failure x{errc::killed};
  CHECK(&x.root_cause() == &x);
  CHECK(render(x) == "killed");
  CHECK(x.has(errc::killed));
  CHECK_FALSE(x.has(errc::exited));
}

TEST_CASE("the root cause and every code of a chain can be found") {
  const auto x = failure{errc::start_failed}.because(
    failure{errc::exited}.because(std::make_error_code(std::errc::io_error)));
  CHECK(x.root_cause().code == std::errc::io_error);
  CHECK(x.has(errc::exited));
  CHECK(x.has(std::make_error_code(std::errc::io_error)));
  CHECK_FALSE(x.has(errc::timeout));
}

TEST_CASE("because leaves the failure alone and returns another") {
  const failure x{errc::start_failed};
  const auto y = x.because({errc::exited});
  CHECK(x.cause == nullptr);
  CHECK(y.cause->code == errc::exited);
  CHECK(y != x);
}

TEST_CASE("failures are equal if they and their causes say the same") {
  const failure x{errc::exited, "m", "p"};
  auto y = x;
  CHECK(x == y);
  y.time += std::chrono::seconds{1};
  CHECK(x == y);
  y.incarnation = 1;
  CHECK(x != y);
  CHECK(x.because({errc::killed}) == x.because({errc::killed}));
  CHECK(x.because({errc::killed}) != x.because({errc::timeout}));
  CHECK(x != failure{errc::exited, "n", "p"});
  CHECK(x != failure{errc::exited, "m", "q"});
  CHECK(x != failure{errc::killed, "m", "p"});
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("result");

TEST_CASE("a result holds a value or a failure") {
  const vigil::result<int> good = 7;
  REQUIRE(good);
  CHECK(good.value() == 7);
  const vigil::result<int> bad = failure{errc::not_found, {}, "top/x"};
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == errc::not_found);
  const vigil::result<void> done = vigil::success();
  CHECK(done);
}

TEST_CASE("who takes a value that is not there is told why") {
  const vigil::result<int> bad
    = failure{errc::start_failed, {}, "top/x"}.because({errc::exited});
  try {
    (void)bad.value();
    FAIL("no exception");
  } catch (const vigil::bad_result_access& x) {
    CHECK(x.why().code == errc::start_failed);
    CHECK(std::string{x.what()} == render(bad.error()));
  }
}

TEST_CASE("who takes a failure that is not there is told so") {
  const vigil::result<int> good = 7;
  CHECK_THROWS_AS((void)good.error(), vigil::bad_result_access);
}

TEST_SUITE_END();
