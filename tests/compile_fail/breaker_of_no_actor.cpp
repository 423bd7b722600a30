// Guards what is no actor.
// expect: circuit_breaker(name, target, policy) takes the handle of an actor

#include <vigil/circuit_breaker.hpp>

auto good(const caf::actor& x) {
  return vigil::circuit_breaker("b", x);
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad() {
  return vigil::circuit_breaker("b", 42);
}
#endif
