#include "dynamic_fixture.hpp"
#include "world.hpp"

#include <vigil/internal/state/exit_of.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>

using namespace test;
using vigil::errc;

// What those that monitor a child's handle are told, and when.

namespace {

struct told {
  std::shared_ptr<std::optional<caf::error>> why;
  // Without it the actor that monitors would end.
  caf::actor keep;
};

/// Monitors as CAF's users do.
template <class Handle>
told monitor(caf::actor_system& sys, const Handle& who) {
  auto result = std::make_shared<std::optional<caf::error>>();
  auto actor = sys.spawn<caf::hidden>(
    [=](caf::event_based_actor* self) -> caf::behavior {
      self->set_down_handler([=](caf::down_msg& x) {
        *result = x.reason;
        self->quit();
      });
      self->monitor(who);
      return {[](int) {
      }};
    });
  return {result, actor};
}

/// Returns what was told: a kind of end, or the name of a code.
std::string reason(const told& x) {
  if (!*x.why)
    return "-";
  const auto how = vigil::detail::exit_of(**x.why);
  if (how.kind != vigil::exit_kind::abnormal)
    return std::string{vigil::to_string(how.kind)};
  return name_of(how.why.code);
}

told monitor(world& w, const worker& who) {
  auto result = monitor(w.sys(), who);
  w.run();
  return result;
}

auto sup() {
  return vigil::supervisor("sup").intensity(100, 1h);
}

} // namespace

TEST_CASE("who monitors a temporary child is told why it ended") {
  for (auto k : all_kinds)
    for (const auto* how : {"stop", "shutdown", "die", "throw", "kill"}) {
      if (k == kind::callable && how == std::string{"throw"})
        continue;
      CAPTURE(to_string(k));
      CAPTURE(how);
      world w;
      auto tree = w.start(sup().child(w.child("a", k).temporary()));
      const auto a = handle_of(tree, "a");
      const auto seen = monitor(w, a);
      CHECK(reason(seen) == "-");
      w.tell(a, how);
      const std::string what{how};
      CHECK(reason(seen)
            == (what == "stop"       ? "normal"
                : what == "shutdown" ? "shutdown"
                : what == "die"      ? "died"
                : what == "throw"    ? "exception"
                                     : "killed"));
      CHECK(reason(monitor(w, a)) == reason(seen));
      CHECK(w.ask(a, "who") == "child_stopped");
    }
}

TEST_CASE(
  "who monitors a child in place is told at its end, not at that of the "
  "tree") {
  world w;
  auto tree = w.start(
    sup()
      .child(vigil::child("a", dyn::stubborn, 1).shutdown(3s))
      .child(vigil::supervisor("in").child(w.child("b", kind::in_place)))
      .child(w.child("c", kind::in_place)));
  const auto b = monitor(w, handle_of(tree, "in/b"));
  const auto c = monitor(w, handle_of(tree, "c"));
  caf::anon_send_exit(tree.handle(), caf::exit_reason::user_shutdown);
  w.run();
  CHECK(reason(b) == "shutdown");
  CHECK(reason(c) == "shutdown");
  CHECK(tree.running());
  w.advance(3s);
  CHECK(!tree.running());
}

TEST_CASE("who monitors a job is told when it is done") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k).transient()));
    const auto a = handle_of(tree, "a");
    const auto first = monitor(w, a);
    // A restart is no end.
    w.tell(a, "die");
    CHECK(reason(first) == "-");
    w.tell(a, "stop");
    CHECK(reason(first) == "normal");
    CHECK(state_of(tree, "a") == "stopped");
    // Also to who comes late.
    CHECK(reason(monitor(w, a)) == "normal");
    // It may run once more, under the same handle.
    CHECK(said(tree.restart_child("a")) == "ok");
    const auto second = monitor(w, a);
    CHECK(reason(second) == "-");
    CHECK(w.ask(a, "who") == "a#3");
    // Whoever was stopped may be started again.
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(reason(second) == "-");
    CHECK(said(tree.delete_child("a")) == "ok");
    w.run();
    CHECK(reason(second) == "shutdown");
    CHECK(reason(monitor(w, a)) == "shutdown");
  }
}

TEST_CASE("who monitors a child is told of its end when the tree ends") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(vigil::supervisor("sup")
                          .intensity(0, 1s)
                          .child(w.child("a", k))
                          .child(w.child("b", k)));
    const auto b = handle_of(tree, "b");
    const auto one = monitor(w, handle_of(tree, "a"));
    const auto other = monitor(w, b);
    w.tell(b, "die");
    CHECK(reason(one) == "shutdown");
    CHECK(reason(other) == "died");
  }
}

TEST_CASE("a start that is refused at the end of the tree is not told") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k)));
    const auto seen = monitor(w, handle_of(tree, "a"));
    // Where a start needs an order, that one is on its way.
    tree.events().subscribe([&](const vigil::event& x) {
      if (x.type == vigil::event_type::child_restarting
          || x.type == vigil::event_type::child_exited)
        vigil::anon_mail(vigil::call::stop{}).send(tree.handle());
    });
    w.tell(handle_of(tree, "a"), "die");
    CHECK_FALSE(tree.running());
    CHECK(reason(seen) != "-");
    CHECK(reason(seen) != "supervisor_stopping");
  }
}

TEST_CASE("a restart of the supervisor is no end of its children") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto inner = vigil::supervisor("in")
                   .intensity(0, 1s)
                   .child(w.child("a", k))
                   .child(w.child("b", k));
    auto tree = w.start(sup().child(std::move(inner)));
    const auto one = monitor(w, handle_of(tree, "in/a"));
    const auto other = monitor(w, handle_of(tree, "in/b"));
    w.tell(tree, "in/b", "die");
    CHECK(w.ask(tree, "in/a") == "a#2");
    CHECK(reason(one) == "-");
    CHECK(reason(other) == "-");
    CHECK(said(tree.terminate_child("in")) == "ok");
    CHECK(reason(one) == "-");
    CHECK(said(tree.delete_child("in")) == "ok");
    w.run();
    CHECK(reason(one) == "shutdown");
    CHECK(reason(other) == "shutdown");
  }
}

TEST_CASE("this_child's monitors are told, too") {
  world w;
  auto told_to = std::make_shared<std::string>();
  auto watcher = doing("w", {[=](worker::pointer self) {
                               auto me = vigil::this_child(self);
                               auto a = me.sibling<worker>("a").value();
                               me.monitor(a, [=](const caf::error& why) {
                                 *told_to = why ? "bad" : "good";
                               });
                             },
                             {}});
  auto tree
    = w.start(sup().child(w.child("a").transient()).child(std::move(watcher)));
  w.tell(tree, "a", "stop");
  CHECK(*told_to == "good");
}

TEST_CASE("who monitors a dynamic child is told why it ended") {
  for (auto how : {-1, -2, -4, -5}) {
    CAPTURE(how);
    dyn::fixture f;
    auto tree
      = f.start(dyn::pool().child_restart(vigil::restart_policy::temporary));
    auto a = tree[dyn::adders_key].start_child(1).value();
    auto b = tree[dyn::adders_key].start_child(1).value();
    const auto seen = monitor(f.sys, a);
    const auto other = monitor(f.sys, b);
    f.run();
    f.tell(a, how);
    const auto r = reason(seen);
    CHECK(r
          == (how == -1   ? "unspecified"
              : how == -2 ? "normal"
              : how == -4 ? "shutdown"
                          : "exited"));
    CHECK(said(tree[dyn::adders_key].terminate_child(b)) == "ok");
    CHECK(reason(other) == "shutdown");
  }
}

TEST_CASE("who monitors a pool is told why it ended") {
  static constexpr vigil::child_key<worker, "pool"> key;
  world w;
  auto tree = w.start(sup().child(
    vigil::pool(
      key, 2, [&w](std::size_t i) { return w.child("p" + std::to_string(i)); })
      .intensity(0, 1s)
      .temporary()));
  const auto pool = tree[key];
  const auto seen = monitor(w, pool);
  w.tell(pool, "die");
  CHECK(reason(seen) == "restart_limit_reached");
  CHECK(w.ask(pool, "who") == "child_stopped");
}

TEST_CASE("who monitors a supervisor is told why it ended") {
  world w;
  auto inner = vigil::supervisor("in").intensity(0, 1s).child(w.child("a"));
  auto tree = w.start(sup().child(std::move(inner).temporary()));
  auto in = caf::actor_cast<vigil::supervisor_handle>(
    tree.which_child("in").value().handle);
  const auto seen = monitor(w.sys(), in);
  w.run();
  w.tell(tree, "in/a", "die");
  CHECK(reason(seen) == "restart_limit_reached");
  const auto late
    = w.call<vigil::child_counts>(in, vigil::call::count_children{});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::supervisor_down);
  CHECK(late.error().path == "sup/in");
}

TEST_CASE("a tree that has ended answers supervisor_down, with its path") {
  world w;
  auto tree = w.start(sup().child(w.child("a")));
  auto report
    = w.request<vigil::stop_report>(tree.handle(), vigil::call::stop{});
  w.run();
  CHECK(report.arrived());
  const auto late
    = w.call<vigil::child_counts>(tree.handle(), vigil::call::count_children{});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::supervisor_down);
  CHECK(late.error().path == "sup");
}

TEST_CASE("a supervisor that is stopped while it comes up has not failed") {
  for (auto transient : {false, true}) {
    CAPTURE(transient);
    world w;
    w["a"].door.closed = true;
    auto tree = w.start(sup());
    w.watch(tree);
    auto inner = vigil::supervisor("in").child(w.child("a", kind::of_class));
    if (transient)
      inner = std::move(inner).transient();
    auto up = w.request<vigil::child_info>(
      tree.handle(), vigil::call::start_child{std::move(inner)});
    w.run();
    auto in = caf::actor_cast<vigil::supervisor_handle>(
      tree.which_child("in").value().handle);
    auto stopped = w.request<vigil::stop_report>(in, vigil::call::stop{});
    w.run();
    w.open("a");
    CHECK(stopped.arrived());
    CHECK(said(up.get()) == "child_stopped");
    CHECK(state_of(tree, "in") == (transient ? "stopped" : "running"));
    for (const auto& x : w.take_events())
      CHECK_FALSE(
        (x.path == "sup/in" && x.type == vigil::event_type::start_failed));
  }
}

TEST_CASE("a permanent child that ends normally is told what to write") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(
      vigil::supervisor("sup").intensity(1, 1h).child(w.child("a", k)));
    w.tell(tree, "a", "stop");
    w.tell(tree, "a", "stop");
    const auto end = tree.wait();
    REQUIRE_FALSE(end);
    CHECK(end.error().code == errc::restart_limit_reached);
    CHECK(end.error().message.find("\"a\" ended again") == 0);
    REQUIRE(end.error().cause);
    const auto& text = end.error().cause->message;
    CAPTURE(text);
    CHECK(text.find("it ended normally") == 0);
    CHECK(text.find(".transient()") != std::string::npos);
    CHECK(text.find("return a behavior") != std::string::npos);
  }
}

TEST_CASE("a temporary child that came and went was started") {
  for (auto k : {kind::in_place, kind::respawn, kind::callable}) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup());
    w["a"].starts = {begin::quit};
    auto a = tree.start_child(w.child("a", k).temporary());
    CHECK(said(a) == "ok");
    if (a)
      CHECK(w.ask(a.value(), "who") == "child_stopped");
    // One that has nothing to run is not.
    w["b"].starts = {begin::ignore};
    CHECK(said(tree.start_child(w.child("b", k).temporary())) == "ignored");
  }
}
