// The workers of a pool, by what binds the reference.
// expect: vigil: a child must not hold a tree_ref or supervisor_ref

#include <vigil/vigil.hpp>

template <class... Ts>
caf::behavior run(caf::event_based_actor*, Ts...) {
  return {[](int) {
  }};
}

inline auto plain = [](std::size_t) {
  return vigil::child("a", run<int>, 1);
};
auto good = vigil::pool("p", 2, plain);

#ifndef VIGIL_EXPECT_SUCCESS
auto make(const vigil::tree_ref&, std::size_t) {
  return vigil::child("a", run<int>, 1);
}

auto bad(const vigil::tree_ref& tree) {
  return vigil::pool("p", 2, std::bind_front(make, tree));
}
#endif
