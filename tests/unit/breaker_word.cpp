#include "breaker_parts.hpp"

#include <vigil/detail/breaker/breaker_word.hpp>

#include <doctest/doctest.h>

using namespace breaker_parts;
using vigil::breaker_state;
using vigil::detail::breaker_word;

TEST_SUITE_BEGIN("breaker parts: the word");

TEST_CASE("who read a state long ago is told that it is over") {
  breaker_word x;
  x.enter(breaker_state::open, t0, make_error_code(errc::timeout));
  const auto at = x.load();
  for (int i = 0; i < 20; ++i) {
    x.enter(breaker_state::forced_open, vigil::detail::never,
            make_error_code(errc::unspecified));
    const bool kept = x.deadline(at) == t0;
    CHECK(kept == (i < 6));
    CHECK(x.deadline(at) == (kept ? t0 : time_point::min()));
    CHECK(x.error(at)
          == (kept ? make_error_code(errc::timeout) : std::error_code{}));
    CHECK(x.deadline(x.load()) == vigil::detail::never);
  }
}

TEST_CASE("the end of a stay is set once, by the first probe") {
  breaker_word x;
  x.enter(breaker_state::half_open, vigil::detail::never, {});
  const auto at = x.load();
  CHECK(breaker_word::state_of(at) == breaker_state::half_open);
  CHECK(breaker_word::generation_of(at) == 1);
  CHECK_FALSE(x.may_be_over(at, t0));
  x.set_deadline(t0 + 1s);
  x.set_deadline(t0);
  CHECK(x.deadline(at) == t0 + 1s);
  CHECK(x.may_be_over(at, t0 + 1s));
  CHECK_FALSE(x.may_be_over(at, t0));
}

TEST_CASE("a stay with another number is the same stay") {
  breaker_word x;
  x.enter(breaker_state::open, t0, make_error_code(errc::timeout));
  for (const auto generation : ends()) {
    x.renumber(generation);
    const auto at = x.load();
    REQUIRE(breaker_word::generation_of(at) == generation);
    REQUIRE(breaker_word::state_of(at) == breaker_state::open);
    REQUIRE(x.look(at).deadline == t0);
    REQUIRE(x.look(at).error == make_error_code(errc::timeout));
  }
}

TEST_SUITE_END();
