// Numbered children that have an id of their own already.
// expect: numbered children get their numbers as ids

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;

inline constexpr vigil::child_key<ward, "ward"> ward_key;

ward::behavior_type run_ward(ward::pointer) {
  return {[](const std::string&) {
    return 1.0;
  }};
}

auto good = vigil::pool("pool", 2, vigil::child("any", run_ward));

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::pool("pool", 2, vigil::child(ward_key, run_ward));
#endif
