// Partitions and workers that do not fit their keys.
// expect: the partitions do not fit their key
// expect: the workers do not fit the key of their pool

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;
using bell = vigil::typed_actor<caf::result<void>(int)>;

inline constexpr vigil::child_key<vigil::partitions_ref<bell>, "parts">
  parts_key;
inline constexpr vigil::child_key<bell, "pool"> pool_key;

ward::behavior_type run_ward(ward::pointer) {
  return {[](const std::string&) {
    return 1.0;
  }};
}

#ifndef VIGIL_EXPECT_SUCCESS
auto parts
  = vigil::partition_supervisor(parts_key, vigil::child("any", run_ward));
auto pool = vigil::pool(pool_key, 2, vigil::child("any", run_ward));
#endif
