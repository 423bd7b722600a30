// A dynamic supervisor of which nobody knows what its children take.
// expect: write dynamic_supervisor<Handle, Args...>(id, f, extra...)

#include <vigil/vigil.hpp>

caf::behavior run(caf::event_based_actor*, std::string, int) {
  return {[](int) {
  }};
}

auto good = vigil::dynamic_supervisor<caf::actor, int>("s", run, std::string{});

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = (vigil::dynamic_supervisor("s", run, std::string{}), 0);
#endif
