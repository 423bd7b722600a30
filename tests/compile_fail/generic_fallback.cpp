// Falls back to a handler whose parameters nobody knows.
// expect: handlers with known parameters

#include <vigil/guard.hpp>

using numbers = vigil::typed_actor<caf::result<int>(int)>;

auto good(const numbers& x) {
  return vigil::guard("b", x).fallback([](int n) { return n; });
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const numbers& x) {
  return vigil::guard("b", x).fallback([](auto n) { return n; });
}
#endif
