// Sends a start_child of something that describes no child.
// expect: vigil: start_child takes what vigil::child(...) or

#include <vigil/vigil.hpp>

#ifndef VIGIL_EXPECT_SUCCESS
vigil::call::start_child bad{42};
#endif
