// The argument of a dynamic child must not be a reference to its tree.
// expect: vigil: a child must not hold a tree_ref or supervisor_ref

#include <vigil/vigil.hpp>

template <class... Ts>
caf::behavior run(caf::event_based_actor*, Ts...) {
  return {[](int) {
  }};
}

auto good = vigil::dynamic_supervisor<caf::actor, int>("a", run<int>);

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::dynamic_supervisor<caf::actor, vigil::tree_ref>(
  "a", run<vigil::tree_ref>);
#endif
