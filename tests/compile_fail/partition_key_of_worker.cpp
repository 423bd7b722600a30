// The key of one worker for all partitions.
// expect: the key of a partition supervisor is a

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;

inline constexpr vigil::child_key<vigil::partitions_ref<ward>, "parts">
  parts_key;
inline constexpr vigil::child_key<ward, "ward"> ward_key;

ward::behavior_type run_ward(ward::pointer) {
  return {[](const std::string&) {
    return 1.0;
  }};
}

auto good
  = vigil::partition_supervisor(parts_key, vigil::child("any", run_ward));

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::partition_supervisor(ward_key, vigil::child("any", run_ward));
#endif
