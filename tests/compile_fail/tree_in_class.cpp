// A class-based child with a reference to its own tree.
// expect: vigil: a child must not hold a tree_ref or supervisor_ref

#include <vigil/vigil.hpp>

class worker : public caf::event_based_actor {
public:
  worker(caf::actor_config& cfg, int);
  worker(caf::actor_config& cfg, std::optional<vigil::tree_ref>);
};

auto good = vigil::child<worker>("a", 1);

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(std::optional<vigil::tree_ref> tree) {
  return vigil::child<worker>("a", tree);
}
#endif
