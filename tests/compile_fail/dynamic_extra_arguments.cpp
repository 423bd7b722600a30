// Fixed arguments that do not fit the actor function of a dynamic supervisor.
// expect: cannot be called with the extra arguments

#include <vigil/vigil.hpp>

caf::behavior run(caf::event_based_actor*, std::string, int) {
  return {[](int) {
  }};
}

auto good = vigil::dynamic_supervisor<caf::actor, int>("a", run, std::string{});

#ifndef VIGIL_EXPECT_SUCCESS
auto none = vigil::dynamic_supervisor<caf::actor, int>("a", run);
#endif
