// A typed broker function that is given to `child` itself.
// expect: vigil: a broker lives in CAF's middleman: write

#include <vigil/broker.hpp>

using server = vigil::typed_actor<caf::result<int>(int)>;

server::behavior_type serve(server::broker_pointer);

auto good = vigil::child("a", vigil::broker(serve));

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child("a", serve);
#endif
