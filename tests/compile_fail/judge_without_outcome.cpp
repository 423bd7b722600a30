// Judges a value with something that is no outcome of a call.
// expect: judge<T>(f) takes a function from const T& to vigil::call_outcome

#include <vigil/circuit_breaker.hpp>

auto good(const caf::actor& x) {
  return vigil::circuit_breaker("b", x).judge<int>(
    [](const int&) { return vigil::call_outcome::slow; });
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const caf::actor& x) {
  return vigil::circuit_breaker("b", x).judge<int>(
    [](const int& n) { return n > 0; });
}
#endif
