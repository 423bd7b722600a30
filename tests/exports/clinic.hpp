#pragma once

#include <vigil/vigil.hpp>

#include <stdexcept>
#include <string>

// What a program and its plug-in have in common. The plug-in builds the tree,
// the program starts it and looks its children up; both are compiled with
// -fvisibility=hidden, so neither sees the other's types.

/// Replies `n + 1`; 0 is a fault, a negative number is an exception.
using ward = vigil::typed_actor<caf::result<int>(int)>;

inline constexpr vigil::child_key<ward, "ward"> ward_key;
inline constexpr vigil::child_key<ward, "class"> class_key;
inline constexpr vigil::child_key<vigil::dynamic_ref<ward, int>, "beds">
  beds_key;
inline constexpr vigil::child_key<vigil::keyed_dynamic_ref<std::string, ward>,
                                  "names">
  names_key;
inline constexpr vigil::child_key<vigil::partitions_ref<ward>, "shards">
  shards_key;
inline constexpr vigil::child_key<ward, "pool"> pool_key;
inline constexpr vigil::child_key<vigil::tasks_ref, "tasks"> tasks_key;
inline constexpr vigil::child_key<vigil::supervisor_handle, "wing"> wing_key;
inline constexpr vigil::child_key<ward, "deep"> deep_key;

template <const auto&... Keys>
using keys = vigil::key_list<std::remove_cvref_t<decltype(Keys)>...>;

using clinic
  = vigil::supervisor_builder<keys<ward_key, class_key, beds_key, names_key,
                                   shards_key, pool_key, tasks_key, wing_key>,
                              keys<deep_key>>;

/// A tree whose only child fails in another way each time.
enum class trouble { failure, exception };

/// What the plug-in offers; its one exported symbol, `offers`, is of this type.
struct plug_in {
  clinic (*tree)();
  vigil::supervisor_builder<> (*broken)(trouble);
  /// Reads the value of a result that has none.
  void (*misread)();
};
