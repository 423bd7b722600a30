// Arguments for a callable that returns a handle.
// expect: takes no arguments beside a caf::actor_system&; capture them

#include <vigil/vigil.hpp>

caf::actor make(caf::actor_system&, int);

auto good
  = vigil::child("a", [](caf::actor_system& sys) { return make(sys, 1); });

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child("a", make, 1);
#endif
