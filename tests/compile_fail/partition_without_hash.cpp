// Chooses a partition by something that has no hash.
// expect: the key of a partition is an integer, text, or of a type that has

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;

struct point {
  int x;
  int y;
};

auto good(const vigil::partitions_ref<ward>& x) {
  return x.at("text");
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad(const vigil::partitions_ref<ward>& x) {
  return x.at(point{1, 2});
}
#endif
