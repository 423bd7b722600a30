// A broker class that is given to `child` itself.
// expect: vigil::child(id, vigil::broker<T>(args...)), with

#include <vigil/broker.hpp>

class server : public caf::io::broker {
public:
  using caf::io::broker::broker;
};

auto good = vigil::child("a", vigil::broker<server>());

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child<server>("a");
#endif
