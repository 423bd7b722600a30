// A look-up of a child that nobody built.
// expect: this key is not in the tree: no child was built with it

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;

inline constexpr vigil::child_key<ward, "ward"> ward_key;

ward::behavior_type run_ward(ward::pointer) {
  return {[](const std::string&) {
    return 1.0;
  }};
}

inline constexpr vigil::child_key<ward, "other"> other_key;

auto start(caf::actor_system& sys) {
  return vigil::supervisor("root")
    .child(vigil::child(ward_key, run_ward))
    .start(sys);
}

#ifndef VIGIL_EXPECT_SUCCESS
ward look_up(caf::actor_system& sys) {
  return start(sys).value()[other_key];
}
#endif
