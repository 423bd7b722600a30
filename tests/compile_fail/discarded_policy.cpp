// Changes a policy and throws the result away.
// expect: ignoring return value
// flags: -Werror=unused-result

#include <vigil/breaker_policy.hpp>

auto good(const vigil::breaker_policy& x) {
  return x.probes(3);
}

#ifndef VIGIL_EXPECT_SUCCESS
void bad(const vigil::breaker_policy& x) {
  x.probes(3);
}
#endif
