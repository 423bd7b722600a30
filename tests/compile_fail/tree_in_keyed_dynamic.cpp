// Nor that of a dynamic child with a key.
// expect: vigil: a child must not hold a tree_ref or supervisor_ref

#include <vigil/vigil.hpp>

template <class... Ts>
caf::behavior run(caf::event_based_actor*, Ts...) {
  return {[](int) {
  }};
}

inline constexpr vigil::child_key<
  vigil::keyed_dynamic_ref<int, caf::actor, int>, "a">
  good_key;
auto good = vigil::dynamic_supervisor(good_key, run<int>);

#ifndef VIGIL_EXPECT_SUCCESS
inline constexpr vigil::child_key<
  vigil::keyed_dynamic_ref<int, caf::actor, std::vector<vigil::tree_ref>>, "a">
  bad_key;
auto bad
  = vigil::dynamic_supervisor(bad_key, run<std::vector<vigil::tree_ref>>);
#endif
