#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

using namespace test;
namespace call = vigil::call;

namespace {

auto sup() {
  return vigil::supervisor("sup");
}

/// Returns what the calls say that change nothing in most states:
/// `"start already_started, restart child_running, delete child_running"`.
std::string refusals(world& w, const vigil::supervisor_handle& to,
                     const std::string& id) {
  auto started = w.call<vigil::child_info>(to, call::start_child{w.child(id)});
  auto restarted = w.call<vigil::child_info>(to, call::restart_child{id});
  auto deleted = w.call<void>(to, call::delete_child{id});
  return "start " + said(started) + ", restart " + said(restarted) + ", delete "
         + said(deleted);
}

std::string refusals(world& w, const vigil::tree_ref& tree,
                     const std::string& id) {
  return refusals(w, tree.handle(), id);
}

} // namespace

// -- one state after another --------------------------------------------------

TEST_CASE("calls on a running child") { // S35, S45
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k)));
    CHECK(refusals(w, tree, "a")
          == "start already_started, restart child_running, "
             "delete child_running");
    CHECK(state_of(tree, "a") == "running");
    CHECK(counts(tree) == "[1, 1, 0, 1]");
    CHECK(said(tree.get_child_spec("a")) == "ok");
    CHECK(w.ask(tree, "a") == "a#1");
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(state_of(tree, "a") == "stopped");
    CHECK(counts(tree) == "[1, 0, 0, 1]");
    CHECK(w.log() == "start a#1, stop a#1");
  }
}

TEST_CASE("calls on a stopped child") { // S35, S45
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k)));
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(said(tree.start_child(w.child("a"))) == "already_present");
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(listing(tree) == "a stopped");
    auto again = tree.restart_child("a");
    REQUIRE(again);
    CHECK(again.value().state == vigil::child_state::running);
    CHECK(again.value().incarnation == 2);
    CHECK(w.ask(tree, "a") == "a#2");
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(said(tree.delete_child("a")) == "ok");
    CHECK(listing(tree).empty());
    CHECK(counts(tree) == "[0, 0, 0, 0]");
    CHECK(said(tree.delete_child("a")) == "not_found");
    CHECK(said(tree.start_child(w.child("a", k))) == "ok");
    CHECK(w.ask(tree, "a") == "a#3");
  }
}

TEST_CASE("calls on a child that waits for its restart") { // S77
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree
      = w.start(sup().child(w.child("a", k).backoff(vigil::fixed(10s))));
    w.tell(tree, "a", "die");
    CHECK(state_of(tree, "a") == "restarting");
    CHECK(counts(tree) == "[1, 0, 0, 1]");
    CHECK(refusals(w, tree, "a")
          == "start already_present, restart child_restarting, "
             "delete child_restarting");
    CHECK(said(tree.get_child_spec("a")) == "ok");
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(state_of(tree, "a") == "stopped");
    w.advance(1h);
    CHECK(w.log() == "start a#1, stop a#1");
    CHECK(said(tree.restart_child("a")) == "ok");
    CHECK(w.ask(tree, "a") == "a#2");
  }
}

TEST_CASE("calls on a child in a loop of failing restarts") { // S77
  world w;
  auto tree = w.start(
    sup().intensity(50, 1h).child(w.child("a").backoff(vigil::fixed(1s))));
  w["a"].later = begin::fail;
  w.tell(tree, "a", "die");
  w.advance(10s);
  CHECK(w["a"].lives == 11);
  CHECK(state_of(tree, "a") == "restarting");
  CHECK(refusals(w, tree, "a")
        == "start already_present, restart child_restarting, "
           "delete child_restarting");
  CHECK(said(tree.terminate_child("a")) == "ok");
  CHECK(state_of(tree, "a") == "stopped");
  w.advance(10s);
  CHECK(w["a"].lives == 11);
  CHECK(said(tree.restart_child("a")) == "start_failed");
  w["a"].later = begin::ok;
  CHECK(said(tree.restart_child("a")) == "ok");
  CHECK(w.ask(tree, "a") == "a#13");
}

TEST_CASE("calls on a child that is starting") {
  world w;
  w["a"].door.closed = true;
  auto tree = w.start(sup().child(w.child("b")));
  auto started = w.request<vigil::child_info>(
    tree.handle(), call::start_child{w.child("a", kind::of_class)});
  w.run();
  CHECK(listing(tree) == "a starting, b running");
  CHECK(counts(tree) == "[2, 1, 0, 2]");
  CHECK(refusals(w, tree, "a")
        == "start already_started, restart child_running, "
           "delete child_running");
  CHECK(w.ask(tree, "b") == "b#1");
  auto stopped = w.request<void>(tree.handle(), call::terminate_child{"a"});
  w.run();
  CHECK(said(started.get()) == "child_stopped");
  CHECK(state_of(tree, "a") == "stopping");
  CHECK_FALSE(stopped.arrived());
  w.open("a");
  CHECK(said(stopped.get()) == "ok");
  CHECK(listing(tree) == "a stopped, b running");
}

TEST_CASE("calls on a child that is stopping") {
  world w;
  w["a"].asked = farewell::slow;
  w["a"].takes = 2s;
  auto tree = w.start(sup().child(w.child("a")));
  auto one = w.request<void>(tree.handle(), call::terminate_child{"a"});
  w.advance(1s);
  CHECK(state_of(tree, "a") == "stopping");
  CHECK(counts(tree) == "[1, 0, 0, 1]");
  CHECK(refusals(w, tree, "a")
        == "start already_started, restart child_running, "
           "delete child_running");
  auto two = w.request<void>(tree.handle(), call::terminate_child{"a"});
  w.run();
  CHECK_FALSE(one.arrived());
  CHECK_FALSE(two.arrived());
  w.advance(1s);
  CHECK(said(one.get()) == "ok");
  CHECK(said(two.get()) == "ok");
  CHECK(state_of(tree, "a") == "stopped");
}

TEST_CASE("calls on a supervisor that is stopping") {
  world w;
  w["slow"].asked = farewell::slow;
  w["slow"].takes = 2s;
  auto tree = w.start(sup()
                        .child(w.child("a"))
                        .child(w.child("slow"))
                        .child(w.child("idle").temporary())
                        .child(w.child("gone")));
  CHECK(said(tree.terminate_child("gone")) == "ok");
  auto stopped = w.request<vigil::stop_report>(tree.handle(), call::stop{});
  w.advance(1s);
  for (auto id : {"a", "slow", "gone", "new"}) {
    CAPTURE(id);
    CHECK(refusals(w, tree, id)
          == "start supervisor_stopping, restart supervisor_stopping, "
             "delete supervisor_stopping");
  }
  CHECK(said(w.call<void>(tree.handle(), call::terminate_child{"gone"}))
        == "ok");
  CHECK(said(w.call<void>(tree.handle(), call::terminate_child{"new"}))
        == "not_found");
  auto one = w.request<void>(tree.handle(), call::terminate_child{"a"});
  auto two = w.request<void>(tree.handle(), call::terminate_child{"slow"});
  w.run();
  CHECK_FALSE(one.arrived());
  CHECK_FALSE(two.arrived());
  w.advance(1s);
  CHECK(said(one.get()) == "ok");
  CHECK(said(two.get()) == "ok");
  CHECK(said(stopped.get()) == "ok");
}

TEST_CASE("calls on a nested supervisor that is down") {
  world w;
  auto tree = w.start(sup().child(vigil::supervisor("in").child(w.child("a"))));
  CHECK(said(tree.terminate_child("in")) == "ok");
  CHECK(said(tree.start_child_at("in", w.child("b"))) == "supervisor_down");
  CHECK(said(tree.terminate_child("in/a")) == "supervisor_down");
  CHECK(said(tree.restart_child("in/a")) == "supervisor_down");
  CHECK(said(tree.delete_child("in/a")) == "supervisor_down");
  CHECK(listing(tree) == "in stopped");
  CHECK(state_of(tree, "in/a") == "stopped");
  CHECK(counts(tree) == "[1, 0, 1, 0]");
  CHECK(said(tree.restart_child("in")) == "ok");
  CHECK(w.ask(tree, "in/a") == "a#2");
  CHECK(said(tree.start_child_at("in", w.child("b"))) == "ok");
}

TEST_CASE("calls on a child that nobody knows") { // S35, S37
  world w;
  auto tree = w.start(sup().child(vigil::supervisor("in").child(w.child("a"))));
  for (auto path : {"x", "a", "in/x", "x/a"}) {
    CAPTURE(path);
    CHECK(said(tree.terminate_child(path)) == "not_found");
    CHECK(said(tree.restart_child(path)) == "not_found");
    CHECK(said(tree.delete_child(path)) == "not_found");
    CHECK(said(tree.which_child(path)) == "not_found");
    CHECK(said(tree.get_child_spec(path)) == "not_found");
    CHECK_FALSE(tree.terminate_child(path).error().message.empty());
  }
  CHECK(tree.terminate_child("in/x").error().path == "sup/in/x");
  CHECK(said(tree.start_child_at("x", w.child("b"))) == "not_found");
  CHECK(said(tree.start_child_at("in/a", w.child("b"))) == "not_found");
  CHECK(said(w.call<vigil::child_info>(tree.handle(), call::which_child{"x"}))
        == "not_found");
  CHECK(
    said(w.call<vigil::child_spec>(tree.handle(), call::get_child_spec{"x"}))
    == "not_found");
}

// -- what calls do ------------------------------------------------------------

TEST_CASE("start_child answers when the child is up, with its handle") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a")));
    auto b = tree.start_child(w.child("b", k));
    REQUIRE(b);
    CHECK(w.ask(b.value(), "who") == "b#1");
    CHECK(listing(tree) == "b running, a running");
    CHECK(handle_of(tree, "b") == b.value());
    w.tell(b.value(), "die");
    CHECK(w.ask(b.value(), "who") == "b#2");
    CHECK(said(tree.terminate_child("b")) == "ok"); // S19
    CHECK(said(tree.restart_child("b")) == "ok");
    w.tell(b.value(), "die");
    CHECK(w.ask(b.value(), "who") == "b#4");
  }
}

TEST_CASE("start_child of a child that fails drops it and tells why") { // S11
  for (auto k : all_kinds) {
    for (auto how : {begin::fail, begin::throws}) {
      CAPTURE(to_string(k));
      world w;
      auto tree = w.start(sup().intensity(0, 0s));
      w["a"].later = how;
      for (int i = 0; i < 2; ++i) {
        auto started = tree.start_child(w.child("a", k));
        REQUIRE_FALSE(started);
        CHECK(chain(started.error())
              == (how == begin::fail ? "start_failed < refused"
                                     : "start_failed < exception"));
        CHECK(started.error().path == "sup/a");
        CHECK(listing(tree).empty());
      }
      CHECK(w["a"].lives == 2);
      CHECK(tree.running());
    }
  }
}

TEST_CASE("a restart_child that fails leaves the child stopped") { // S13
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().intensity(0, 0s).child(w.child("a", k)));
    CHECK(said(tree.terminate_child("a")) == "ok");
    w["a"].starts = {begin::fail};
    auto restarted = tree.restart_child("a");
    REQUIRE_FALSE(restarted);
    CHECK(chain(restarted.error()) == "start_failed < refused");
    CHECK(listing(tree) == "a stopped");
    w.advance(1h);
    CHECK(w["a"].lives == 2);
    CHECK(w.ask(tree, "a") == "child_stopped");
    CHECK(said(tree.restart_child("a")) == "ok");
    CHECK(w.ask(tree, "a") == "a#3");
  }
}

TEST_CASE("a call does not say that a supervisor is up that was told to stop") {
  world w;
  auto in = vigil::supervisor("in").transient().child(
    w.child("slow", kind::of_class));
  auto tree = w.start(sup().child(in));
  const auto handle = tree.find<vigil::supervisor_handle>("in").value();
  CHECK(said(tree.terminate_child("in")) == "ok");
  w["slow"].door.closed = true;
  const auto up
    = w.request<vigil::child_info>(tree.handle(), call::restart_child{"in"});
  w.run();
  const auto stopped = w.request<vigil::stop_report>(handle, call::stop{});
  w.run();
  CHECK_FALSE(up.arrived());
  w.open("slow");
  CHECK(stopped.arrived());
  const auto what = up.get();
  REQUIRE_FALSE(what);
  CHECK(chain(what.error()) == "child_stopped");
  CHECK(what.error().path == "sup/in");
  CHECK(state_of(tree, "in") == "stopped");
  CHECK(said(tree.restart_child("in")) == "ok");
}

TEST_CASE("restart_child of a child that ignores its start is fine") { // a3
  world w;
  auto tree = w.start(sup().child(w.child("a")));
  CHECK(said(tree.terminate_child("a")) == "ok");
  w["a"].starts = {begin::ignore};
  auto restarted = tree.restart_child("a");
  REQUIRE(restarted);
  CHECK(restarted.value().state == vigil::child_state::stopped);
  CHECK(listing(tree) == "a stopped");
}

TEST_CASE("restart_child costs nothing of the budget") { // a3
  world w;
  auto tree = w.start(sup().intensity(0, 0s).child(w.child("a")));
  for (int i = 0; i < 20; ++i) {
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(said(tree.restart_child("a")) == "ok");
  }
  CHECK(w.ask(tree, "a") == "a#21");
}

TEST_CASE("terminate_child forgets a temporary child") { // a3
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k).temporary()));
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(listing(tree).empty());
    CHECK(said(tree.restart_child("a")) == "not_found");
  }
}

TEST_CASE("nothing is kept of a temporary child that was added and ended") {
  for (bool respawned : {false, true}) { // S91
    world w;
    auto tree = w.start(sup());
    auto mark = std::make_shared<int>(0);
    auto f = [](caf::event_based_actor* self, const std::shared_ptr<int>& x) {
      return caf::behavior{[self, x](int) {
        self->quit();
      }};
    };
    for (int i = 0; i < 10; ++i) {
      auto a = vigil::child("a", f, mark).temporary();
      auto started = tree.start_child(respawned ? a.respawn() : a);
      REQUIRE(started);
      caf::anon_send(started.value(), 1);
      w.run();
    }
    CHECK(listing(tree).empty());
    CHECK(mark.use_count() == 1);
  }
}
