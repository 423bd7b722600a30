// A key that cannot be looked up.
// expect: needs std::hash, == and copies

#include <vigil/vigil.hpp>

struct point {
  int x;
};

caf::behavior run(caf::event_based_actor*) {
  return {[](int) {
  }};
}

auto some = vigil::dynamic_supervisor<caf::actor>("a", run);

auto good = some.keyed<int>();

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = some.keyed<point>();
#endif
