#include <vigil/outcome.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <utility>

using vigil::errc;
using vigil::outcome;

TEST_SUITE_BEGIN("outcome");

TEST_CASE("a value is neither an error nor a fault") {
  const outcome<int> x = 1;
  CHECK_FALSE(is_error(x));
  CHECK_FALSE(is_fault(x));
}

TEST_CASE("an error is read as one") {
  outcome<int> x = vigil::error(errc::timeout, "late");
  CHECK(is_error(x));
  CHECK_FALSE(is_fault(x));
  CHECK(error_of(x).code == errc::timeout);
  CHECK(error_of(std::move(x)).text == "late");
}

TEST_CASE("a fault is read as one") {
  outcome<void> x = vigil::fault(errc::timeout, "stuck");
  CHECK(is_fault(x));
  CHECK_FALSE(is_error(x));
  CHECK(fault_of(x).code == errc::timeout);
  CHECK(fault_of(std::move(x)).text == "stuck");
}

TEST_SUITE_END();
