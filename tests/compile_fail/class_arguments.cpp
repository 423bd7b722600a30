// A class that cannot be made of these arguments.
// expect: the actor class cannot be constructed from these arguments

#include <vigil/vigil.hpp>

class door : public caf::event_based_actor {
public:
  door(caf::actor_config& cfg, int) : caf::event_based_actor(cfg) {
    // nop
  }
};

auto good = vigil::child<door>("a", 1);

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child<door>("a", std::string{"one"});
#endif
