// Asks workers for a load that they do not tell.
// expect: least_loaded() needs partitions that tell their load

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;

auto good(const vigil::partitions_ref<vigil::dynamic_ref<ward>>& x) {
  return x.least_loaded();
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const vigil::partitions_ref<ward>& x) {
  return x.least_loaded();
}
#endif
