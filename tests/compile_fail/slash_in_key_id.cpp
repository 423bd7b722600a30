// A key whose id would be a path.
// expect: the id of a child_key must not hold a '/'

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;

inline constexpr vigil::child_key<ward, "ward"> ward_key;

ward::behavior_type run_ward(ward::pointer) {
  return {[](const std::string&) {
    return 1.0;
  }};
}

#ifndef VIGIL_EXPECT_SUCCESS
inline constexpr vigil::child_key<ward, "a/b"> bad;
#endif
