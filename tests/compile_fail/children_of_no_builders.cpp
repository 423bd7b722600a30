// A range of something else.
// expect: vigil: children(range) takes a range of what vigil::child(...)

#include <vigil/vigil.hpp>

std::vector<int> numbers{1, 2};

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::supervisor("root").children(numbers);
#endif
