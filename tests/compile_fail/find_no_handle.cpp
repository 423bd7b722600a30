// Looks for something that no child can be.
// expect: find<Handle>(path) takes the type of a child's handle

#include <vigil/vigil.hpp>

auto good(const vigil::tree_ref& tree) {
  return tree.find<caf::actor>("a");
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const vigil::tree_ref& tree) {
  return tree.find<int>("a");
}
#endif
