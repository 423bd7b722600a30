// A number is not many items.
// expect: vigil: the input of async_stream is a range

#include <vigil/vigil.hpp>

#include <vector>

auto square = [](int x) {
  return x * x;
};

auto good(const vigil::tasks_ref& x) {
  return x.async_stream(std::vector{1, 2}, square);
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const vigil::tasks_ref& x) {
  return x.async_stream(3, square);
}
#endif
