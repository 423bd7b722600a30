// Guards what is no actor.
// expect: guard(target) takes the handle of an actor

#include <vigil/guard.hpp>

auto good(const caf::actor& x) {
  return vigil::guard(x);
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad() {
  return vigil::guard(42);
}
#endif
