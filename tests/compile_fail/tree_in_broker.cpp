// A broker that gets a reference to its own tree.
// expect: vigil: a child must not hold a tree_ref or supervisor_ref

#include <vigil/broker.hpp>
#include <vigil/vigil.hpp>

caf::behavior serve(caf::io::broker*, const vigil::tree_ref*);

auto good(const vigil::tree_ref* tree) {
  return vigil::child("a", vigil::broker(serve, tree));
}

#ifndef VIGIL_EXPECT_SUCCESS
caf::behavior hold(caf::io::broker*, const vigil::tree_ref&);

auto bad(const vigil::tree_ref& tree) {
  return vigil::child("a", vigil::broker(hold, tree));
}
#endif
