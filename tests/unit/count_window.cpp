#include "breaker_parts.hpp"

#include <vigil/detail/breaker/count_window.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <random>

using namespace breaker_parts;
using vigil::detail::call_mark;
using vigil::detail::call_tally;
using vigil::detail::count_window;

TEST_SUITE_BEGIN("breaker parts: a count window");

TEST_CASE("a count window is right in each stay, whatever was before") {
  std::mt19937_64 random{12};
  for (const std::uint32_t size : {1U, 2U, 7U, 100U, 16'383U}) {
    count_window x{size};
    std::deque<call_mark> model;
    for (const auto generation : ends()) {
      x.begin(generation);
      model.clear();
      REQUIRE(x.read(generation) == call_tally{});
      REQUIRE_FALSE(x.record(generation + 1, {true, true}));
      REQUIRE_FALSE(x.record(generation - 1, {true, true}));
      const auto n = random() % 300;
      for (std::uint64_t i = 0; i < n; ++i) {
        const call_mark mark{random() % 3 == 0, random() % 4 == 0};
        model.push_back(mark);
        if (model.size() > size)
          model.pop_front();
        call_tally wanted{model.size(), 0, 0};
        for (const auto& m : model) {
          wanted.failed += m.failed ? 1U : 0U;
          wanted.slow += m.slow ? 1U : 0U;
        }
        REQUIRE(x.record(generation, mark) == wanted);
      }
    }
  }
}

TEST_SUITE_END();
