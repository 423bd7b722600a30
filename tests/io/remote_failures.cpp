// A failure that crosses the border of an actor system, over loopback.

#include <vigil/vigil.hpp>

#include <caf/io/all.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>
#include <wire_tools.hpp>

#include <cstdint>
#include <string>
#include <system_error>

using namespace std::chrono_literals;

namespace {

struct clinic_category final : std::error_category {
  [[nodiscard]] const char* name() const noexcept override {
    return "clinic";
  }
  [[nodiscard]] std::string message(int) const override {
    return "no such patient";
  }
};

const std::error_category& clinic() {
  static const clinic_category x;
  return x;
}

struct other_category final : std::error_category {
  [[nodiscard]] const char* name() const noexcept override {
    return "other";
  }
  [[nodiscard]] std::string message(int x) const override {
    return "other " + std::to_string(x);
  }
};

const std::error_category& other() {
  static const other_category x;
  return x;
}

caf::behavior answer(caf::event_based_actor* self) {
  return vigil::behavior(self, [](int x) -> vigil::outcome<int> {
    if (x == 1)
      return vigil::error(std::error_code{7, clinic()}, "ada");
    if (x == 2)
      return vigil::error(std::error_code{8, other()}, "bob");
    if (x == 3)
      return vigil::fault("three");
    if (x == 4)
      throw std::runtime_error("four");
    return x;
  });
}

struct net_config : caf::actor_system_config {
  net_config() {
    auto& cfg = *this;
    // doc: types
    vigil::add_message_types(cfg);
    // doc: end
    vigil::prepare<caf::io::middleman>();
    load<caf::io::middleman>();
    test::be_quiet(*this);
  }
};

struct side {
  net_config cfg;
  caf::actor_system sys{cfg};
};

struct both {
  both() {
    auto root = vigil::supervisor("far").intensity(100, 1s).child(
      vigil::child("a", answer));
    tree = std::make_unique<vigil::tree_ref>(root.start(server.sys).value());
    child = tree->find<caf::actor>("a").value();
    const auto port
      = server.sys.middleman().publish(child, 0, "127.0.0.1").value();
    remote = client.sys.middleman().remote_actor("127.0.0.1", port).value();
  }

  ~both() {
    static_cast<void>(tree->stop());
  }

  caf::error ask(int x) {
    caf::scoped_actor self{client.sys};
    caf::error result;
    vigil::mail(self, x)
      .request(remote, 30s)
      .receive([](int) {}, [&](const caf::error& why) { result = why; });
    return result;
  }

  side server;
  side client;
  std::unique_ptr<vigil::tree_ref> tree;
  caf::actor child;
  caf::actor remote;
};

} // namespace

TEST_CASE_FIXTURE(both, "an error of another process has its code and text") {
  vigil::add_error_category(clinic());
  const auto why = vigil::to_failure(ask(1));
  CHECK(why.code == std::error_code{7, clinic()});
  CHECK(why.message == "ada");
  CHECK_FALSE(why.fault);
}

TEST_CASE_FIXTURE(both, "a code of an unknown category keeps name, value and "
                        "text") {
  const auto why = vigil::to_failure(ask(2));
  CHECK(why.code.category().name() == std::string{"other"});
  CHECK(why.code.value() == 8);
  CHECK(why.code.message() == "other 8");
  CHECK(why.message == "bob");
  CHECK(vigil::to_failure(ask(2)).code == why.code);
}

TEST_CASE_FIXTURE(both,
                  "a fault of another process has its path and incarnation") {
  const auto why = vigil::to_failure(ask(3));
  CHECK(why.code == vigil::errc::unspecified);
  CHECK(why.message == "three");
  CHECK(why.path == "far/a");
  CHECK(why.incarnation == 1);
  CHECK(vigil::to_failure(ask(4)).code == vigil::errc::exception);
  CHECK(vigil::to_failure(ask(4)).message == "four");
}

TEST_CASE("callers of different nodes are different callers") {
  side server;
  const auto worker = server.sys.spawn(answer);
  auto guarded = vigil::guard("g", worker)
                   .rate_limit_by_sender(vigil::rate_limit_policy{1, 1h})
                   .start(server.sys)
                   .value();
  const auto port
    = server.sys.middleman().publish(guarded, 0, "127.0.0.1").value();
  // The actors of each have the same numbers.
  side one;
  side two;
  std::string got;
  for (auto* node : {&one, &two, &one}) {
    const auto remote
      = node->sys.middleman().remote_actor("127.0.0.1", port).value();
    caf::scoped_actor self{node->sys};
    vigil::mail(self, 5)
      .request(remote, 30s)
      .receive([&](int) { got += "answered "; },
               [&](const caf::error& why) {
                 got += vigil::to_failure(why).code.message() + ' ';
               });
  }
  CHECK(got.find("answered answered ") == 0);
  // CAF's list of published actors must not be the last to let go of it.
  caf::anon_send_exit(guarded, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
}

TEST_CASE_FIXTURE(both, "what vigil refuses is refused across a border, too") {
  CHECK(tree->terminate_child("a"));
  const auto why = vigil::to_failure(ask(0));
  CHECK(why.code == vigil::errc::child_stopped);
  CHECK(why.path == "far/a");
}

TEST_CASE("a chain of causes survives the way through bytes") {
  using namespace vigil;
  failure x{errc::start_failed, "first", "top/a"};
  x.incarnation = 3;
  x.retry_after = 5s;
  x.fault = true;
  x = x.because(
    failure{std::make_error_code(std::errc::io_error), "second"}.because(
      failure{std::error_code{1, other()}, "third"}));
  caf::actor_system_config cfg;
  add_message_types(cfg);
  caf::actor_system sys{cfg};
  const auto got = test::through_bytes(sys, to_caf(x));
  REQUIRE(got);
  const auto back = to_failure(*got);
  CHECK(back.code == x.code);
  CHECK(back.message == "first");
  CHECK(back.path == "top/a");
  CHECK(back.incarnation == 3);
  CHECK(back.retry_after == 5s);
  CHECK(back.fault);
  REQUIRE(back.cause);
  CHECK(back.cause->code == std::errc::io_error);
  CHECK(back.root_cause().code.category().name() == std::string{"other"});
  CHECK(back.root_cause().message == "third");
  CHECK(test::rendered(sys, *got).find(to_string(back)) != std::string::npos);
}
