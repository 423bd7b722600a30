// A class that is no actor.
// expect: vigil::child<T> makes actors of class T: derive T from one

#include <vigil/vigil.hpp>

struct door {};

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child<door>("a");
#endif
