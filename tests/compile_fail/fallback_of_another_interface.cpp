// Falls back to an actor that does not understand what the target does.
// expect: a fallback has to understand all that the target understands

#include <vigil/guard.hpp>

using numbers = vigil::typed_actor<caf::result<int>(int)>;
using texts = vigil::typed_actor<caf::result<int>(std::string)>;

auto good(const numbers& x, const numbers& other) {
  return vigil::guard(x).fallback(other);
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const numbers& x, const texts& other) {
  return vigil::guard(x).fallback(other);
}
#endif
