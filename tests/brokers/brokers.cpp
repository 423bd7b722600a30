#include <vigil/broker.hpp>
#include <vigil/vigil.hpp>

#include <arpa/inet.h>
#include <caf_tools.hpp>
#include <doctest/doctest.h>
#include <netinet/in.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

/// What all incarnations of a broker share.
struct desk {
  std::atomic<std::uint16_t> port{0};
  std::atomic<int> lives{0};
};

using desk_ptr = std::shared_ptr<desk>;

/// Opens a port, the same in each incarnation, and sends back what comes; "!"
/// is a fault, "?" throws.
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
      obey({reinterpret_cast<const char*>(x.buf.data()), x.buf.size()});
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
  ++test::state_of(self).asked;
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
    vigil::prepare<caf::io::middleman>();
    cfg.load<caf::io::middleman>();
  }

  caf::actor_system_config cfg;
};

auto sup() {
  return vigil::supervisor("sup").intensity(1'000'000, 1h);
}

/// Counts what this process has open.
auto descriptors() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"},
                       std::filesystem::directory_iterator{});
}

/// Waits until no more than `n` are open, turn by turn of the middleman's loop.
bool come_down_to(std::ptrdiff_t n, caf::actor_system& sys) {
  const auto limit = std::chrono::steady_clock::now() + 20s;
  while (descriptors() > n) {
    if (std::chrono::steady_clock::now() > limit)
      return false;
    auto turn = std::make_shared<std::promise<void>>();
    auto over = turn->get_future();
    sys.middleman().backend().post([turn] { turn->set_value(); });
    over.wait();
  }
  return true;
}

/// A port that accepts nobody, but lets all connect.
class listener {
public:
  listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    auto* addr = reinterpret_cast<sockaddr*>(&at);
    REQUIRE(::bind(fd_, addr, size) == 0);
    REQUIRE(::listen(fd_, SOMAXCONN) == 0);
    REQUIRE(::getsockname(fd_, addr, &size) == 0);
    port_ = ntohs(at.sin_port);
  }

  ~listener() {
    ::close(fd_);
  }

  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  [[nodiscard]] std::uint16_t port() const {
    return port_;
  }

private:
  int fd_;
  std::uint16_t port_ = 0;
};

/// Opens one kind of socket.
caf::behavior opens(caf::io::broker* self, const std::string& kind,
                    std::uint16_t port) {
  const auto has = [&](const char* x) {
    return kind.find(x) != std::string::npos;
  };
  const std::string_view word = "hello";
  if (has("connects")) {
    auto to = self->add_tcp_scribe("127.0.0.1", port).value();
    if (has("reads"))
      self->configure_read(to, caf::io::receive_policy::at_most(64));
    if (has("writes")) {
      self->write(to, word.size(), word.data());
      self->flush(to);
    }
  } else if (has("opens")) {
    // `add_udp_datagram_servant(port)` forgets what it has opened.
    auto at = self->backend().new_local_udp_endpoint(0, "127.0.0.1").value();
    self->add_datagram_servant(at);
    self->add_hdl_for_datagram_servant(at, at->hdl());
  } else {
    auto to = self->add_udp_datagram_servant("127.0.0.1", port).value();
    if (has("sends")) {
      self->write(to, word.size(), word.data());
      self->flush(to);
    }
  }
  return {[](int x) { return x + 1; },
          [self](const std::string&) {
            self->quit(caf::make_error(caf::sec::runtime_error));
          }};
}

/// Waits for an answer, and thus for the incarnation that gives it.
int ask(caf::scoped_actor& self, const caf::actor& to, int x) {
  int result = 0;
  self->request(to, 30s, x)
    .receive([&](int y) { result = y; }, [](const caf::error&) {});
  return result;
}

/// Restarts a child, as fast as can be.
void restart_many(caf::actor_system& sys, const caf::actor& child, int n) {
  caf::scoped_actor self{sys};
  CHECK(ask(self, child, 1) == 2);
  for (int i = 0; i < n; ++i) {
    self->request(child, 30s, "!").receive([] {}, [](const caf::error&) {});
    while (ask(self, child, i) != i + 1)
      ; // an incarnation that ended takes its mailbox along
  }
}

} // namespace

TEST_CASE(
  "a broker serves its port in each incarnation, and its sockets close with "
  "the incarnation") {
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

TEST_CASE("a broker does not wait for its tree, which may wait for it") {
  world w;
  caf::actor_system sys{w.cfg};
  // A child may not hold its tree: that would keep it.
  static std::function<bool()> waits;
  auto refused = [](caf::io::broker*) -> caf::behavior {
    return {[](int) {
      return waits();
    }};
  };
  auto tree = sup()
                .child(vigil::child("net", vigil::broker(refused)))
                .child(vigil::task_supervisor("tasks"))
                .start(sys)
                .value();
  const auto would_block = [](const auto& x) {
    return !x && x.error().code == vigil::errc::would_block;
  };
  auto tasks = tree.find<vigil::tasks_ref>("tasks").value();
  waits = [&] {
    std::promise<void> key;
    auto t = tasks
               .async_blocking(
                 [opened = key.get_future().share()] { opened.wait(); })
               .value();
    const auto waited = t.await();
    key.set_value();
    CHECK(would_block(tree.stop()));
    CHECK(would_block(tree.wait()));
    CHECK(would_block(tree.terminate_child("net")));
    CHECK(would_block(tree.restart_child("net")));
    REQUIRE(vigil::is_fault(waited));
    CHECK(vigil::fault_of(waited).code == vigil::errc::would_block);
    return true;
  };
  caf::scoped_actor self{sys};
  auto right = false;
  self->request(tree.find<caf::actor>("net").value(), 1min, 1)
    .receive([&](bool x) { right = x; }, [](const caf::error&) {});
  CHECK(right);
  CHECK(tree.stop());
  waits = nullptr;
}

TEST_CASE("a broker keeps its port over a thousand restarts, and leaves no "
          "descriptor behind") {
  world w;
  caf::actor_system sys{w.cfg};
  auto at = std::make_shared<desk>();
  for (auto recipe : {vigil::broker(server, at), vigil::broker(stateful, at),
                      vigil::broker<server_class>(at)}) {
    at->port = 0;
    at->lives = 0;
    const auto before = descriptors();
    auto tree = sup().child(vigil::child("echo", recipe)).start(sys).value();
    restart_many(sys, tree.find<caf::actor>("echo").value(), 1000);
    CHECK(at->lives >= 1001);
    CHECK(come_down_to(before + 1, sys));
    CHECK(tree.stop().has_value());
    CHECK(come_down_to(before, sys));
  }
}

TEST_CASE("no kind of socket of a broker stays open over restarts") {
  world w;
  caf::actor_system sys{w.cfg};
  const listener peer;
  const auto before = descriptors();
  for (const std::string kind :
       {"connects", "connects and reads", "connects and writes",
        "connects, reads and writes", "opens a port for datagrams",
        "knows whom to send datagrams to", "sends a datagram"}) {
    CAPTURE(kind);
    auto recipe = vigil::broker(opens, kind, peer.port());
    auto tree = sup().child(vigil::child("net", recipe)).start(sys).value();
    restart_many(sys, tree.find<caf::actor>("net").value(), 300);
    CHECK(tree.stop().has_value());
    CHECK(come_down_to(before, sys));
  }
}

TEST_CASE("a start that fails leaves no socket open") {
  world w;
  caf::actor_system sys{w.cfg};
  const listener peer;
  const auto before = descriptors();
  auto refuses = [](caf::io::broker* self, const std::string& how,
                    const desk_ptr& at, std::uint16_t port) {
    opens(self, "connects, reads and writes", port);
    opens(self, "knows whom to send datagrams to", port);
    auto result = server(self, at);
    if (how == "throws")
      throw std::runtime_error{"told to throw"};
    if (how == "fails")
      vigil::this_child(self).fail("told to fail");
    else
      self->quit(caf::make_error(caf::sec::runtime_error));
    return result;
  };
  for (const std::string how : {"throws", "fails", "quits"}) {
    CAPTURE(how);
    for (int i = 0; i < 20; ++i) {
      auto at = std::make_shared<desk>();
      auto recipe = vigil::broker(refuses, how, at, peer.port());
      CHECK(!sup().child(vigil::child("net", recipe)).start(sys));
    }
    CHECK(come_down_to(before, sys));
  }
}

TEST_CASE("what a broker wrote before it ended still arrives") {
  world w;
  caf::actor_system sys{w.cfg};
  auto at = std::make_shared<desk>();
  auto tree = sup()
                .child(vigil::child("echo", vigil::broker(server, at)))
                .start(sys)
                .value();
  const auto before = descriptors();
  for (int i = 0; i < 50; ++i) {
    client one{at->port};
    REQUIRE(one.connected());
    CHECK(one.ask("last words") == "last words");
    CHECK(one.ask(".") == ".");
    CHECK(one.ask("") == "closed");
    caf::scoped_actor self{sys};
    CHECK(ask(self, tree.find<caf::actor>("echo").value(), 1) == 2);
  }
  CHECK(come_down_to(before, sys));
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
  int before = 0;
  auto first = vigil::child("first", [&](caf::event_based_actor*) {
    ++before;
    return caf::behavior{[](int x) {
      return x;
    }};
  });
  const auto refused = [](const auto& x) {
    return !x && x.error().code == vigil::errc::bad_combination
           && vigil::render(x.error()).find("detached") != std::string::npos;
  };
  auto echo = vigil::child("echo", recipe).detached();
  auto echoes = [echo](std::size_t) {
    return echo;
  };
  CHECK(refused(sup().child(first).child(echo).start(sys)));
  CHECK(refused(sup()
                  .child(first)
                  .child(vigil::supervisor("inner").child(echo))
                  .start(sys)));
  CHECK(refused(
    sup().child(first).child(vigil::pool("echoes", 2, echo)).start(sys)));
  CHECK(
    refused(sup()
              .child(first)
              .child(vigil::partition_supervisor("echoes", echo).partitions(2))
              .start(sys)));
  CHECK(before == 0);
  auto described = sup().child(vigil::pool("echoes", 2, echoes)).start(sys);
  REQUIRE(!described);
  CHECK(vigil::render(described.error()).find("detached") != std::string::npos);
  auto tree = sup().child(first).start(sys).value();
  CHECK(refused(tree.start_child(echo)));
  CHECK(at->lives == 0);
}

TEST_CASE("a broker function that is null is refused before anything runs") {
  world w;
  caf::actor_system sys{w.cfg};
  int before = 0;
  auto first = vigil::child("first", [&](caf::event_based_actor*) {
    ++before;
    return caf::behavior{[](int) {
    }};
  });
  caf::behavior (*pointer)(caf::io::broker*, int) = nullptr;
  const std::function<caf::behavior(caf::io::broker*)> empty;
  const auto refused = [](const auto& x) {
    return !x && x.error().code == vigil::errc::null_handle
           && x.error().path == "sup/echo"
           && vigil::render(x.error()).find("null") != std::string::npos;
  };
  auto by_pointer = vigil::child("echo", vigil::broker(pointer, 1));
  CHECK(refused(sup().child(first).child(by_pointer).start(sys)));
  auto by_wrapper = vigil::child("echo", vigil::broker(empty));
  CHECK(refused(sup().child(first).child(by_wrapper).start(sys)));
  CHECK(before == 0);
  auto tree = sup().child(first).start(sys).value();
  CHECK(refused(tree.start_child(by_pointer)));
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
