// A key of a worker for a supervisor.
// expect: the key of a supervisor is a child_key<vigil::supervisor_handle, ...>

#include <vigil/vigil.hpp>

using ward = vigil::typed_actor<caf::result<double>(std::string)>;

inline constexpr vigil::child_key<ward, "ward"> ward_key;

ward::behavior_type run_ward(ward::pointer) {
  return {[](const std::string&) {
    return 1.0;
  }};
}

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::supervisor(ward_key);
#endif
