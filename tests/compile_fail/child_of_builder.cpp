// Makes a child of what is one already.
// expect: a builder is a child as it is, with an id of its own

#include <vigil/vigil.hpp>

auto good = vigil::supervisor("s").child(vigil::dynamic_supervisor("x"));

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child("x", vigil::dynamic_supervisor("x"));
#endif
