// Nor an argument that all dynamic children have in common.
// expect: vigil: a child must not hold a tree_ref or supervisor_ref

#include <vigil/vigil.hpp>

template <class... Ts>
caf::behavior run(caf::event_based_actor*, Ts...) {
  return {[](int) {
  }};
}

auto good = vigil::dynamic_supervisor<caf::actor>("a", run<int>, 1);

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const vigil::tree_ref& tree) {
  return vigil::dynamic_supervisor<caf::actor>("a", run<vigil::tree_ref>, tree);
}
#endif
