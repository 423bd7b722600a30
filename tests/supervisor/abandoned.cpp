#include "dynamic_fixture.hpp"
#include "world.hpp"

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace test;
using vigil::errc;
using vigil::event_type;

// A child whose handler does not return, and what goes on without it.

namespace {

/// An actor for actor functions that stands still while its gate is closed, as
/// if a handler of its did not return.
class halting : public halted<caf::event_based_actor, halting> {
public:
  using halted<caf::event_based_actor, halting>::halted;

  static gate* the_door;

  [[nodiscard]] static gate* door() noexcept {
    return the_door;
  }
};

gate* halting::the_door = nullptr;

caf::behavior hang(halting* self) {
  const auto incarnation = vigil::this_child(self).incarnation();
  return vigil::behavior(
    self,
    [incarnation](const std::string& what) -> vigil::outcome<std::string> {
      if (what == "die")
        return vigil::fault("told to die");
      return "a#" + std::to_string(incarnation);
    });
}

auto a_child() {
  return vigil::child("a", hang).shutdown(1s);
}

/// What all cases have: a child "a" that stands still at will.
struct standstill : world {
  standstill() {
    halting::the_door = &(*this)["a"].door;
  }

  ~standstill() {
    halting::the_door = nullptr;
  }

  void halt() {
    (*this)["a"].door.closed = true;
  }

  /// What comes from now on runs; what stood still does until `open`.
  void leave_standing() {
    auto& door = (*this)["a"].door;
    stuck_ = std::exchange(door.held, {});
    door.closed = false;
  }

  void let_go() {
    (*this)["a"].door.held = std::move(stuck_);
    open("a");
  }

  [[nodiscard]] answer<std::string> ask_a(const caf::actor& to) {
    return request<std::string>(to, std::string{"who"});
  }

  [[nodiscard]] std::string say(const caf::actor& to) {
    auto x = ask_a(to);
    run();
    auto result = x.get();
    return result ? result.value() : name_of(result.error().code);
  }

private:
  std::vector<caf::strong_actor_ptr> stuck_;
};

caf::actor handle_of_a(const vigil::tree_ref& tree, const char* path = "a") {
  return tree.find<caf::actor>(path).value();
}

vigil::supervisor_builder<> sup(vigil::restart_strategy how) {
  return vigil::supervisor("sup").strategy(how).intensity(100, 1h);
}

} // namespace

TEST_CASE("a group goes on without a child that hangs, under the same handle") {
  for (auto how : {vigil::one_for_all, vigil::rest_for_one}) {
    standstill w;
    auto tree = w.start(sup(how).child(w.child("b")).child(a_child()));
    w.watch(tree);
    const auto a = handle_of_a(tree);
    w.halt();
    const auto old = w.ask_a(a);
    w.tell(tree, "b", "die");
    w.advance(1500ms);
    w.leave_standing();
    w.advance(1s);
    CHECK(state_of(tree, "a") == "running");
    CHECK(handle_of_a(tree) == a);
    CHECK(w.say(a) == "a#2");
    CHECK(w.ask(tree, "b") == "b#2");
    CHECK_FALSE(old.arrived());
    static_cast<void>(w.events());
    // What waited in the old incarnation is handled by the new one.
    w.let_go();
    REQUIRE(old.arrived());
    CHECK(old.get().value() == "a#2");
    CHECK(w.events() == "child_stopped sup/a#1\n");
    CHECK(w.say(a) == "a#2");
    CHECK(said(tree.stop()) == "ok");
  }
}

TEST_CASE("messages in the mailbox of a child that hangs keep their order") {
  standstill w;
  auto tree = w.start(sup(vigil::one_for_one).child(a_child()));
  w.watch(tree);
  const auto a = handle_of_a(tree);
  w.halt();
  std::vector<answer<std::string>> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(w.ask_a(a));
  auto gone = w.request<void>(tree.handle(), vigil::call::terminate_child{"a"});
  w.advance(3s);
  CHECK(gone.arrived());
  w.leave_standing();
  // It is stopped: what comes now is refused, what waits is not yet.
  CHECK(w.say(a) == "child_stopped");
  CHECK_FALSE(all.front().arrived());
  CHECK(said(tree.restart_child("a")) == "ok");
  CHECK(w.say(a) == "a#2");
  w.let_go();
  for (const auto& x : all) {
    REQUIRE(x.arrived());
    CHECK(x.get().value() == "a#2");
  }
  // In place, nothing is different from before.
  CHECK(w.say(a) == "a#2");
  caf::anon_send(a, std::string{"die"});
  w.run();
  CHECK(w.say(a) == "a#3");
}

TEST_CASE(
  "as many messages wait for the incarnation after one that hangs as come") {
  constexpr std::size_t many = 3000;
  standstill w;
  auto tree = w.start(sup(vigil::one_for_all)
                        .child(w.child("b").backoff(vigil::fixed(1min)))
                        .child(a_child()));
  const auto a = handle_of_a(tree);
  std::vector<answer<std::string>> all;
  const auto ask_many = [&] {
    for (std::size_t i = 0; i < many; ++i)
      all.push_back(w.ask_a(a));
  };
  w.halt();
  ask_many();
  w.tell(tree, "b", "die");
  w.advance(3s);
  w.leave_standing();
  // It is left behind, and its handler returns before the next incarnation
  // begins.
  w.let_go();
  ask_many();
  w.run();
  CHECK_FALSE(all.front().arrived());
  w.advance(1min);
  std::size_t answered = 0;
  for (const auto& x : all)
    answered += x.arrived() && x.get() ? 1 : 0;
  CHECK(answered == 2 * many);
}

TEST_CASE(
  "links belong to the incarnation that is there, not to one that hangs") {
  for (auto hangs_again : {false, true}) {
    standstill w;
    auto tree = w.start(sup(vigil::one_for_one).child(a_child()));
    const auto a = handle_of_a(tree);
    std::vector<caf::error> exits;
    const auto link = [&] {
      auto other = w.sys().spawn<caf::hidden>(
        [a, &exits](caf::event_based_actor* self) -> caf::behavior {
          self->set_exit_handler(
            [&exits](caf::exit_msg& x) { exits.push_back(x.reason); });
          self->link_to(a);
          return {[](int) {
          }};
        });
      w.run();
      return other;
    };
    const auto hang_and_come_back = [&] {
      w.halt();
      const auto waits = w.ask_a(a);
      auto gone
        = w.request<void>(tree.handle(), vigil::call::terminate_child{"a"});
      w.advance(3s);
      CHECK(gone.arrived());
      w.leave_standing();
      CHECK(said(tree.restart_child("a")) == "ok");
    };
    const auto first = link();
    hang_and_come_back();
    // One that is left behind has ended.
    REQUIRE(exits.size() == 1);
    CHECK(vigil::to_failure(exits[0]).code == errc::child_stuck);
    const auto second = link();
    if (hangs_again)
      hang_and_come_back();
    else
      caf::anon_send(a, std::string{"die"});
    w.run();
    CHECK(exits.size() == 2);
    const auto third = link();
    w.let_go();
    CHECK(exits.size() == 2);
    caf::anon_send(a, std::string{"die"});
    w.run();
    CHECK(exits.size() == 3);
    CHECK(said(tree.stop()) == "ok");
  }
}

TEST_CASE("a child that was left behind before it began does not begin") {
  world w;
  auto tree = w.start(sup(vigil::one_for_one));
  w["a"].door.closed = true;
  auto up = w.request<vigil::child_info>(
    tree.handle(),
    vigil::call::start_child{w.child("a", kind::of_class).shutdown(1s)});
  w.run();
  auto gone = w.request<void>(tree.handle(), vigil::call::terminate_child{"a"});
  w.advance(3s);
  CHECK(gone.arrived());
  auto held = std::exchange(w["a"].door.held, {});
  w["a"].door.closed = false;
  CHECK(said(tree.restart_child("a")) == "ok");
  CHECK(w.log() == "start a#1");
  w["a"].door.held = std::move(held);
  w.open("a");
  CHECK(w.log().empty());
  CHECK(w.ask(tree, "a") == "a#1");
}

TEST_CASE(
  "a pool goes on with the successor of a member that hangs, also after "
  "what that one has written to it, and answers by its own handle") {
  standstill w;
  auto pool = std::make_shared<caf::actor>();
  auto writes = [pool](halting* self) -> caf::behavior {
    if (*pool)
      self->delayed_send(*pool, 10s, 1);
    return {[](int) {},
            [n = vigil::this_child(self).incarnation()](
              const std::string& what) -> caf::result<std::string> {
              if (what == "die")
                throw std::runtime_error{what};
              return "a#" + std::to_string(n);
            }};
  };
  auto tree = w.start(
    sup(vigil::one_for_one)
      .child(vigil::pool("pool", 1, vigil::child("a", writes).shutdown(1s))));
  *pool = handle_of_a(tree, "pool");
  caf::anon_send(*pool, std::string{"die"});
  w.run();
  w.halt();
  const auto old = w.ask_a(*pool);
  auto gone
    = w.request<void>(tree.handle(), vigil::call::terminate_child{"pool/0"});
  w.advance(3s);
  REQUIRE(gone.arrived());
  w.leave_standing();
  CHECK(said(tree.restart_child("pool/0")) == "ok");
  CHECK(w.say(*pool) == "a#3");
  // What the one that hangs has sent comes now, and goes to nobody.
  w.advance(10s);
  CHECK(w.say(*pool) == "a#3");
  CHECK(w.say(*pool) == "a#3");
  caf::strong_actor_ptr from;
  w.sys().spawn([&](caf::event_based_actor* self) {
    self->request(*pool, 10s, std::string{"who"})
      .then(
        [&from, self](const std::string&) { from = self->current_sender(); });
  });
  w.run();
  CHECK(from == *pool);
  w.let_go();
  CHECK(old.arrived());
  CHECK(w.say(*pool) == "a#3");
  *pool = caf::actor{};
}

TEST_CASE("a child may hang in each of its incarnations") {
  standstill w;
  auto tree = w.start(sup(vigil::one_for_one).child(a_child()));
  const auto a = handle_of_a(tree);
  std::vector<answer<std::string>> all;
  for (int i = 0; i < 5; ++i) {
    w.halt();
    all.push_back(w.ask_a(a));
    auto gone
      = w.request<void>(tree.handle(), vigil::call::terminate_child{"a"});
    w.advance(3s);
    REQUIRE(gone.arrived());
    w.leave_standing();
    CHECK(said(tree.restart_child("a")) == "ok");
    CHECK(w.say(a) == "a#" + std::to_string(i + 2));
    if (i % 2 == 0)
      w.let_go();
  }
  CHECK(all[0].arrived());
  CHECK(all[4].arrived());
}

TEST_CASE("a health check replaces a child that hangs in place") {
  standstill w;
  auto tree = w.start(sup(vigil::one_for_one)
                        .child(a_child().health_check(
                          1s, vigil::within(1s), vigil::unhealthy_after(1))));
  const auto a = handle_of_a(tree);
  w.advance(1500ms);
  w.halt();
  const auto old = w.ask_a(a);
  w.advance(1900ms);
  w.leave_standing();
  w.advance(2s);
  CHECK(state_of(tree, "a") == "running");
  CHECK(w.say(a) == "a#2");
  w.advance(10s);
  CHECK(w.say(a) == "a#2");
  w.let_go();
  CHECK(old.get().value() == "a#2");
  w.advance(10s);
  CHECK(w.say(a) == "a#2");
}

TEST_CASE("a supervisor whose child hangs is restarted without it") {
  standstill w;
  auto inner
    = vigil::supervisor("in").strategy(vigil::one_for_all).child(a_child());
  auto tree = w.start(
    sup(vigil::one_for_all).child(w.child("b")).child(std::move(inner)));
  const auto a = handle_of_a(tree, "in/a");
  w.halt();
  const auto old = w.ask_a(a);
  w.tell(tree, "b", "die");
  w.advance(1500ms);
  w.leave_standing();
  w.advance(1s);
  CHECK(state_of(tree, "in/a") == "running");
  CHECK(w.say(a) == "a#2");
  w.let_go();
  CHECK(old.get().value() == "a#2");
}

TEST_CASE(
  "a child that hung and is deleted refuses what waited and what comes") {
  standstill w;
  auto tree = w.start(sup(vigil::one_for_one).child(a_child()));
  w.watch(tree);
  const auto a = handle_of_a(tree);
  w.halt();
  const auto old = w.ask_a(a);
  auto gone = w.request<void>(tree.handle(), vigil::call::terminate_child{"a"});
  w.advance(3s);
  REQUIRE(gone.arrived());
  w.leave_standing();
  CHECK(said(tree.delete_child("a")) == "ok");
  CHECK(w.say(a) == "child_stopped");
  w.let_go();
  REQUIRE(old.arrived());
  CHECK(old.get().error().code == errc::child_stopped);
  CHECK(old.get().error().path == "sup/a");
  CHECK(w.say(a) == "child_stopped");
}

TEST_CASE("a child that hangs in its start is replaced, too") {
  // The start hangs before the function is called.
  standstill w;
  auto tree
    = w.start(sup(vigil::one_for_one)
                .child(a_child().start_timeout(1s).backoff(vigil::fixed(1s))));
  const auto a = handle_of_a(tree);
  caf::anon_send(a, std::string{"die"});
  w.run();
  w.halt();
  w.advance(1s);
  const auto waits = w.ask_a(a);
  w.advance(1900ms);
  w.leave_standing();
  w.advance(2s);
  CHECK(state_of(tree, "a") == "running");
  CHECK(w.say(a).substr(0, 2) == "a#");
  w.let_go();
  CHECK(waits.arrived());
  CHECK(waits.get());
}

TEST_CASE("a dynamic child that hangs and is left behind refuses messages") {
  static constexpr vigil::child_key<vigil::dynamic_ref<caf::actor>, "hanging">
    key;
  standstill w;
  auto tree = w.start(vigil::supervisor("sup").child(
    vigil::dynamic_supervisor(key, hang).child_shutdown(1s)));
  const auto a = tree[key].start_child().value();
  CHECK(w.say(a) == "a#1");
  // Who monitors or links it is told when it is gone.
  std::vector<caf::error> told;
  const auto watch = [&] {
    auto other = w.sys().spawn<caf::hidden>(
      [a, &told](caf::event_based_actor* self) -> caf::behavior {
        self->set_exit_handler(
          [&told](caf::exit_msg& x) { told.push_back(x.reason); });
        self->set_down_handler(
          [&told](caf::down_msg& x) { told.push_back(x.reason); });
        self->link_to(a);
        self->monitor(a);
        return {[](int) {
        }};
      });
    w.run();
    return other;
  };
  const auto early = watch();
  CHECK(told.empty());
  w.halt();
  const auto old = w.ask_a(a);
  auto gone = w.request<void>(
    tree[key].handle(),
    vigil::call::terminate_handle{caf::actor_cast<caf::strong_actor_ptr>(a)});
  w.advance(3s);
  CHECK(gone.arrived());
  CHECK(told.size() == 2);
  w.leave_standing();
  const auto afterwards = watch();
  CHECK(told.size() == (latecomers_are_told ? 4 : 3));
  for (const auto& x : told)
    CHECK(vigil::to_failure(x).code == errc::child_stuck);
  auto late = w.ask_a(a);
  w.run();
  REQUIRE(late.arrived());
  CHECK(late.get().error().code == errc::child_stopped);
  CHECK(late.get().error().path == "sup/hanging/#1");
  CHECK_FALSE(old.arrived());
  w.let_go();
  REQUIRE(old.arrived());
  CHECK(old.get().error().code == errc::child_stopped);
  CHECK(w.say(a) == "child_stopped");
  CHECK(told.size() == 4);
}

TEST_CASE("a handler that does not return is left, and its mail goes on") {
  caf::actor_system_config cfg;
  test::set_workers(cfg, 4);
  caf::actor_system sys{cfg};
  std::promise<void> release;
  std::promise<void> hangs;
  auto gate = release.get_future().share();
  std::atomic<int> after{0};
  auto f = [gate, &after, &hangs](caf::event_based_actor* self) {
    const auto incarnation = vigil::this_child(self).incarnation();
    return vigil::behavior(self,
                           [=, &after, &hangs](const std::string& what)
                             -> vigil::outcome<std::string> {
                             if (what == "hang") {
                               hangs.set_value();
                               gate.wait();
                               return vigil::fault("too late");
                             }
                             ++after;
                             return std::to_string(incarnation);
                           });
  };
  auto tree = vigil::supervisor("sup")
                .strategy(vigil::one_for_all)
                .intensity(100, 1h)
                .child(vigil::child("a", f).shutdown(10ms))
                .child(vigil::child("b", f))
                .start(sys);
  REQUIRE(tree);
  const auto a = handle_of_a(tree.value());
  caf::anon_send(a, std::string{"hang"});
  // Before that, an order would overtake it.
  hangs.get_future().wait();
  caf::scoped_actor self{sys, true};
  auto old = self->request(a, 30s, std::string{"who"});
  CHECK(said(tree.value().terminate_child("a")) == "ok");
  CHECK(said(tree.value().restart_child("a")) == "ok");
  std::string got;
  self->request(a, 30s, std::string{"who"})
    .receive([&](const std::string& x) { got = x; }, [](const caf::error&) {});
  CHECK(got == "2");
  release.set_value();
  got.clear();
  old.receive(
    [&](const std::string& x) { got = x; },
    [&](const caf::error& why) { got = to_string(vigil::to_failure(why)); });
  CHECK(got == "2");
  CHECK(after == 2);
  CHECK(said(tree.value().stop()) == "ok");
}

// -- nothing starts once its supervisor goes down -----------------------------

TEST_CASE("a child that ends while its supervisor stops does not come back") {
  for (auto k : all_kinds)
    for (const auto* how : {"die", "stop", "throw", "fail"}) {
      CAPTURE(to_string(k));
      CAPTURE(how);
      world w;
      w["b"].asked = farewell::slow;
      w["b"].takes = 1s;
      auto tree = w.start(
        sup(vigil::one_for_one).child(w.child("a", k)).child(w.child("b")));
      w.watch(tree);
      const auto a = handle_of(tree, "a");
      auto report
        = w.request<vigil::stop_report>(tree.handle(), vigil::call::stop{});
      w.run();
      w.tell(a, how);
      CHECK(w["a"].lives == 1);
      w.advance(2s);
      CHECK(report.arrived());
      CHECK(w["a"].lives == 1);
    }
}

TEST_CASE(
  "a child that ends while its supervisor gives up does not come back") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    w["b"].asked = farewell::slow;
    w["b"].takes = 1s;
    auto inner = vigil::supervisor("in")
                   .intensity(100, 1h)
                   .child(w.child("a", k))
                   .child(w.child("b"))
                   .child(w.child("c").intensity(0, 1s));
    auto tree = w.start(sup(vigil::one_for_one).child(std::move(inner)));
    const auto a = handle_of(tree, "in/a");
    w.tell(tree, "in/c", "die");
    w.tell(a, "die");
    CHECK(w["a"].lives == 1);
    w.advance(2s);
    // Its supervisor has been restarted.
    CHECK(w["a"].lives == 2);
    w.tell(a, "die");
    CHECK(w["a"].lives == 3);
  }
}

TEST_CASE("a class child whose supervisor stops is not started any more") {
  world w;
  w["a"].door.closed = true;
  auto tree = w.start(sup(vigil::one_for_one));
  auto up = w.request<vigil::child_info>(
    tree.handle(), vigil::call::start_child{w.child("a", kind::of_class)});
  w.run();
  auto report
    = w.request<vigil::stop_report>(tree.handle(), vigil::call::stop{});
  w.run();
  w.open("a");
  CHECK(report.arrived());
  CHECK(w["a"].lives == 0);
  CHECK(name_of(up.get().error().code) == "supervisor_stopping");
}
