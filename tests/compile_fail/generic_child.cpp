// A generic lambda does not say what it makes.
// expect: give the parameters of a generic lambda their types

#include <vigil/vigil.hpp>

auto good = vigil::child("a", [](caf::event_based_actor*) {});

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child("a", [](auto*) {});
#endif
