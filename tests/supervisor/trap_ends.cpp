// Ends that CAF makes hard: stop orders behind full mailboxes, children that
// cannot be killed, messages meant to end a supervisor, threads.

#include "trap_fixture.hpp"

#include <caf/actor_registry.hpp>

#include <caf_tools.hpp>

#include <thread>

using namespace trap;

namespace {

using vigil::child_state;
using vigil::errc;
using vigil::event_type;

} // namespace

TEST_CASE("trap: an order to stop overtakes a full mailbox") {
  virtual_system vs;
  auto seen = std::make_shared<int>(0);
  auto make = [seen](caf::event_based_actor*) -> caf::behavior {
    return {[seen](int) {
      ++*seen;
    }};
  };
  auto tree = vigil::supervisor("root")
                .child(vigil::child("in-place", make))
                .child(vigil::child("respawned", make).respawn())
                .start(vs.sys);
  REQUIRE(tree);
  for (auto id : {"in-place", "respawned"}) {
    CAPTURE(id);
    *seen = 0;
    auto x = tree.value().find<caf::actor>(id).value();
    caf::anon_send(tree.value().handle(), vigil::call::terminate_child{id});
    for (auto i = 0; i < 1000; ++i)
      caf::anon_send(x, i);
    vs.run();
    CHECK(tree.value().which_child(id).value().state == child_state::stopped);
    CHECK(*seen == 0);
  }
}

TEST_CASE("trap: no message ends a supervisor but an exit") {
  virtual_system vs;
  auto tree
    = vigil::supervisor("root").child(vigil::supervisor("inner")).start(vs.sys);
  REQUIRE(tree);
  auto nested = tree.value().find<vigil::supervisor_handle>("inner").value();
  for (const auto& x : {tree.value().handle(), nested}) {
    auto raw = caf::actor_cast<caf::actor>(x);
    vs.tell(raw, vigil::make_error(errc::unspecified));
    vs.tell(raw, caf::make_error(caf::sec::runtime_error));
    vs.tell(raw, "no such message");
    vs.tell(raw, caf::down_msg{raw.address(), caf::sec::runtime_error});
    vs.tell(raw, caf::exit_msg{raw.address(), caf::error{}});
    CHECK(vs.ask<int>(raw, 1).raw == caf::sec::unexpected_message);
    // Calls whose failure nobody waits for.
    vs.tell(x, vigil::call::restart_child{"nobody"});
    vs.tell(x, vigil::call::delete_child{"nobody"});
  }
  CHECK(tree.value().running());
  CHECK(tree.value().count_children().value().active == 1);
}

TEST_CASE("trap: a start_child that has to wait and fails leaves no trace") {
  virtual_system vs;
  auto twin = [](caf::event_based_actor*) -> caf::behavior {
    return {[](double x) {
      return x;
    }};
  };
  auto make = [twin](caf::event_based_actor* self) -> caf::behavior {
    self->set_error_handler([](caf::error&) {});
    self->send(vigil::this_child(self).supervisor(),
               vigil::call::start_child{vigil::child("a", twin)});
    return {[](int x) {
      return x;
    }};
  };
  auto tree = vigil::supervisor("root")
                .child(vigil::child("a", make))
                .child(vigil::child("b", twin))
                .start(vs.sys);
  REQUIRE(tree);
  event_log log{tree.value()};
  vs.run();
  auto a = tree.value().find<caf::actor>("a");
  REQUIRE(a);
  CHECK(vs.ask<int>(a.value(), 7).value == 7);
  CHECK(tree.value().which_children().value().size() == 2);
  CHECK(log.count(event_type::child_removed) == 0);
}

TEST_CASE("trap: the clock forgets who ends while it waits") {
  virtual_system vs;
  auto silent = vs.sys.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[self](int) {
      return test::never<int>(self);
    }};
  });
  auto make = [silent](caf::event_based_actor* self) -> caf::behavior {
    self->set_error_handler([](caf::scheduled_actor*, caf::error&) {});
    return {
      [self, silent](int) { self->request(silent, 3600s, 1).then([](int) {}); },
      [self](const std::string&) {
        self->quit(caf::sec::bad_function_call);
      }};
  };
  auto tree = vigil::supervisor("root")
                .child(vigil::child("a", make).respawn())
                .start(vs.sys);
  REQUIRE(tree);
  auto a = tree.value().find<caf::actor>("a").value();
  const auto waits = [&] {
    return test::timeouts_in(vs.sys) > 0;
  };
  CHECK_FALSE(waits());
  vs.tell(a, 1);
  CHECK(waits());
  caf::anon_send_exit(a, caf::exit_reason::kill);
  vs.run();
  CHECK(tree.value().which_child("a").value().incarnation == 2);
  CHECK_FALSE(waits());
  // Who never asked the clock for anything ends without it, and all the same.
  vs.tell(a, std::string{});
  CHECK(tree.value().which_child("a").value().incarnation == 3);
  caf::anon_send_exit(silent, caf::exit_reason::kill);
}

TEST_CASE("trap: threads end with the incarnations that they belong to") {
  caf::actor_system_config config;
  caf::actor_system sys{config};
  const auto before = sys.detached_actors();
  auto polite = [](caf::blocking_actor* self) {
    auto on = true;
    self->receive_while(on)([](int) {},
                            [&](const caf::exit_msg&) { on = false; });
  };
  auto tree = vigil::supervisor("root").start(sys);
  REQUIRE(tree);
  for (auto i = 0; i < 5; ++i) {
    auto a = tree.value().start_child(vigil::child("a", polite).temporary());
    auto b = tree.value().start_child(
      vigil::child("b", [](caf::event_based_actor*) -> caf::behavior {
        return {[](int) {
        }};
      }).detached());
    REQUIRE(a);
    REQUIRE(b);
    CHECK(sys.detached_actors() >= before + 2);
    CHECK(tree.value().terminate_child("a"));
    CHECK(tree.value().terminate_child("b"));
    CHECK(tree.value().delete_child("b"));
    // The stable handles are still held: they must not hold the threads.
    while (sys.detached_actors() > before)
      std::this_thread::yield();
  }
}

TEST_CASE("trap: a tree counts as one running actor until it has ended") {
  caf::actor_system_config config;
  caf::actor_system sys{config};
  const auto before = sys.registry().running();
  {
    auto tree
      = vigil::supervisor("root").child(vigil::supervisor("inner")).start(sys);
    REQUIRE(tree);
    CHECK(sys.registry().running() == before + 1);
    CHECK(tree.value().stop());
  }
  sys.registry().await_running_count_equal(before);
}
