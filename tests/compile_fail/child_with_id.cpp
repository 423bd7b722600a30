// Gives a supervisor an id and a function, and not what vigil::child makes.
// expect: as in child(vigil::child(id, f))

#include <vigil/vigil.hpp>

caf::behavior run(caf::event_based_actor*) {
  return {[](int) {
  }};
}

auto good = vigil::supervisor("s").child(vigil::child("x", run));

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::supervisor("s").child("x", run);
#endif
