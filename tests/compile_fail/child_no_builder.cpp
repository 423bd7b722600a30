// Adds an actor function without an id.
// expect: vigil: child(...) of a supervisor takes what vigil::child(...)

#include <vigil/vigil.hpp>

caf::behavior run(caf::event_based_actor*) {
  return {[](int) {
  }};
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::supervisor("root").child(run);
#endif
