// A generic lambda does not say what it handles.
// expect: give the parameters of a generic lambda their types

#include <vigil/vigil.hpp>

caf::behavior good(caf::event_based_actor* self) {
  return vigil::behavior(self, [](int) {});
}

#ifndef VIGIL_EXPECT_SUCCESS
caf::behavior bad(caf::event_based_actor* self) {
  return vigil::behavior(self, [](auto) {});
}
#endif
