// A probe is a message that the child has a handler for.
// expect: a probe is a message that the child's interface has a handler for

#include <vigil/vigil.hpp>

using namespace std::chrono_literals;

using echo = vigil::typed_actor<caf::result<int>(int)>;

echo::behavior_type make(echo::pointer) {
  return {[](int x) {
    return x;
  }};
}

auto child = vigil::child("a", make).health_check(10s);

auto good = child.probe(42);

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = child.probe("forty-two");
#endif
