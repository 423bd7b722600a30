#include <vigil/detail/breaker/breaker_totals.hpp>

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using vigil::call_outcome;
using vigil::detail::breaker_totals;

TEST_SUITE_BEGIN("breaker parts: the totals");

TEST_CASE("each end that says nothing is counted as what it is") {
  breaker_totals x;
  x.stale();
  x.ended(call_outcome::ignored);
  x.ended(call_outcome::cancelled);
  x.ended(call_outcome::cancelled);
  for (int i = 0; i < 3; ++i)
    x.ended(call_outcome::abandoned);
  vigil::breaker_metrics m;
  x.put_in(m);
  CHECK(m.stale_results == 1);
  CHECK(m.ignored == 1);
  CHECK(m.cancelled == 2);
  CHECK(m.abandoned == 3);
  CHECK(m.refused == 0);
}

TEST_CASE("no refusal is lost between threads") {
  breaker_totals x;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&x] {
      for (int n = 0; n < 10'000; ++n)
        x.refused();
    });
  threads.clear();
  CHECK(x.all_refused() == 40'000);
}

TEST_SUITE_END();
