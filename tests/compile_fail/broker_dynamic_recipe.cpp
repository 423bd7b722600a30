// A broker as children of a dynamic supervisor of one kind.
// expect: vigil: brokers are no children of a dynamic supervisor of one

#include <vigil/broker.hpp>
#include <vigil/vigil.hpp>

caf::behavior serve(caf::io::broker*);
caf::behavior work(caf::event_based_actor*);

auto good = vigil::dynamic_supervisor<caf::actor>("d", work);

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::dynamic_supervisor<caf::actor>("d", vigil::broker(serve));
#endif
