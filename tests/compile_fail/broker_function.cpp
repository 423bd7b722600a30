// A broker function that is given to `child` itself.
// expect: vigil: a broker lives in CAF's middleman: write

#include <vigil/broker.hpp>

caf::behavior serve(caf::io::broker*, int);

auto good = vigil::child("a", vigil::broker(serve, 80));

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child("a", serve, 80);
#endif
