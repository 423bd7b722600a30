// A factory makes actors of the interface that its key promises.
// expect: vigil: the factory does not fit its key
// expect: vigil: the class does not fit its key

#include <vigil/vigil.hpp>

using numbers = vigil::typed_actor<caf::result<int>(int)>;
using both = vigil::typed_actor<caf::result<int>(int),
                                caf::result<std::string>(std::string)>;

inline constexpr vigil::child_key<numbers, "numbers"> numbers_key;
inline constexpr vigil::child_key<both, "both"> both_key;

numbers::behavior_type echo(numbers::pointer self) {
  return vigil::behavior(self, [](int x) { return x; });
}

class untyped : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;
};

// An actor may understand more than its key says.
auto fits
  = vigil::child(numbers_key, [](caf::actor_system&) { return both{}; });

// doc: guard
#ifndef VIGIL_EXPECT_SUCCESS
auto too_little = vigil::child(both_key, echo);
auto no_interface = vigil::child<untyped>(numbers_key);
#endif
// doc: end
