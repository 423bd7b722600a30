// A task that binds a reference to its own tree.
// expect: vigil: a child must not hold a tree_ref or supervisor_ref

#include <vigil/vigil.hpp>

int work(const vigil::tree_ref*);

auto good(const vigil::tasks_ref& x, const vigil::tree_ref* tree) {
  return x.async_nolink(std::bind_front(work, tree));
}

#ifndef VIGIL_EXPECT_SUCCESS
int hold(const vigil::tree_ref&);

auto bad(const vigil::tasks_ref& x, const vigil::tree_ref& tree) {
  return x.async_nolink(std::bind_front(hold, tree));
}
#endif
