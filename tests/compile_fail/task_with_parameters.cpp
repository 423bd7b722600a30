// The function of a task has nobody to give it arguments.
// expect: vigil: a task is a callable without parameters

#include <vigil/vigil.hpp>

auto good(const vigil::tasks_ref& x) {
  return x.async_nolink([] { return 1; });
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const vigil::tasks_ref& x) {
  return x.async_nolink([](int y) { return y; });
}
#endif
