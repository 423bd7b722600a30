// Who gets a typed name does what the name promises.
// expect: vigil: the owner does not fit the key
// expect: vigil: a registry holds handles of actors

#include <vigil/vigil.hpp>

using numbers = vigil::typed_actor<caf::result<int>(int)>;
using both = vigil::typed_actor<caf::result<int>(int),
                                caf::result<std::string>(std::string)>;

inline constexpr vigil::child_key<numbers, "numbers"> numbers_key;
inline constexpr vigil::child_key<both, "both"> both_key;

void fits(const vigil::registry& names, const both& x) {
  static_cast<void>(names.register_name(numbers_key, x));
}

#ifndef VIGIL_EXPECT_SUCCESS
void too_little(const vigil::registry& names, const numbers& x) {
  static_cast<void>(names.register_name(both_key, x));
  static_cast<void>(names.whereis<int>("x"));
}
#endif
