// Starts an id and a function, and not what vigil::child makes of them.
// expect: write start_child(vigil::child(id, f))

#include <vigil/vigil.hpp>

caf::behavior run(caf::event_based_actor*) {
  return {[](int) {
  }};
}

void good(const vigil::tree_ref& tree) {
  (void)tree.start_child(vigil::child("x", run), std::chrono::seconds{1});
}

#ifndef VIGIL_EXPECT_SUCCESS
void bad(const vigil::tree_ref& tree) {
  tree.start_child("x", run);
}
#endif
