#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace test;
namespace call = vigil::call;

namespace {

auto sup(std::string id = "sup") {
  return vigil::supervisor(std::move(id));
}

/// A supervisor that gives up at the first failure.
auto brittle(std::string id) {
  return vigil::supervisor(std::move(id)).intensity(0, 0s);
}

vigil::supervisor_handle supervisor_at(const vigil::tree_ref& tree,
                                       std::string_view path) {
  auto x = tree.find<vigil::supervisor_handle>(path);
  if (!x)
    FAIL(vigil::render(x.error()));
  return x.value();
}

/// A supervisor that comes up once the door of its second child is open.
auto slow_to_start(world& w) {
  return sup("in")
    .child(w.child("a"))
    .child(w.child("b", kind::of_class).shutdown(vigil::brutal_kill));
}

void send_exit(world& w, const vigil::supervisor_handle& to,
               caf::error reason) {
  vigil::compat::send_exit(caf::actor_cast<caf::strong_actor_ptr>(to), nullptr,
                           std::move(reason));
  w.run();
}

} // namespace

TEST_CASE("a tree starts depth first and stops the other way round") {
  world w;
  auto tree = w.start(
    sup()
      .child(w.child("a"))
      .child(
        sup("in").child(w.child("b")).child(sup("low").child(w.child("c"))))
      .child(w.child("d")));
  CHECK(w.log() == "start a#1, start b#1, start c#1, start d#1");
  CHECK(counts(tree) == "[3, 3, 1, 2]");
  CHECK(counts(tree, "in") == "[2, 2, 1, 1]");
  CHECK(said(tree.stop()) == "ok");
  CHECK(w.log() == "stop d#1, stop c#1, stop b#1, stop a#1");
}

TEST_CASE("a supervisor that gives up is restarted by its parent") { // S63
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup()
                          .child(w.child("a"))
                          .child(brittle("in")
                                   .child(w.child("b"))
                                   .child(w.child("c", k))
                                   .child(w.child("d"))));
    w.log();
    auto c = handle_of(tree, "in/c");
    CHECK(w.ask(c, "die") == "died");
    CHECK(w.log()
          == "stop c#1, stop d#1, stop b#1, start b#2, start c#2, start d#2");
    CHECK(w.ask(c, "who") == "c#2");
    CHECK(w.ask(tree, "a") == "a#1");
    auto picture = tree.snapshot();
    CHECK(picture.find("sup")->budget_used == 1);
    CHECK(picture.find("sup/in")->budget_used == 0);
    CHECK(picture.find("sup/in")->incarnation == 2);
    CHECK(picture.find("sup/in")->restarts == 1);
  }
}

TEST_CASE("giving up is an abnormal end: a transient supervisor comes back, a "
          "temporary one does not") {
  world w; // S63; unlike OTP the end of a supervisor that gave up is abnormal
  auto tree = w.start(sup()
                        .child(brittle("t").transient().child(w.child("a")))
                        .child(brittle("x").temporary().child(w.child("b"))));
  w.tell(tree, "t/a", "die");
  CHECK(w.ask(tree, "t/a") == "a#2");
  w.tell(tree, "x/b", "die");
  CHECK(listing(tree) == "t running");
  CHECK(said(tree.find<worker>("x/b")) == "not_found");
}

TEST_CASE("budgets multiply through the levels, and the chain of causes leads "
          "from the root to the child") {
  world w;
  auto tree
    = w.start(sup().intensity(1, 1h).child(sup("mid").intensity(1, 1h).child(
      sup("low").intensity(1, 1h).child(w.child("a")))));
  auto a = handle_of(tree, "mid/low/a");
  for (int i = 1; i < 8; ++i) {
    CHECK(w.ask(a, "who") == "a#" + std::to_string(i));
    w.tell(a, "die");
    CHECK(tree.running());
  }
  w.tell(a, "throw");
  CHECK_FALSE(tree.running());
  auto end = tree.wait();
  REQUIRE_FALSE(end);
  CHECK(chain(end.error())
        == "restart_limit_reached < restart_limit_reached < "
           "restart_limit_reached < exception");
  const auto* why = &end.error();
  for (auto path : {"sup", "sup/mid", "sup/mid/low", "sup/mid/low/a"}) {
    CHECK(why->path == path);
    why = why->cause.get();
  }
  CHECK(end.error().root_cause().message == "told to throw");
  CHECK(end.error().root_cause().incarnation == 8);
}

TEST_CASE("the restart of a supervisor brings back what its builder said") {
  world w; // S85
  auto in = brittle("in")
              .child(w.child("a"))
              .child(w.child("terminated"))
              .child(w.child("deleted"))
              .child(w.child("finished").transient())
              .child(w.child("gone").temporary());
  auto tree = w.start(sup().child(in));
  auto added = tree.start_child_at("in", w.child("added"));
  REQUIRE(added);
  CHECK(said(tree.terminate_child("in/terminated")) == "ok");
  CHECK(said(tree.terminate_child("in/deleted")) == "ok");
  CHECK(said(tree.delete_child("in/deleted")) == "ok");
  w.tell(tree, "in/finished", "stop");
  w.tell(tree, "in/gone", "stop");
  CHECK(listing(tree, "in")
        == "added running, finished stopped, terminated stopped, a running");
  w.log();
  w.tell(tree, "in/a", "die");
  CHECK(w.log()
        == "stop a#1, stop added#1, start a#2, start terminated#2, "
           "start deleted#2, start finished#2, start gone#2");
  CHECK(listing(tree, "in")
        == "gone running, finished running, deleted running, "
           "terminated running, a running");
  CHECK(counts(tree, "in") == "[5, 5, 0, 5]");
  auto reply = w.ask(added.value(), "who");
  CHECK(reply != "timeout");
  CHECK(reply != "added#1");
}

TEST_CASE("a supervisor that does not start again costs its parent one more") {
  world w; // a5, a8
  w["b"].starts = {begin::ok, begin::fail, begin::ok};
  auto tree = w.start(sup().intensity(2, 1h).child(
    brittle("in").child(w.child("a")).child(w.child("b"))));
  w.log();
  w.tell(tree, "in/a", "die");
  CHECK(w.log()
        == "stop a#1, stop b#1, start a#2, stop a#2, start a#3, start b#3");
  CHECK(tree.snapshot().rows[0].budget_used == 2);
}

TEST_CASE("a supervisor that never starts again ends its parent, with the "
          "reason") {
  world w;
  auto tree
    = w.start(sup().intensity(2, 1h).child(brittle("in").child(w.child("a"))));
  w["a"].later = begin::fail;
  w.tell(tree, "in/a", "die");
  CHECK(w["a"].lives == 3);
  CHECK(chain(tree.wait().error())
        == "restart_limit_reached < start_failed < start_failed < refused");
}

TEST_CASE("a supervisor may wait before its restart like any child") {
  world w;
  auto tree = w.start(
    sup().child(brittle("in").backoff(vigil::fixed(5s)).child(w.child("a"))));
  auto a = handle_of(tree, "in/a");
  w.tell(a, "die");
  CHECK(listing(tree) == "in restarting");
  CHECK(state_of(tree, "in/a") == "stopped");
  auto reply = w.request<std::string>(a, std::string{"who"});
  w.advance(5s - 1ns);
  CHECK_FALSE(reply.arrived());
  CHECK(said(tree.start_child_at("in", w.child("b"))) == "supervisor_down");
  w.advance(1ns);
  CHECK(reply.get().value() == "a#2");
}

TEST_CASE("supervisors take part in the groups of their parents") {
  world w;
  auto tree
    = w.start(sup()
                .strategy(vigil::rest_for_one)
                .child(w.child("a"))
                .child(sup("in").child(w.child("b")).child(w.child("c")))
                .child(w.child("d")));
  w.log();
  w.tell(tree, "a", "die");
  CHECK(w.log()
        == "stop a#1, stop d#1, stop c#1, stop b#1, "
           "start a#2, start b#2, start c#2, start d#2");
}

TEST_CASE("a supervisor that gives up in a group brings all of the group back "
          "as their builders said") {
  world w; // S85, second part
  auto tree = w.start(sup()
                        .strategy(vigil::one_for_all)
                        .intensity(1, 1h)
                        .child(sup("one").child(w.child("a")))
                        .child(sup("two").intensity(1, 1h).child(w.child("b")))
                        .child(sup("three").child(w.child("c"))));
  CHECK(said(tree.terminate_child("three")) == "ok");
  CHECK(said(tree.start_child_at("one", w.child("added"))) == "ok");
  CHECK(counts(tree) == "[3, 2, 3, 0]");
  w["b"].starts = {begin::fail};
  w.log();
  w.tell(tree, "two/b", "die");
  CHECK(w.log()
        == "stop b#1, stop added#1, stop a#1, start a#2, start b#3, start c#2");
  CHECK(counts(tree) == "[3, 3, 3, 0]");
  CHECK(listing(tree, "one") == "a running");
}

TEST_CASE("a failure is dealt with at the lowest level") {
  world w;
  auto tree
    = w.start(sup()
                .strategy(vigil::one_for_all)
                .child(w.child("a"))
                .child(sup("in").child(w.child("b")).child(w.child("c"))));
  w.log();
  w.tell(tree, "in/b", "die");
  CHECK(w.log() == "stop b#1, start b#2");
  CHECK(tree.snapshot().find("sup")->budget_used == 0);
}

TEST_CASE("calls work on supervisors as on any child") {
  world w;
  auto in = sup("in").child(w.child("a")).child(w.child("b"));
  auto tree = w.start(sup());
  auto added = tree.start_child(in);
  REQUIRE(added);
  CHECK(w.log() == "start a#1, start b#1");
  CHECK(counts(tree) == "[1, 1, 1, 0]");
  CHECK(said(tree.start_child(in)) == "already_started");
  CHECK(said(tree.restart_child("in")) == "child_running");
  CHECK(said(tree.delete_child("in")) == "child_running");
  CHECK(said(tree.terminate_child("in")) == "ok");
  CHECK(w.log() == "stop b#1, stop a#1");
  CHECK(said(tree.restart_child("in")) == "ok");
  CHECK(w.log() == "start a#2, start b#2");
  w["b"].later = begin::fail;
  CHECK(said(tree.terminate_child("in")) == "ok");
  auto failed = tree.restart_child("in");
  REQUIRE_FALSE(failed);
  CHECK(chain(failed.error()) == "start_failed < start_failed < refused");
  CHECK(w.log() == "stop b#2, stop a#2, start a#3, stop a#3");
  CHECK(said(tree.delete_child("in")) == "ok");
  CHECK(said(tree.find<worker>("in/a")) == "not_found");
  auto dead
    = w.call<vigil::child_counts>(added.value(), call::count_children{});
  CHECK(said(dead) != "ok");
  CHECK(said(dead) != "timeout");
}

TEST_CASE("a supervisor added at run time that does not start leaves nothing") {
  world w;
  w["b"].later = begin::fail;
  auto tree = w.start(sup());
  auto added
    = tree.start_child(sup("in").child(w.child("a")).child(w.child("b")));
  REQUIRE_FALSE(added);
  CHECK(chain(added.error()) == "start_failed < start_failed < refused");
  CHECK(added.error().root_cause().path == "sup/in/b");
  CHECK(listing(tree).empty());
  CHECK(w.log() == "start a#1, stop a#1");
}

TEST_CASE(
  "an exit message to a nested supervisor ends it as it would a child") {
  world w;
  auto tree = w.start(sup()
                        .child(sup("in").child(w.child("a")))
                        .child(sup("t").transient().child(w.child("b"))));
  auto in = supervisor_at(tree, "in");
  auto t = supervisor_at(tree, "t");
  send_exit(w, in, caf::make_error(caf::exit_reason::user_shutdown));
  CHECK(w.ask(tree, "in/a") == "a#2");
  send_exit(w, in, caf::make_error(caf::exit_reason::kill));
  CHECK(w.ask(tree, "in/a") == "a#3");
  send_exit(w, t, vigil::to_caf({trouble::died}));
  CHECK(w.ask(tree, "t/b") == "b#2");
  send_exit(w, t, caf::make_error(caf::exit_reason::user_shutdown));
  CHECK(state_of(tree, "t") == "stopped");
  CHECK(state_of(tree, "t/b") == "stopped");
}

TEST_CASE("a nested supervisor that is told to stop has ended normally") {
  world w;
  auto tree = w.start(sup()
                        .child(sup("in").child(w.child("a")))
                        .child(sup("t").transient().child(w.child("b"))));
  CHECK(
    said(w.call<vigil::stop_report>(supervisor_at(tree, "in"), call::stop{}))
    == "ok");
  CHECK(w.ask(tree, "in/a") == "a#2");
  CHECK(said(w.call<vigil::stop_report>(supervisor_at(tree, "t"), call::stop{}))
        == "ok");
  CHECK(listing(tree) == "t stopped, in running");
}

TEST_CASE("handles of supervisors survive their restarts") {
  world w;
  auto tree = w.start(sup().child(brittle("in").child(w.child("a"))));
  auto in = supervisor_at(tree, "in");
  w.tell(tree, "in/a", "die");
  CHECK(supervisor_at(tree, "in") == in);
  auto added = w.call<vigil::child_info>(in, call::start_child{w.child("b")});
  REQUIRE(added);
  CHECK(added.value().path == "sup/in/b");
  CHECK(listing(tree, "in") == "b running, a running");
}

TEST_CASE("a stop reaches a tree in the middle of an escalation") {
  world w;
  w["b"].asked = farewell::slow;
  w["b"].takes = 3s;
  auto tree
    = w.start(sup()
                .child(w.child("x"))
                .child(brittle("in").child(w.child("a")).child(w.child("b"))));
  w.log();
  w.tell(tree, "in/a", "die"); // gives up, waits for b
  CHECK(w.log() == "stop a#1");
  CHECK(said(tree.stop()) == "ok");
  CHECK(w.log() == "stop b#1, stop x#1");
  CHECK(said(tree.wait()) == "ok");
}

TEST_CASE("a supervisor that is killed while it comes up has failed to start") {
  world w;
  w["b"].door.closed = true;
  auto tree = w.start(sup());
  w.watch(tree);
  auto added = w.request<vigil::child_info>(
    tree.handle(), call::start_child{slow_to_start(w)});
  w.run();
  send_exit(w, supervisor_at(tree, "in"), caf::exit_reason::kill);
  w.advance(vigil::kill_grace);
  const auto told = w.events();
  CHECK(told.find("start_failed sup/in#1") != std::string::npos);
  CHECK(told.find("child_exited sup/in#1") == std::string::npos);
  w.open("b");
}

TEST_CASE("a kill reaches a supervisor in the middle of its start") {
  world w;
  w["b"].door.closed = true;
  auto tree = w.start(sup());
  auto added = w.request<vigil::child_info>(
    tree.handle(), call::start_child{slow_to_start(w)});
  w.run();
  CHECK(listing(tree) == "in starting");
  auto stopped = w.request<void>(tree.handle(), call::terminate_child{"in"});
  w.advance(vigil::kill_grace);
  CHECK(said(stopped.get()) == "ok");
  CHECK(w.log() == "start a#1, stop a#1");
  CHECK(said(added.get()) == "child_stopped");
}
