// A class that vigil cannot derive from.
// expect: a supervised class must not be final

#include <vigil/vigil.hpp>

class door final : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;
};

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child<door>("a");
#endif
