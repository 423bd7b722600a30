#include <vigil/broker.hpp>
#include <vigil/vigil.hpp>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

/// What all lives of a broker share.
struct desk {
  std::atomic<std::uint16_t> port{0};
  std::atomic<int> lives{0};
};

using desk_ptr = std::shared_ptr<desk>;

/// Opens a port, the same in each life, and sends back what comes; "!" is a
/// fault, "?" throws.
template <class Self>
auto echo(Self* self, const desk_ptr& at) {
  auto opened = self->add_tcp_doorman(at->port, "127.0.0.1", true);
  if (!opened)
    vigil::this_child(self).fail("the port is taken");
  else
    at->port = opened->second;
  ++at->lives;
  auto obey = [self](std::string_view what) {
    if (what == "!")
      vigil::this_child(self).fail("told to fail");
    else if (what == "?")
      throw std::runtime_error{"told to throw"};
    else if (what == ".")
      self->quit(caf::make_error(caf::sec::runtime_error));
  };
  return std::make_tuple(
    [self](const caf::io::new_connection_msg& x) {
      self->configure_read(x.handle, caf::io::receive_policy::at_most(64));
    },
    [self, obey](const caf::io::new_data_msg& x) {
      obey({x.buf.data(), x.buf.size()});
      self->write(x.handle, x.buf.size(), x.buf.data());
      self->flush(x.handle);
    },
    [](const caf::io::connection_closed_msg&) {}, [](int x) { return x + 1; },
    [obey](const std::string& what) { obey(what); });
}

caf::behavior server(caf::io::broker* self, const desk_ptr& at) {
  return std::apply([](auto... fs) { return caf::behavior{fs...}; },
                    echo(self, at));
}

class server_class : public caf::io::broker {
public:
  server_class(caf::actor_config& cfg, desk_ptr at)
    : caf::io::broker(cfg), at_(std::move(at)) {
    // nop
  }

  caf::behavior make_behavior() override {
    return server(this, at_);
  }

private:
  desk_ptr at_;
};

struct counting {
  int asked = 0;
};

caf::behavior stateful(caf::io::stateful_broker<counting>* self,
                       const desk_ptr& at) {
  ++self->state.asked;
  return server(self, at);
}

/// A plain client.
class client {
public:
  explicit client(std::uint16_t port)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_
      = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0;
    const timeval limit{30, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }

  ~client() {
    ::close(fd_);
  }

  client(const client&) = delete;
  client& operator=(const client&) = delete;

  [[nodiscard]] bool connected() const {
    return connected_;
  }

  /// Sends a text and returns what comes back; "closed" at the end.
  [[nodiscard]] std::string ask(std::string_view x) const {
    if (!x.empty() && ::send(fd_, x.data(), x.size(), MSG_NOSIGNAL) < 0)
      return "closed";
    char buffer[64];
    const auto n = ::recv(fd_, buffer, sizeof(buffer), 0);
    return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : "closed";
  }

private:
  int fd_;
  bool connected_;
};

struct world {
  world() {
    cfg.load<caf::io::middleman>();
  }

  caf::actor_system_config cfg;
};

auto sup() {
  return vigil::supervisor("sup").intensity(1'000'000, 1h);
}

/// Waits for an answer, and thus for the life that gives it.
int ask(caf::scoped_actor& self, const caf::actor& to, int x) {
  int result = 0;
  self->request(to, 30s, x)
    .receive([&](int y) { result = y; }, [](const caf::error&) {});
  return result;
}

} // namespace

TEST_CASE("a broker serves its port in each life, and its sockets close with "
          "the life") {
  world w;
  caf::actor_system sys{w.cfg};
  auto at = std::make_shared<desk>();
  for (auto recipe : {vigil::broker(server, at), vigil::broker(stateful, at),
                      vigil::broker<server_class>(at)}) {
    at->port = 0;
    at->lives = 0;
    auto tree = sup().child(vigil::child("echo", recipe)).start(sys).value();
    auto echo = tree.find<caf::actor>("echo").value();
    caf::scoped_actor self{sys};
    CHECK(ask(self, echo, 1) == 2);
    const auto port = at->port.load();
    for (const std::string how : {"!", "?", "."}) {
      CAPTURE(how);
      const auto before = at->lives.load();
      client idle{port};
      client one{port};
      REQUIRE(one.connected());
      CHECK(one.ask("hello") == "hello");
      self->send(echo, how);
      CHECK(one.ask("") == "closed");
      CHECK(idle.ask("") == "closed");
      CHECK(ask(self, echo, 1) == 2);
      CHECK(at->lives == before + 1);
      CHECK(at->port == port);
      client other{port};
      CHECK(other.ask("again") == "again");
    }
    CHECK(tree.stop().has_value());
    CHECK(!client{port}.connected());
  }
}

TEST_CASE("a broker keeps its port over a thousand restarts") {
  world w;
  caf::actor_system sys{w.cfg};
  auto at = std::make_shared<desk>();
  auto tree = sup()
                .child(vigil::child("echo", vigil::broker(server, at)))
                .start(sys)
                .value();
  auto echo = tree.find<caf::actor>("echo").value();
  caf::scoped_actor self{sys};
  CHECK(ask(self, echo, 1) == 2);
  for (int i = 0; i < 1000; ++i) {
    self->request(echo, 30s, "!").receive([] {}, [](const caf::error&) {});
    while (ask(self, echo, i) != i + 1)
      ; // a life that ended takes its mailbox along
  }
  CHECK(at->lives >= 1001);
}

TEST_CASE("a broker whose port is taken fails to start, by name") {
  world w;
  caf::actor_system sys{w.cfg};
  auto at = std::make_shared<desk>();
  auto tree = sup()
                .child(vigil::child("one", vigil::broker(server, at)))
                .start(sys)
                .value();
  auto other
    = sup().child(vigil::child("two", vigil::broker(server, at))).start(sys);
  REQUIRE(!other);
  CHECK(vigil::render(other.error()).find("sup/two") != std::string::npos);
  CHECK(vigil::render(other.error()).find("the port is taken")
        != std::string::npos);
}

TEST_CASE("a broker without a middleman or with a thread of its own is "
          "refused") {
  auto at = std::make_shared<desk>();
  auto recipe = vigil::broker(server, at);
  {
    caf::actor_system_config cfg;
    caf::actor_system sys{cfg};
    auto tree = sup().child(vigil::child("echo", recipe)).start(sys);
    REQUIRE(!tree);
    CHECK(vigil::render(tree.error()).find("middleman") != std::string::npos);
  }
  world w;
  caf::actor_system sys{w.cfg};
  auto tree = sup().child(vigil::child("echo", recipe).detached()).start(sys);
  REQUIRE(!tree);
  CHECK(vigil::render(tree.error()).find("detached") != std::string::npos);
}

TEST_CASE("a callable may return what CAF's makers of brokers return") {
  world w;
  caf::actor_system sys{w.cfg};
  auto plain = [](caf::io::broker* self) -> caf::behavior {
    return {
      [self](const caf::io::new_connection_msg& x) { self->close(x.handle); },
      [](int x) { return x + 1; },
      [self](const std::string&) {
        self->quit(caf::make_error(caf::sec::runtime_error));
      }};
  };
  std::uint16_t port = 0;
  auto make = [plain, &port](caf::actor_system& in) {
    return in.middleman().spawn_server(plain, port);
  };
  auto tree = sup().child(vigil::child("server", make)).start(sys).value();
  caf::scoped_actor self{sys};
  CHECK(ask(self, tree.find<caf::actor>("server").value(), 1) == 2);
  // An error is why the start failed.
  auto refuse = [](caf::actor_system&) -> caf::expected<caf::actor> {
    return caf::make_error(caf::sec::cannot_connect_to_node);
  };
  auto other = sup().child(vigil::child("client", refuse)).start(sys);
  REQUIRE(!other);
  CHECK(vigil::render(other.error()).find("sup/client") != std::string::npos);
  CHECK(vigil::render(other.error()).find("cannot_connect")
        != std::string::npos);
}
