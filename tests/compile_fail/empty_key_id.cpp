// A key without an id.
// expect: a child_key needs an id

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;

inline constexpr vigil::child_key<ward, "ward"> ward_key;

ward::behavior_type run_ward(ward::pointer) {
  return {[](const std::string&) {
    return 1.0;
  }};
}

#ifndef VIGIL_EXPECT_SUCCESS
inline constexpr vigil::child_key<ward, ""> bad;
#endif
