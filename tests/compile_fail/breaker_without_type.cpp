// Judges values without saying of which type.
// expect: write breaker<T>(policy, judge)
// expect: write retry<T>(policy, good)

#include <vigil/guard.hpp>

vigil::call_outcome judge(const int&) {
  return vigil::call_outcome::slow;
}

bool is_good(const int& x) {
  return x > 0;
}

auto good(const caf::actor& x) {
  return vigil::guard("b", x).breaker<int>({}, judge).retry<int>({}, is_good);
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const caf::actor& x) {
  return vigil::guard("b", x).breaker({}, judge);
}

auto bad_retry(const caf::actor& x) {
  return vigil::guard("b", x).retry({}, is_good);
}
#endif
