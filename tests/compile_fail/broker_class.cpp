// A broker class that is given to `child` itself.
// expect: vigil::child(id, vigil::broker<T>(args...)), with

#include <vigil/broker.hpp>

class server : public caf::io::broker {
public:
  explicit server(caf::actor_config& cfg) : caf::io::broker(cfg) {
    // nop
  }
};

auto good = vigil::child("a", vigil::broker<server>());

#ifndef VIGIL_EXPECT_SUCCESS
auto bad = vigil::child<server>("a");
#endif
