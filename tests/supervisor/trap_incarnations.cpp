// What one incarnation of a child must not leave to the next: timers, monitors,
// handlers, answers, state, messages.

#include "trap_fixture.hpp"

#include <caf_tools.hpp>

#include <atomic>
#include <stdexcept>

using namespace trap;

namespace {

using vigil::child_state;
using vigil::errc;
using vigil::event_type;

/// Ends the actor that gets it, in a way that its supervisor heals.
constexpr int crash = 1;

void crash_of(caf::event_based_actor* self) {
  self->quit(vigil::make_error(errc::unspecified));
}

caf::behavior crashing(caf::event_based_actor* self) {
  return {[self](int) {
    crash_of(self);
  }};
}

/// Counts its living copies.
struct counted {
  explicit counted(std::shared_ptr<int> alive_) : alive(std::move(alive_)) {
    ++*alive;
  }
  counted(const counted& x) : alive(x.alive) {
    ++*alive;
  }
  counted& operator=(const counted&) = delete;
  ~counted() {
    --*alive;
  }
  std::shared_ptr<int> alive;
};

} // namespace

TEST_CASE(
  "trap: the state of one incarnation is gone before the next is made") {
  virtual_system vs;
  struct probe {
    std::shared_ptr<int> alive = std::make_shared<int>(0);
    std::shared_ptr<int> most = std::make_shared<int>(0);
  };
  for (auto respawn : {false, true}) {
    CAPTURE(respawn);
    probe seen;
    auto make = [seen](caf::event_based_actor* self) -> caf::behavior {
      auto state = std::make_shared<counted>(seen.alive);
      *seen.most = std::max(*seen.most, *seen.alive);
      return {[self, state](int) {
        crash_of(self);
      }};
    };
    auto child = vigil::child("a", make);
    auto tree = vigil::supervisor("root")
                  .child(respawn ? child.respawn() : child)
                  .start(vs.sys);
    REQUIRE(tree);
    auto a = tree.value().find<caf::actor>("a").value();
    vs.tell(a, crash);
    vs.tell(a, crash);
    CHECK(tree.value().which_child("a").value().incarnation == 3);
    CHECK(*seen.most == 1);
    CHECK(tree.value().stop());
    vs.run();
    CHECK(*seen.alive == 0);
  }
}

TEST_CASE(
  "trap: what a timer or a monitor captured ends with the incarnation") {
  virtual_system vs;
  auto alive = std::make_shared<int>(0);
  auto other
    = vs.sys.spawn([](caf::event_based_actor* self) { return crashing(self); });
  auto make = [alive, other](caf::event_based_actor* self) {
    auto me = vigil::this_child(self);
    auto x = std::make_shared<counted>(alive);
    me.run_after(1h, [x] {});
    me.monitor(other, [x](const caf::error&) {});
    return crashing(self);
  };
  for (auto respawn : {false, true}) {
    CAPTURE(respawn);
    auto child = vigil::child("a", make);
    auto tree = vigil::supervisor("root")
                  .intensity(100, 5s)
                  .child(respawn ? child.respawn() : child)
                  .start(vs.sys);
    REQUIRE(tree);
    auto a = tree.value().find<caf::actor>("a").value();
    for (auto i = 0; i < 20; ++i)
      vs.tell(a, crash);
    CHECK(*alive == 1);
    CHECK(tree.value().stop());
    CHECK(*alive == 0);
  }
  vs.tell(other, crash);
}

TEST_CASE("trap: a timer and a monitor of an earlier incarnation stay silent") {
  virtual_system vs;
  auto other
    = vs.sys.spawn([](caf::event_based_actor* self) { return crashing(self); });
  auto timers = std::make_shared<std::vector<std::uint64_t>>();
  auto ends = std::make_shared<std::vector<std::uint64_t>>();
  auto make = [=](caf::event_based_actor* self) {
    auto me = vigil::this_child(self);
    auto n = me.incarnation();
    me.run_after(10s, [=] { timers->push_back(n); });
    me.monitor(other, [=](const caf::error&) { ends->push_back(n); });
    return crashing(self);
  };
  auto tree
    = vigil::supervisor("root").child(vigil::child("a", make)).start(vs.sys);
  REQUIRE(tree);
  auto a = tree.value().find<caf::actor>("a").value();
  vs.advance(1s);
  vs.tell(a, crash);
  vs.tell(other, crash);
  vs.advance(30s);
  CHECK(*timers == std::vector<std::uint64_t>{2});
  CHECK(*ends == std::vector<std::uint64_t>{2});
}

TEST_CASE("trap: handlers that threw are whole again in the next incarnation") {
  virtual_system vs;
  auto seen = std::make_shared<int>(0);
  auto make = [seen](caf::event_based_actor* self) -> caf::behavior {
    self->set_exit_handler([seen](caf::exit_msg&) {
      ++*seen;
      throw std::runtime_error("in the exit handler");
    });
    self->set_error_handler([seen](caf::error&) {
      ++*seen;
      throw std::runtime_error("in the error handler");
    });
    return {[](int) {
    }};
  };
  auto tree = vigil::supervisor("root")
                .intensity(10, 5s)
                .child(vigil::child("a", make))
                .start(vs.sys);
  REQUIRE(tree);
  auto a = tree.value().find<caf::actor>("a").value();
  for (auto i = 0; i < 2; ++i) {
    caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
    vs.run();
    vs.tell(a, vigil::make_error(errc::unspecified));
  }
  CHECK(*seen == 4);
  CHECK(tree.value().which_child("a").value().incarnation == 5);
}

TEST_CASE("trap: a child that awaits a response can be stopped") {
  virtual_system vs;
  auto silent = vs.sys.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[self](int) {
      return test::never<int>(self);
    }};
  });
  auto make = [silent](caf::event_based_actor* self) -> caf::behavior {
    self->request(silent, caf::infinite, 1).await([](int) {});
    return {[](int) {
    }};
  };
  auto tree = vigil::supervisor("root")
                .child(vigil::child("in-place", make))
                .child(vigil::child("respawned", make).respawn())
                .start(vs.sys);
  REQUIRE(tree);
  auto report = tree.value().stop();
  REQUIRE(report);
  // In place the order to stop is seen; else only the kill is.
  using culprits = std::vector<vigil::stop_report::culprit>;
  CHECK(report.value().culprits
        == culprits{{"root/respawned", errc::shutdown_timeout}});
  caf::anon_send_exit(silent, caf::exit_reason::kill);
}

TEST_CASE("trap: what comes while an incarnation ends waits for the next") {
  virtual_system vs;
  auto got = std::make_shared<std::vector<int>>();
  auto make = [got](caf::event_based_actor* self) -> caf::behavior {
    // Runs when the mailbox has closed, before who monitors learns of the end.
    auto me = vigil::this_child(self).handle<caf::actor>();
    if (vigil::this_child(self).incarnation() == 1)
      self->attach_functor([me] { caf::anon_send(me, 2); });
    return {[self, got](int x) {
      if (x == crash)
        return crash_of(self);
      got->push_back(x);
    }};
  };
  auto tree = vigil::supervisor("root")
                .child(vigil::child("a", make).respawn())
                .start(vs.sys);
  REQUIRE(tree);
  vs.tell(tree.value().find<caf::actor>("a").value(), crash);
  CHECK(*got == std::vector{2});
  CHECK(tree.value().snapshot().find("root/a")->messages_lost == 0);
}

TEST_CASE("trap: a promise of an ended incarnation is answered") {
  virtual_system vs;
  auto make = [](caf::event_based_actor* self) -> caf::behavior {
    auto kept = std::make_shared<std::vector<vigil::promise<int>>>();
    return {[self](int) { crash_of(self); },
            [=](const std::string&) {
              kept->push_back(vigil::this_child(self).promise<int>());
              return caf::result<int>{kept->back()};
            }};
  };
  for (auto respawn : {false, true}) {
    CAPTURE(respawn);
    auto child = vigil::child("a", make);
    auto tree = vigil::supervisor("root")
                  .child(respawn ? child.respawn() : child)
                  .start(vs.sys);
    REQUIRE(tree);
    auto a = tree.value().find<caf::actor>("a").value();
    caf::scoped_actor self{vs.sys, true};
    auto first = self->request(a, caf::infinite, "x");
    vs.run();
    vs.tell(a, crash);
    auto why = errc::unspecified;
    auto fail = [&](const caf::error& x) {
      why = static_cast<errc>(vigil::to_failure(x).code.value());
    };
    REQUIRE(self->has_next_message());
    first.receive([](int) {}, fail);
    CHECK(why == errc::promise_broken);
    // And so is that of an incarnation that is stopped.
    auto second = self->request(a, caf::infinite, "x");
    vs.run();
    CHECK(tree.value().stop());
    REQUIRE(self->has_next_message());
    second.receive([](int) {}, fail);
    CHECK(why == errc::promise_broken);
  }
}

TEST_CASE(
  "trap: drop spares what a new incarnation has asked and sent itself") {
  virtual_system vs;
  auto ticks = std::make_shared<int>(0);
  auto answers = std::make_shared<int>(0);
  auto strays = std::make_shared<int>(0);
  auto echo = vs.sys.spawn([]() -> caf::behavior {
    return {[](double x) {
      return x;
    }};
  });
  auto make = [=](caf::event_based_actor* self) -> caf::behavior {
    self->send(self, "tick");
    self->request(echo, caf::infinite, 1.0).then([=](double) { ++*answers; });
    return {[self](int) { crash_of(self); },
            [=](const std::string&) { ++*ticks; },
            [=](double) {
              ++*strays;
            }};
  };
  auto tree = vigil::supervisor("root")
                .child(vigil::child("a", make).mailbox(vigil::drop))
                .start(vs.sys);
  REQUIRE(tree);
  event_log log{tree.value()};
  auto a = tree.value().find<caf::actor>("a").value();
  vs.run();
  caf::anon_send(a, crash);
  caf::anon_send(a, 2.0);
  vs.run();
  CHECK(*ticks == 2);
  CHECK(*answers == 2);
  CHECK(*strays == 0);
  CHECK(log.count(event_type::messages_lost) == 1);
}

TEST_CASE("trap: a child that nobody refers to lives on") {
  virtual_system vs;
  auto tree = vigil::supervisor("root")
                .child(vigil::child("a", crashing))
                .child(vigil::child("b", crashing).respawn())
                .start(vs.sys);
  REQUIRE(tree);
  for (auto id : {"a", "b"}) {
    tree.value().find<caf::actor>(id).value() = nullptr;
    vs.advance(1h);
    vs.tell(tree.value().find<caf::actor>(id).value(), crash);
    CHECK(tree.value().which_child(id).value().incarnation == 2);
  }
}

TEST_CASE("trap: a failed restart in place goes to the supervisor") {
  virtual_system vs;
  auto starts = std::make_shared<int>(0);
  auto make = [starts](caf::event_based_actor* self) {
    if (++*starts == 2 || *starts == 3)
      throw std::runtime_error("not yet");
    return crashing(self);
  };
  auto tree = vigil::supervisor("root")
                .intensity(3, 5s)
                .child(vigil::child("a", make))
                .start(vs.sys);
  REQUIRE(tree);
  event_log log{tree.value()};
  auto a = tree.value().find<caf::actor>("a").value();
  vs.tell(a, crash);
  CHECK(*starts == 4);
  CHECK(tree.value().which_child("a").value().state == child_state::running);
  CHECK(log.count(event_type::start_failed) == 2);
  // One for the crash, one for each failed attempt: the next is too many.
  vs.tell(a, crash);
  CHECK_FALSE(tree.value().running());
}

TEST_CASE("trap: a restart in place may find nothing to run") {
  virtual_system vs;
  auto make = [](caf::event_based_actor* self) {
    auto me = vigil::this_child(self);
    if (me.incarnation() == 2)
      me.ignore();
    return crashing(self);
  };
  auto tree
    = vigil::supervisor("root").child(vigil::child("a", make)).start(vs.sys);
  REQUIRE(tree);
  auto a = tree.value().find<caf::actor>("a").value();
  vs.tell(a, crash);
  CHECK(tree.value().which_child("a").value().state == child_state::stopped);
  CHECK(vs.ask<int>(a, 1).why.code == errc::child_stopped);
  CHECK(tree.value().restart_child("a"));
  CHECK(tree.value().which_child("a").value().state == child_state::running);
}

TEST_CASE("trap: quitting cleanly in the actor function is an end, not a "
          "failed start") {
  virtual_system vs;
  auto make = [](caf::event_based_actor* self) {
    self->quit(caf::exit_reason::user_shutdown);
    return crashing(self);
  };
  for (auto respawn : {false, true}) {
    CAPTURE(respawn);
    auto child = vigil::child("a", make).transient();
    auto tree = vigil::supervisor("root")
                  .child(respawn ? child.respawn() : child)
                  .start(vs.sys);
    REQUIRE(tree);
    vs.run();
    CHECK(tree.value().which_child("a").value().state == child_state::stopped);
    CHECK(tree.value().snapshot().rows[1].restarts == 0);
  }
}
