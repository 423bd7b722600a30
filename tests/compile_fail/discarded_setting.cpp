// A setting returns a changed copy; it changes nothing.
// expect: ignoring return value
// flags: -Werror=unused-result

#include <vigil/vigil.hpp>

auto child = vigil::child("a", [](caf::event_based_actor*) {});

#ifndef VIGIL_EXPECT_SUCCESS
void bad() {
  child.transient();
}
#endif
