// Something that makes no child.
// expect: a child is made by an actor function or by a callable that

#include <vigil/vigil.hpp>

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child("a", 42);
#endif
