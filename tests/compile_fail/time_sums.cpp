// What stands in the library adds no times by itself: sums stop at the ends of
// the clock.
// expect: vigil: this sum can overflow; use detail::time_after
// expect: vigil: this sum can overflow; use detail::time_before
// expect: vigil: this sum can overflow; use detail::time_between

#include "../../lib/pch/no_time_sums.hpp"

#include <vigil/detail/base/due.hpp>

namespace vigil::detail {

auto good(time_point at, duration d) {
  return time_between(time_before(at, d), time_after(at, d));
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(time_point at, duration d) {
  return at + d + (d + at - std::chrono::hours{1} - at);
}
#endif

} // namespace vigil::detail
