#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace test;
using vigil::event_type;

namespace {

auto sup() {
  return vigil::supervisor("sup");
}

} // namespace

// -- events -------------------------------------------------------------------

TEST_CASE("a restart in place tells the end and the new incarnation") {
  world w;
  auto tree = w.start(sup().child(w.child("a")));
  w.watch(tree);
  w.tell(tree, "a", "die");
  auto events = w.take_events();
  REQUIRE(events.size() >= 2);
  const auto& end = events.front();
  CHECK(end.type == event_type::child_exited);
  CHECK(end.path == "sup/a");
  CHECK(end.incarnation == 1);
  CHECK(end.exit == vigil::exit_kind::abnormal);
  REQUIRE(end.why);
  CHECK(end.why->code == trouble::died);
  CHECK(end.time == w.now());
  CHECK(events.back().type == event_type::child_restarted);
  CHECK(events.back().incarnation == 2);
}

TEST_CASE("children of all kinds tell the same of a restart") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree
      = w.start(sup().child(w.child("a", k).backoff(vigil::fixed(1500ms))));
    w.watch(tree);
    w.tell(tree, "a", "die");
    CHECK(w.events()
          == "child_exited sup/a#1 abnormal\n"
             "child_restarting sup/a#1 after 1500ms\n");
    w.advance(1500ms);
    CHECK(w.events() == "child_restarted sup/a#2\n");
    w.tell(tree, "a", "stop");
    CHECK(w.events()
          == "child_exited sup/a#2 normal\n"
             "child_restarting sup/a#2 after 1500ms\n");
  }
}

TEST_CASE("a start that fails is told, with the reason") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup());
    w.watch(tree);
    w["a"].starts = {begin::fail};
    CHECK(said(tree.start_child(w.child("a", k))) == "start_failed");
    auto events = w.take_events();
    REQUIRE_FALSE(events.empty());
    CHECK(events.front().type == event_type::start_failed);
    CHECK(events.front().path == "sup/a");
    REQUIRE(events.front().why);
    CHECK(events.front().why->code == trouble::refused);
    CHECK(said(tree.start_child(w.child("a", k))) == "ok");
    CHECK(w.events() == "child_started sup/a#1\n");
  }
}

TEST_CASE("calls and their ends are told") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k)));
    w.watch(tree);
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(w.events() == "child_stopped sup/a#1\n");
    CHECK(said(tree.restart_child("a")) == "ok");
    CHECK(w.events() == "child_restarted sup/a#2\n");
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(said(tree.delete_child("a")) == "ok");
    CHECK(w.events()
          == "child_stopped sup/a#2\n"
             "child_removed sup/a#2\n");
  }
}

TEST_CASE("kills and children left behind are told") {
  world w;
  w["a"].asked = farewell::stuck;
  auto tree = w.start(sup()
                        .child(w.child("a").shutdown(1s))
                        .child(w.child("b", kind::of_class).shutdown(1s)));
  w["b"].door.closed = true;
  w.watch(tree);
  CHECK(said(tree.stop()) == "ok");
  CHECK(w.events()
        == "child_killed sup/b#1\n"
           "child_left_behind sup/b#1\n"
           "child_killed sup/a#1\n"
           "child_stopped sup/a#1\n"
           "supervisor_stopped sup\n");
}

TEST_CASE("an escalation is told from the bottom to the top and back") {
  world w;
  auto tree = w.start(sup().intensity(1, 1h).child(vigil::supervisor("in")
                                                     .intensity(0, 0s)
                                                     .child(w.child("a"))
                                                     .child(w.child("b"))));
  w.watch(tree);
  w.tell(tree, "in/a", "die");
  CHECK(w.events()
        == "child_exited sup/in/a#1 abnormal\n"
           "gave_up sup/in#1\n"
           "child_stopped sup/in/b#1\n"
           "supervisor_stopped sup/in#1\n"
           "child_exited sup/in#1 abnormal\n"
           "child_restarting sup/in#1\n"
           "child_restarted sup/in/a#2\n"
           "child_restarted sup/in/b#2\n"
           "supervisor_started sup/in#2\n"
           "child_restarted sup/in#2\n");
  w.tell(tree, "in/a", "die");
  CHECK(w.events()
        == "child_exited sup/in/a#2 abnormal\n"
           "gave_up sup/in#2\n"
           "child_stopped sup/in/b#2\n"
           "supervisor_stopped sup/in#2\n"
           "child_exited sup/in#2 abnormal\n"
           "gave_up sup\n"
           "supervisor_stopped sup\n");
}

TEST_CASE("an event that gave_up or stopped says why") {
  world w;
  auto tree = w.start(sup().intensity(0, 0s).child(w.child("a")));
  w.watch(tree);
  w.tell(tree, "a", "die");
  auto events = w.take_events();
  REQUIRE(events.size() == 3);
  CHECK(events[1].type == event_type::gave_up);
  REQUIRE(events[1].why);
  CHECK(chain(*events[1].why) == "restart_limit_reached < died");
  CHECK(events[2].type == event_type::supervisor_stopped);
  CHECK(events[2].exit == vigil::exit_kind::abnormal);
  REQUIRE(events[2].why);
  CHECK(chain(*events[2].why) == "restart_limit_reached < died");
}

TEST_CASE("a subscriber that throws harms nobody, and may leave") {
  world w;
  auto tree = w.start(sup().child(w.child("a")));
  int seen = 0;
  auto bad = tree.events().subscribe(
    [](const vigil::event&) { throw std::runtime_error{"bad"}; });
  auto id = tree.events().subscribe([&](const vigil::event&) { ++seen; });
  w.tell(tree, "a", "die");
  CHECK(w.ask(tree, "a") == "a#2");
  CHECK(seen > 0);
  CHECK(tree.events().subscriber_failures()
        == static_cast<std::uint64_t>(seen));
  tree.events().unsubscribe(id);
  tree.events().unsubscribe(bad);
  const auto before = seen;
  w.tell(tree, "a", "die");
  CHECK(seen == before);
}

TEST_CASE("a subscriber may call the supervisor") {
  world w;
  auto tree = w.start(sup().child(w.child("a")).child(w.child("b")));
  auto root = tree.handle();
  tree.events().subscribe([&](const vigil::event& x) {
    if (x.type == event_type::child_exited)
      caf::anon_send(root, vigil::call::terminate_child{"b"});
  });
  w.tell(tree, "a", "die");
  CHECK(listing(tree) == "b stopped, a running");
  CHECK(tree.stop());
}

// -- snapshots ----------------------------------------------------------------

TEST_CASE("a snapshot shows the whole tree, parents first, in start order") {
  world w;
  auto tree = w.start(
    sup()
      .intensity(5, 1min)
      .child(w.child("a").transient())
      .child(vigil::supervisor("in")
               .strategy(vigil::one_for_all)
               .child(w.child("b", kind::respawn).backoff(vigil::fixed(1h))))
      .child(w.child("c").temporary()));
  w.advance(10s);
  w.tell(tree, "a", "die");
  w.tell(tree, "in/b", "throw");
  w.advance(5s);
  const auto x = tree.snapshot();
  REQUIRE(x.rows.size() == 5);
  CHECK(x.taken_at == w.now());
  const char* paths[] = {"sup", "sup/a", "sup/in", "sup/in/b", "sup/c"};
  const std::size_t depths[] = {0, 1, 1, 2, 1};
  const std::size_t parents[] = {vigil::tree_snapshot::no_parent, 0, 0, 2, 0};
  for (std::size_t i = 0; i < 5; ++i) {
    CAPTURE(i);
    CHECK(x.rows[i].path == paths[i]);
    CHECK(x.rows[i].depth == depths[i]);
    CHECK(x.rows[i].parent == parents[i]);
  }
  CHECK(x.rows[0].kind == vigil::child_kind::supervisor);
  CHECK(x.rows[0].strategy == vigil::one_for_one);
  CHECK(x.rows[0].budget == vigil::restart_intensity{5, 1min});
  CHECK(x.rows[0].budget_used == 1);
  CHECK(x.rows[0].uptime == 15s);
  CHECK(x.rows[1].restart == vigil::restart_policy::transient);
  CHECK(x.rows[1].uptime == 5s);
  CHECK(x.rows[1].incarnation == 2);
  CHECK(x.rows[1].restarts == 1);
  CHECK(x.rows[2].strategy == vigil::one_for_all);
  CHECK(x.rows[2].budget_used == 1);
  CHECK(x.rows[2].uptime == 15s);
  CHECK(x.rows[3].state == vigil::child_state::restarting);
  CHECK(x.rows[3].uptime == 0s);
  REQUIRE(x.rows[3].last_failure);
  CHECK(x.rows[3].last_failure->message == "told to throw");
  CHECK_FALSE(x.rows[4].last_failure);
  CHECK(x.find("sup/c") == &x.rows[4]);
  CHECK(x.find("c") == nullptr);
  auto by_call
    = w.call<vigil::tree_snapshot>(tree.handle(), vigil::call::take_snapshot{});
  REQUIRE(by_call);
  CHECK(by_call.value().rows.size() == 5);
}

TEST_CASE("a snapshot reads well as text") {
  world w;
  auto tree = w.start(sup()
                        .intensity(5, 1min)
                        .child(w.child("a").transient())
                        .child(vigil::supervisor("in")
                                 .strategy(vigil::one_for_all)
                                 .child(w.child("b").backoff(vigil::fixed(1h))))
                        .child(w.child("c").temporary()));
  w.tell(tree, "a", "stop");
  w.tell(tree, "in/b", "die");
  auto text
    = vigil::to_string(tree.snapshot(), {.unicode = false, .times = false});
  CHECK(text
        == "sup  one_for_one  0/5 in 1m\n"
           "|- - a   worker  transient  restarts 0  stopped\n"
           "|- * in  one_for_all  permanent  1/3 in 5s  restarts 0\n"
           "|  `- ~ b  worker  permanent  restarts 0  restarting"
           "  last: sup/in/b#1: test:1 died: told to die\n"
           "`- * c   worker  temporary  restarts 0\n");
}

TEST_CASE("which_children and get_child_spec tell what the builders said") {
  world w;
  auto tree = w.start(sup()
                        .child(w.child("a")
                                 .transient()
                                 .shutdown(7s)
                                 .backoff(vigil::fixed(1s))
                                 .gap_queue(3))
                        .child(vigil::supervisor("in")));
  auto all = tree.which_children();
  REQUIRE(all);
  REQUIRE(all.value().size() == 2);
  CHECK(all.value()[0].id == "in");
  CHECK(all.value()[0].kind == vigil::child_kind::supervisor);
  CHECK(all.value()[1].path == "sup/a");
  CHECK(all.value()[1].restart == vigil::restart_policy::transient);
  CHECK(all.value()[1].incarnation == 1);
  CHECK(all.value()[1].handle != nullptr);
  auto a = tree.get_child_spec("a");
  REQUIRE(a);
  CHECK(a.value().shutdown.deadline() == 7s);
  CHECK(a.value().backoff == vigil::fixed(1s));
  CHECK(a.value().gap_queue == 3);
  auto in = tree.get_child_spec("in");
  REQUIRE(in);
  CHECK(in.value().shutdown.infinite()); // the default of supervisors
  CHECK(in.value().restart == vigil::restart_policy::permanent);
}
