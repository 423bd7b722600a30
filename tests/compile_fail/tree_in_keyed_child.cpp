// The same for a child with a key, and for the typed reference.
// expect: vigil: a child must not hold a tree_ref or supervisor_ref

#include <vigil/vigil.hpp>

template <class... Ts>
caf::behavior run(caf::event_based_actor*, Ts...) {
  return {[](int) {
  }};
}

inline constexpr vigil::child_key<caf::actor, "a"> a_key;
auto good = vigil::child(a_key, run<int>, 1);
using tree_type
  = vigil::supervisor_ref<decltype(vigil::supervisor("top").child(good))::keys>;

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const tree_type& tree) {
  return vigil::child(a_key, run<tree_type>, tree);
}
#endif
