// Falls back to a handler that takes what the target does not.
// expect: a handler of a fallback takes what the target does not understand

#include <vigil/guard.hpp>

using numbers = vigil::typed_actor<caf::result<int>(int)>;

auto good(const numbers& x) {
  return vigil::guard("b", x).fallback([](const int& n) { return n; });
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const numbers& x) {
  return vigil::guard("b", x).fallback([](const std::string&) { return 1; });
}
#endif
