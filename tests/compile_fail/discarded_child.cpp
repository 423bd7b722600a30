// Adding a child returns a changed copy, too.
// expect: ignoring return value
// flags: -Werror=unused-result

#include <vigil/vigil.hpp>

auto child = vigil::child("a", [](caf::event_based_actor*) {});
auto root = vigil::supervisor("root");

#ifndef VIGIL_EXPECT_SUCCESS
void bad() {
  root.child(child);
}
#endif
