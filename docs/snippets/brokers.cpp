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
      if (static_cast<char>(x.buf.front()) == '\0')
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

// doc: datagrams
/// Sends back what comes.
caf::behavior echo_datagrams(caf::io::broker* self, std::uint16_t port) {
  auto opened = self->backend().new_local_udp_endpoint(port, "127.0.0.1");
  if (opened) {
    self->add_datagram_servant(*opened);
    self->add_hdl_for_datagram_servant(*opened, (*opened)->hdl());
  } else {
    vigil::this_child(self).fail("the port is taken");
  }
  return vigil::behavior(self, [self](const caf::io::new_datagram_msg& x) {
    self->write(x.handle, x.buf.size(), x.buf.data());
    self->flush(x.handle);
  });
}
// doc: end

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
  vigil::prepare<caf::io::middleman>();
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};
  // doc: end
  auto started = tree(0).start(system);
  auto other = vigil::supervisor("other").child(made_by_caf(0)).start(system);
  auto datagrams = vigil::supervisor("datagrams")
                     .child(vigil::child(
                       "echo", vigil::broker(echo_datagrams, std::uint16_t{})))
                     .start(system);
  if (!started || !other || !datagrams) {
    std::cerr << "no start\n";
    return 1;
  }
  return started.value().stop() && other.value().stop()
             && datagrams.value().stop()
           ? 0
           : 1;
}
