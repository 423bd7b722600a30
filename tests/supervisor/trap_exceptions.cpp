// User code throws wherever the library calls it.

#include "trap_fixture.hpp"

#include <atomic>
#include <new>
#include <stdexcept>
#include <thread>

using namespace trap;

namespace {

using vigil::child_state;
using vigil::errc;
using vigil::event_type;

[[noreturn]] void boom() {
  throw std::runtime_error("boom");
}

caf::behavior booming(caf::event_based_actor*) {
  return {[](int) {
    boom();
  }};
}

struct boomer : caf::event_based_actor {
  using caf::event_based_actor::event_based_actor;
  caf::behavior make_behavior() override {
    return booming(this);
  }
};

/// Throws when it is copied, once that was forbidden.
struct restive {
  explicit restive(std::shared_ptr<bool> x) : forbidden(std::move(x)) {
    // nop
  }
  restive(const restive& x) : forbidden(x.forbidden) {
    if (*forbidden)
      boom();
  }
  restive(restive&&) noexcept = default;
  restive& operator=(const restive&) = delete;
  std::shared_ptr<bool> forbidden;
};

struct restive_child : caf::event_based_actor {
  restive_child(caf::actor_config& cfg, const restive&)
    : caf::event_based_actor(cfg) {
    // nop
  }
  caf::behavior make_behavior() override {
    return booming(this);
  }
};

/// Says how a child with that id ended last.
std::string last_failure(const vigil::tree_ref& tree) {
  auto rows = tree.snapshot().rows;
  return rows.at(1).last_failure ? to_string(*rows[1].last_failure) : "";
}

} // namespace

TEST_CASE("trap: an exception keeps its text, whatever the child is") {
  virtual_system vs;
  const auto plain = vigil::child("a", booming);
  auto check = [&](const auto& child) {
    auto tree = vigil::supervisor("root").child(child).start(vs.sys);
    REQUIRE(tree);
    auto a = tree.value().template find<caf::actor>("a").value();
    auto reply = vs.ask<int>(a, 1);
    CHECK(reply.answered);
    CHECK(reply.why.code == errc::exception);
    CHECK(reply.why.message == "boom");
    CHECK(reply.why.path == "root/a");
    CHECK(last_failure(tree.value()) == "root/a#1: exception: boom");
    CHECK(tree.value().which_child("a").value().incarnation == 2);
  };
  check(plain);
  check(plain.respawn());
  check(vigil::child<boomer>("a"));
}

TEST_CASE("trap: an exception in a thread of its own keeps its text") {
  caf::actor_system_config config;
  caf::actor_system sys{config};
  auto give_up = [&](const auto& child) {
    auto tree
      = vigil::supervisor("root").intensity(0, 1s).child(child).start(sys);
    REQUIRE(tree);
    if (auto a = tree.value().template find<caf::actor>("a"))
      caf::anon_send(a.value(), 1);
    auto end = tree.value().wait();
    REQUIRE_FALSE(end);
    CHECK(end.error().code == errc::restart_limit_reached);
    CHECK(end.error().root_cause().message == "boom");
  };
  give_up(vigil::child("a", booming).detached());
  give_up(vigil::child<boomer>("a").detached());
  give_up(vigil::child("a", [](caf::blocking_actor* self) {
    self->receive([](int) { boom(); });
  }));
}

TEST_CASE("trap: a start fails when its arguments throw in a copy") {
  virtual_system vs;
  auto forbidden = std::make_shared<bool>(false);
  auto make = [](caf::event_based_actor* self, const restive&) {
    return booming(self);
  };
  auto callable = [x = restive{forbidden}]() -> caf::actor {
    throw std::logic_error("never called");
  };
  auto tree = vigil::supervisor("root").start(vs.sys);
  REQUIRE(tree);
  auto check = [&](const auto& child) {
    vigil::call::start_child call{child};
    *forbidden = true;
    auto reply = vs.ask<vigil::child_info>(tree.value().handle(), call);
    *forbidden = false;
    CHECK(reply.why.code == errc::start_failed);
    CHECK(reply.why.root_cause().message == "boom");
    CHECK(tree.value().running());
    CHECK(tree.value().which_children().value().empty());
  };
  check(vigil::child<restive_child>("class", restive{forbidden}));
  check(vigil::child("function", make, restive{forbidden}));
  check(vigil::child("respawned", make, restive{forbidden}).respawn());
  check(vigil::child("callable", callable));
}

TEST_CASE("trap: a callable that throws or fails is a failed start") {
  virtual_system vs;
  auto calls = std::make_shared<int>(0);
  auto make = [calls](caf::actor_system& sys) -> vigil::result<caf::actor> {
    switch (++*calls) {
      case 2:
        throw std::bad_alloc{};
      case 3:
        return vigil::failure{errc::out_of_range, "too many"};
      case 4:
        throw 4; // NOLINT: that is what is tested
      default:
        return sys.spawn([](caf::event_based_actor* self) -> caf::behavior {
          return {[self](int) {
            self->quit(caf::sec::runtime_error);
          }};
        });
    }
  };
  auto tree = vigil::supervisor("root")
                .intensity(4, 5s)
                .child(vigil::child("a", make))
                .start(vs.sys);
  REQUIRE(tree);
  event_log log{tree.value()};
  vs.tell(tree.value().find<caf::actor>("a").value(), 1);
  CHECK(*calls == 5);
  CHECK(tree.value().which_child("a").value().state == child_state::running);
  std::vector<std::string> failed;
  for (const auto& x : log.all())
    if (x.type == event_type::start_failed)
      failed.push_back(to_string(*x.why));
  REQUIRE(failed.size() == 3);
  CHECK(failed[0] == "root/a#2: exception: std::bad_alloc");
  CHECK(failed[1] == "root/a#3: out_of_range: too many");
  CHECK(failed[2] == "root/a#4: exception: unknown exception");
}

TEST_CASE("trap: a subscriber that throws hurts nobody") {
  virtual_system vs;
  auto tree
    = vigil::supervisor("root").child(vigil::child("a", booming)).start(vs.sys);
  REQUIRE(tree);
  auto& events = tree.value().events();
  events.subscribe([](const vigil::event&) { boom(); });
  event_log log{tree.value()};
  auto a = tree.value().find<caf::actor>("a").value();
  vs.tell(a, 1);
  CHECK(log.count(event_type::child_restarted) == 1);
  CHECK(events.subscriber_failures() == log.all().size());
}

TEST_CASE("trap: a subscriber may go while it is called, and take others "
          "along when it is destroyed") {
  vigil::event_stream events;
  struct subscription {
    ~subscription() {
      events->unsubscribe(id);
    }
    vigil::event_stream* events;
    std::uint64_t id;
  };
  auto calls = 0;
  std::uint64_t me = 0;
  auto other = events.subscribe([](const vigil::event&) {});
  auto token = std::make_shared<subscription>(subscription{&events, other});
  me = events.subscribe([&, token](const vigil::event&) {
    ++calls;
    events.unsubscribe(me);
  });
  token.reset();
  vigil::detail::access::publish(events, vigil::event{});
  vigil::detail::access::publish(events, vigil::event{});
  CHECK(calls == 1);
  CHECK_FALSE(events.enabled());
}

TEST_CASE("trap: a restart_when that throws counts as true") {
  virtual_system vs;
  auto picky = [](const vigil::failure&) -> bool {
    boom();
  };
  auto tree
    = vigil::supervisor("root")
        .child(vigil::child("a", booming).transient().restart_when(picky))
        .child(vigil::child("b", booming)
                 .transient()
                 .restart_when(picky)
                 .backoff(vigil::fixed(1s)))
        .start(vs.sys);
  REQUIRE(tree);
  for (auto id : {"a", "b"})
    vs.tell(tree.value().find<caf::actor>(id).value(), 1);
  vs.advance(1s);
  for (auto id : {"a", "b"})
    CHECK(tree.value().which_child(id).value().incarnation == 2);
}

TEST_CASE("trap: a function attached to an actor may throw") {
  virtual_system vs;
  auto make = [](caf::event_based_actor* self) -> caf::behavior {
    self->attach_functor([] { boom(); });
    return {[self](int) {
      self->quit(caf::sec::runtime_error);
    }};
  };
  auto tree = vigil::supervisor("root")
                .child(vigil::child("a", make).respawn())
                .child(vigil::child("b", make))
                .start(vs.sys);
  REQUIRE(tree);
  for (auto id : {"a", "b"}) {
    auto x = tree.value().find<caf::actor>(id).value();
    x->attach_functor([] { boom(); });
    vs.tell(x, 1);
    CHECK(tree.value().which_child(id).value().incarnation == 2);
  }
  tree.value().handle()->attach_functor([] { boom(); });
  CHECK(tree.value().terminate_child("a"));
  CHECK(tree.value().delete_child("a"));
  CHECK(tree.value().stop());
  CHECK(tree.value().wait());
}

TEST_CASE("trap: timers and monitors that throw are faults of the child") {
  virtual_system vs;
  auto other = vs.sys.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[self](int) {
      self->quit();
    }};
  });
  auto make = [other](caf::event_based_actor* self) -> caf::behavior {
    auto me = vigil::this_child(self);
    if (me.incarnation() == 1)
      me.run_after(1s, boom);
    else
      me.monitor(other, [](const caf::error&) { boom(); });
    return {[](int) {
    }};
  };
  auto tree = vigil::supervisor("root")
                .intensity(2, 5s)
                .child(vigil::child("a", make))
                .start(vs.sys);
  REQUIRE(tree);
  vs.advance(1s);
  CHECK(tree.value().which_child("a").value().incarnation == 2);
  vs.tell(other, 1);
  // `other` is gone, so each new incarnation learns that at once, until it is
  // enough.
  CHECK_FALSE(tree.value().running());
}
