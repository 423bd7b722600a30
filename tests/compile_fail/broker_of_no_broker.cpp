// An ordinary actor function that is given to `broker`.
// expect: vigil::broker takes a function whose self pointer is a

#include <vigil/broker.hpp>

caf::behavior work(caf::event_based_actor*);

auto good = vigil::child("a", work);

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::broker(work);
#endif
