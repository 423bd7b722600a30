// Arguments of a broker that are given to `child`.
// expect: vigil: give the arguments of a broker to vigil::broker(f,

#include <vigil/broker.hpp>

caf::behavior serve(caf::io::broker*);

auto good = vigil::child("a", vigil::broker(serve));

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child("a", vigil::broker(serve), 80);
#endif
