// A broker function as what a dynamic supervisor makes its children of.
// expect: vigil: a broker lives in CAF's middleman, and is no child of

#include <vigil/broker.hpp>
#include <vigil/vigil.hpp>

caf::behavior serve(caf::io::broker*);
caf::behavior work(caf::event_based_actor*);

auto good = vigil::dynamic_supervisor<caf::actor>("d", work);

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::dynamic_supervisor<caf::actor>("d", serve);
#endif
