// Runs something that is no tree.
// expect: run takes what vigil::supervisor(...) makes

#include <vigil/vigil.hpp>

auto child = vigil::child("a", [](caf::event_based_actor*) {});

#ifndef VIGIL_EXPECT_SUCCESS
int bad(int argc, char** argv) {
  return vigil::run(argc, argv, child);
}
#endif
