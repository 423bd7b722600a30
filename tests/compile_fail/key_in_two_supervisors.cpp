// A look-up that could mean two children.
// expect: this key is in more than one supervisor of the tree: use

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;

inline constexpr vigil::child_key<ward, "ward"> ward_key;

ward::behavior_type run_ward(ward::pointer) {
  return {[](const std::string&) {
    return 1.0;
  }};
}

auto start(caf::actor_system& sys) {
  auto child = vigil::child(ward_key, run_ward);
  return vigil::supervisor("root")
    .child(vigil::supervisor("left").child(child))
    .child(vigil::supervisor("right").child(child))
    .start(sys);
}

#ifndef VIGIL_EXPECT_SUCCESS
ward look_up(caf::actor_system& sys) {
  return start(sys).value()[ward_key];
}
#endif
