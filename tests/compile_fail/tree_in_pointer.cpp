// A shared pointer keeps a tree as well as a copy does.
// expect: vigil: a child must not hold a tree_ref or supervisor_ref

#include <vigil/vigil.hpp>

template <class... Ts>
caf::behavior run(caf::event_based_actor*, Ts...) {
  return {[](int) {
  }};
}

auto good = vigil::child("a", run<std::weak_ptr<vigil::tree_ref>>,
                         std::weak_ptr<vigil::tree_ref>{});

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(std::shared_ptr<vigil::tree_ref> tree) {
  return vigil::child("a", run<std::shared_ptr<vigil::tree_ref>>, tree);
}
#endif
