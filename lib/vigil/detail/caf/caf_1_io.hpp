#pragma once

#include <vigil/detail/caf/caf_1_spawn.hpp>
#include <vigil/detail/caf/caf_job.hpp>

#include <caf/io/broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/datagram_servant_impl.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/scribe_impl.hpp>
#include <caf/io/typed_broker.hpp>

#include <utility>
#include <vector>

#include <poll.h>

namespace vigil::compat {

/// Returns whether the system has the threads in which brokers live.
[[nodiscard]] inline bool has_middleman(const caf::actor_system& sys) {
  return sys.has_middleman();
}

// What the loop holds of a socket, which CAF keeps to itself: names in an
// explicit instantiation are not checked for access.
template <class Servant, auto Handler>
struct shown_handler {
  friend caf::io::network::event_handler& handler_in(Servant& x) {
    return x.*Handler;
  }
};

VIGIL_EXPORT caf::io::network::event_handler&
handler_in(caf::io::network::doorman_impl& x);
VIGIL_EXPORT caf::io::network::event_handler&
handler_in(caf::io::network::scribe_impl& x);
VIGIL_EXPORT caf::io::network::event_handler&
handler_in(caf::io::network::datagram_servant_impl& x);

template struct shown_handler<caf::io::network::doorman_impl,
                              &caf::io::network::doorman_impl::acceptor_>;
template struct shown_handler<caf::io::network::scribe_impl,
                              &caf::io::network::scribe_impl::stream_>;
template struct shown_handler<
  caf::io::network::datagram_servant_impl,
  &caf::io::network::datagram_servant_impl::handler_>;

/// A socket whose broker ends.
struct VIGIL_EXPORT closing_socket {
  caf::intrusive_ptr<caf::io::network::manager> servant;
  caf::io::network::event_handler* handler;

  /// Lets go of the socket as far as the loop does not watch it any more.
  void let_go() const {
    using caf::io::network::operation;
    // CAF's masks, which it keeps to itself; those of epoll are the same.
    const auto watched = handler->eventbf();
    if ((watched & (POLLIN | POLLPRI)) == 0)
      handler->removed_from_loop(operation::read);
    if ((watched & POLLOUT) == 0)
      handler->removed_from_loop(operation::write);
  }
};

/// A broker that leaves no socket open when it ends, and says whose thread it
/// runs in.
///
/// A socket that is in the middleman's loop refers to itself, until the loop
/// takes it out. That never happens to one that comes and goes in the same turn
/// of the loop: the two orders are one that changes nothing. Nor does it to one
/// for datagrams that knows a peer and has never sent anything.
template <class Base>
class closing_broker : public Base {
public:
  using Base::Base;

  void initialize() override {
    note_event_loop(this->system());
    Base::initialize();
  }

  void on_cleanup(const caf::error& reason) override {
    namespace net = caf::io::network;
    std::vector<closing_socket> sockets;
    list<net::doorman_impl>(caf::io::accept_handle{}, sockets);
    list<net::scribe_impl>(caf::io::connection_handle{}, sockets);
    list<net::datagram_servant_impl>(caf::io::datagram_handle{}, sockets);
    Base::on_cleanup(reason);
    // The loop follows all orders of a turn at its end.
    if (!sockets.empty())
      this->backend().post([sockets = std::move(sockets)] {
        for (const auto& x : sockets)
          x.let_go();
      });
  }

private:
  template <class Servant, class Handle>
  void list(Handle kind, std::vector<closing_socket>& to) {
    for (auto& [handle, servant] : this->get_map(kind))
      if (auto* x = dynamic_cast<Servant*>(servant.get()))
        to.push_back(
          {caf::intrusive_ptr<caf::io::network::manager>{x}, &handler_in(*x)});
  }
};

/// Spawns a broker that the system does not count, and has the middleman run
/// it. `init` may be empty for a broker class.
template <class T, class... Ts>
[[nodiscard]] caf::strong_actor_ptr
spawn_broker(caf::actor_system& sys, init_function init, Ts&&... xs) {
  caf::actor_config cfg{&sys.middleman().backend()};
  cfg.init_fun = std::move(init);
  return caf::actor_cast<caf::strong_actor_ptr>(
    sys.spawn_impl<T, caf::hidden>(cfg, std::forward<Ts>(xs)...));
}

} // namespace vigil::compat
