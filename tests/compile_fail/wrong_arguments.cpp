// An actor function that does not take these arguments.
// expect: the actor function cannot be called with these arguments

#include <vigil/vigil.hpp>

caf::behavior run(caf::event_based_actor*, int) {
  return {[](int) {
  }};
}

auto good = vigil::child("a", run, 1);

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child("a", run, std::string{"one"});
#endif
