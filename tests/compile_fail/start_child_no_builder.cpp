// Starts something that describes no child.
// expect: vigil: start_child takes what vigil::child(...) or

#include <vigil/vigil.hpp>

caf::behavior run(caf::event_based_actor*) {
  return {[](int) {
  }};
}

#ifndef VIGIL_EXPECT_SUCCESS
void bad(const vigil::tree_ref& tree) {
  tree.start_child(run);
}
#endif
