#include "breaker_parts.hpp"

#include <vigil/detail/breaker/lease_table.hpp>

#include <doctest/doctest.h>

using namespace breaker_parts;
using vigil::detail::lease_id;
using vigil::detail::lease_table;

TEST_SUITE_BEGIN("breaker parts: the leases");

TEST_CASE("a lease that was taken back is nobody else's, however late") {
  for (const unsigned bits : {8U, 16U, 31U, 32U, 33U, 48U, 61U})
    for (std::uint64_t i = 0; i < 3; ++i) {
      CAPTURE(bits);
      const auto turn = (std::uint64_t{1} << bits) - 1 + i;
      lease_table x{1, turn};
      const auto old = x.take(1, t0);
      CHECK(old.turn == turn);
      CHECK(x.release(old) == lease_table::ending::released);
      const auto next = x.take(2, t0);
      CHECK(x.release(old) == lease_table::ending::gone);
      CHECK(x.release({turn - (std::uint64_t{1} << bits) + 1, 0})
            == lease_table::ending::gone);
      CHECK_FALSE(x.mark_late(old));
      CHECK(x.mark_late(next));
      CHECK(x.used() == 1);
      CHECK(x.release(next) == lease_table::ending::released_late);
    }
}

TEST_CASE("a lease table shows what is under way, and knows when it is full") {
  lease_table x{2};
  const auto one = x.take(1, t0);
  const auto two = x.take(2, t0 + 1s);
  CHECK(x.take(3, t0).place == lease_id::none);
  CHECK(x.mark_late(two));
  CHECK(x.release(one) == lease_table::ending::released);
  int seen = 0;
  x.for_each([&](const lease_table::view& y) {
    ++seen;
    CHECK(y.generation == 2);
    CHECK(y.since == t0 + 1s);
    CHECK(y.late);
    CHECK(y.id.place == two.place);
  });
  CHECK(seen == 1);
}

TEST_SUITE_END();
