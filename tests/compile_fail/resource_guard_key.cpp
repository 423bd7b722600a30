// The key of a resource guard is of its interface.
// expect: the key of a resource guard is a child_key<

#include <vigil/vigil.hpp>

inline constexpr vigil::child_key<vigil::resource_guard_handle, "guard">
  good_key;
inline constexpr vigil::child_key<caf::actor, "guard"> bad_key;

auto good = vigil::resource_guard(good_key);

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::resource_guard(bad_key);
#endif
