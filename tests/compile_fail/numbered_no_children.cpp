// Partitions that are nothing, and a pool of supervisors.
// expect: partitions are described by what vigil::child(...) or
// expect: the workers of a pool are described by what vigil::child(...) makes

#include <vigil/vigil.hpp>

#ifndef VIGIL_EXPECT_SUCCESS
auto numbers = vigil::partition_supervisor("parts", 42);
auto supervisors = vigil::pool("pool", 2, vigil::supervisor("any"));
#endif
