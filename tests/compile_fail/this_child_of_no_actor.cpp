// Asks something that is no actor.
// expect: this_child takes the self pointer of a CAF actor

#include <vigil/vigil.hpp>

struct state {};

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(state* self) {
  return vigil::this_child(self).id();
}
#endif
