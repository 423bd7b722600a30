// A child that is started later, with the reference that starts it.
// expect: vigil: a child must not hold a tree_ref or supervisor_ref

#include <vigil/vigil.hpp>

template <class... Ts>
caf::behavior run(caf::event_based_actor*, Ts...) {
  return {[](int) {
  }};
}

auto good(const vigil::tree_ref& tree) {
  return tree.start_child(vigil::child("a", run<int>, 1));
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const vigil::tree_ref& tree) {
  return tree.start_child(vigil::child("a", run<vigil::tree_ref>, tree));
}
#endif
