#include <vigil/internal/breaker/breaker_books.hpp>

#include <doctest/doctest.h>

#include <string>

// The table in breaker_books.hpp: each sentence of it, broken alone.

using vigil::breaker_state;
using vigil::detail::breaker_books;

namespace {

/// Sets something in the books of each state, and returns in which that may be.
template <class F>
std::string legal(F set) {
  std::string result;
  for (const auto state :
       {breaker_state::closed, breaker_state::open, breaker_state::half_open,
        breaker_state::forced_open, breaker_state::disabled,
        breaker_state::metrics_only}) {
    breaker_books x;
    x.state = state;
    x.places = 4;
    set(x);
    if (flaw(x) == nullptr)
      result += (result.empty() ? "" : " ") + std::string{to_string(state)};
  }
  return result;
}

} // namespace

TEST_SUITE_BEGIN("breaker parts: the books");

TEST_CASE("a breaker may be in every state with nothing else set") {
  CHECK(legal([](auto&) {})
        == "closed open half_open forced_open disabled metrics_only");
}

TEST_CASE("each thing that a breaker holds belongs to some states") {
  CHECK(legal([](auto& x) { x.ends = true; })
        == "open forced_open disabled metrics_only");
  CHECK(legal([](auto& x) { x.ends = x.first_stay = true; })
        == "closed open forced_open disabled metrics_only");
  CHECK(legal([](auto& x) { x.ends = x.trying = true; }) == "half_open");
  CHECK(legal([](auto& x) { x.has_error = true; })
        == "open half_open forced_open disabled metrics_only");
  CHECK(legal([](auto& x) { x.window.total = 1; }) == "closed metrics_only");
  CHECK(legal([](auto& x) { x.streak = 1; }) == "closed metrics_only");
  CHECK(legal([](auto& x) { x.overdue = 1; })
        == "closed half_open metrics_only");
  CHECK(legal([](auto& x) {
          x.taken = 1;
          x.trying = true;
        })
        == "half_open");
  CHECK(legal([](auto& x) { x.trying = true; }) == "half_open");
  CHECK(legal([](auto& x) { x.exceeded = true; }) == "metrics_only");
  CHECK(legal([](auto& x) { x.ordered = true; })
        == "closed open forced_open disabled metrics_only");
  CHECK(legal([](auto& x) { x.attempts = 1; })
        == "open half_open forced_open disabled metrics_only");
  CHECK(legal([](auto& x) {
          x.attempts = 1;
          x.keeps_attempts = true;
        })
        == "closed open half_open forced_open disabled metrics_only");
}

TEST_CASE("parts are no more than the whole") {
  CHECK(legal([](auto& x) { x.window = {2, 2, 2}; }) == "closed metrics_only");
  CHECK(legal([](auto& x) { x.window = {2, 3, 0}; }) == "");
  CHECK(legal([](auto& x) { x.window = {2, 0, 3}; }) == "");
  CHECK(legal([](auto& x) {
          x.trying = true;
          x.taken = 3;
          x.probes = {3, 1, 1};
        })
        == "half_open");
  CHECK(legal([](auto& x) {
          x.trying = true;
          x.taken = 3;
          x.probes = {4, 1, 1};
        })
        == "");
  CHECK(legal([](auto& x) {
          x.trying = true;
          x.taken = 3;
          x.probes = {1, 2, 0};
        })
        == "");
  CHECK(legal([](auto& x) {
          x.trying = true;
          x.taken = 5;
        })
        == "");
  CHECK(legal([](auto& x) { x.taken = 1; }) == "");
}

TEST_CASE("a breaker that has enough to move has moved") {
  CHECK(legal([](auto& x) { x.decided = true; })
        == "closed open forced_open disabled metrics_only");
  CHECK(legal([](auto& x) {
          x.streak = 5;
          x.failed_enough = true;
        })
        == "metrics_only");
}

TEST_SUITE_END();
