// A range of children that carry a key.
// expect: children(range) is for ids known at run time

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;

inline constexpr vigil::child_key<ward, "ward"> ward_key;

ward::behavior_type run_ward(ward::pointer) {
  return {[](const std::string&) {
    return 1.0;
  }};
}

std::vector children{vigil::child(ward_key, run_ward)};

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::supervisor("root").children(children);
#endif
