// Two children of one supervisor have the same key.
// expect: two children of one supervisor have the same key id: give each

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;

inline constexpr vigil::child_key<ward, "ward"> ward_key;

ward::behavior_type run_ward(ward::pointer) {
  return {[](const std::string&) {
    return 1.0;
  }};
}

#ifndef VIGIL_EXPECT_SUCCESS
auto root = vigil::supervisor("root")
              .child(vigil::child(ward_key, run_ward))
              .child(vigil::child(ward_key, run_ward));
#endif
