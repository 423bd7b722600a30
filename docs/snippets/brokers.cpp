// The code that docs/brokers.md quotes, as one program.

#include <vigil/broker.hpp>
#include <vigil/vigil.hpp>

#include <cstdint>
#include <iostream>
#include <memory>

namespace {

// doc: server
/// Sends back what comes.
caf::behavior echo(caf::io::broker* self, std::uint16_t port) {
  const auto opened = self->add_tcp_doorman(port, "127.0.0.1", true);
  if (!opened)
    vigil::this_child(self).fail("the port is taken");
  return vigil::behavior(
    self,
    [self](const caf::io::new_connection_msg& x) {
      self->configure_read(x.handle, caf::io::receive_policy::at_most(1024));
    },
    [self](const caf::io::new_data_msg& x) -> vigil::outcome<void> {
      if (x.buf.front() == '\0')
        return vigil::fault("that is no text");
      self->write(x.handle, x.buf.size(), x.buf.data());
      self->flush(x.handle);
      return vigil::success();
    },
    [](const caf::io::connection_closed_msg&) {});
}
// doc: end

auto tree(std::uint16_t port) {
  // doc: child
  return vigil::supervisor("service").child(
    vigil::child("echo", vigil::broker(echo, port)));
  // doc: end
}

caf::behavior plain(caf::io::broker*) {
  return {[](const caf::io::new_connection_msg&) {
  }};
}

auto made_by_caf(std::uint16_t port) {
  // doc: callable
  return vigil::child("server", [port](caf::actor_system& sys) {
    return sys.middleman().spawn_server(plain, port);
  });
  // doc: end
}

} // namespace

int main() {
  // doc: middleman
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};
  // doc: end
  auto started = tree(0).start(system);
  auto other = vigil::supervisor("other").child(made_by_caf(0)).start(system);
  if (!started || !other) {
    std::cerr << "no start\n";
    return 1;
  }
  return started->stop() && other->stop() ? 0 : 1;
}
