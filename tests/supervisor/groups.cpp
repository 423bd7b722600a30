#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace test;

namespace {

auto sup(vigil::restart_strategy x) {
  return vigil::supervisor("sup").strategy(x).intensity(2, 1h);
}

/// Adds one child an id.
template <class... Ids>
auto with(world& w, vigil::supervisor_builder<> root, Ids... ids) {
  ((root = root.child(w.child(ids))), ...);
  return root;
}

constexpr auto all = vigil::one_for_all;
constexpr auto rest = vigil::rest_for_one;

} // namespace

TEST_CASE("one_for_one restarts the failed child only") {
  world w;
  auto tree = w.start(with(w, sup(vigil::one_for_one), "a", "b", "c"));
  w.log();
  w.tell(tree, "b", "die");
  CHECK(w.log() == "stop b#1, start b#2");
}

TEST_CASE("one_for_all stops all others in reverse and starts all in order") {
  world w; // S69; a4
  auto tree = w.start(with(w, sup(all), "d", "b", "e", "a"));
  w.log();
  w.tell(tree, "e", "die");
  CHECK(w.log()
        == "stop e#1, stop a#1, stop b#1, stop d#1, "
           "start d#2, start b#2, start e#2, start a#2");
  CHECK(counts(tree) == "[4, 4, 0, 4]");
}

TEST_CASE("rest_for_one restarts only the failed child and later siblings, in "
          "start order") { // S75
  world w;
  auto tree = w.start(with(w, sup(rest), "e", "c", "a", "d", "b"));
  CHECK(w.log() == "start e#1, start c#1, start a#1, start d#1, start b#1");
  w.tell(tree, "a", "die");
  CHECK(w.log()
        == "stop a#1, stop b#1, stop d#1, start a#2, start d#2, start b#2");
  CHECK(said(tree.stop()) == "ok");
  CHECK(w.log() == "stop b#2, stop d#2, stop a#2, stop c#1, stop e#1");
}

TEST_CASE("rest_for_one of the first child is like one_for_all, of the last "
          "like one_for_one") {
  world w;
  auto tree = w.start(with(w, sup(rest), "a", "b"));
  w.log();
  w.tell(tree, "b", "die");
  CHECK(w.log() == "stop b#1, start b#2");
  w.tell(tree, "a", "die");
  CHECK(w.log() == "stop a#1, stop b#2, start a#2, start b#3");
}

TEST_CASE("the group waits for each of its members to be gone") {
  world w;
  for (auto id : {"a", "c"}) {
    w[id].asked = farewell::slow;
    w[id].takes = 1s;
    w[id].logs_asks = true;
  }
  auto tree = w.start(with(w, sup(all), "a", "b", "c"));
  w.log();
  w.tell(tree, "b", "die");
  CHECK(w.log() == "stop b#1, ask c#1");
  CHECK(listing(tree) == "c stopping, b restarting, a running");
  w.advance(1s);
  CHECK(w.log() == "stop c#1, ask a#1");
  w.advance(1s);
  CHECK(w.log() == "stop a#1, start a#2, start b#2, start c#2");
}

TEST_CASE("a member that misses its deadline is killed, and the group starts") {
  world w;
  w["a"].asked = farewell::stuck;
  auto tree = w.start(with(w, sup(all), "a", "b"));
  w.log();
  w.tell(tree, "b", "die");
  w.advance(5s);
  CHECK(w.log() == "stop b#1, stop a#1, start a#2, start b#2");
}

TEST_CASE("a member that is left behind gets a new incarnation all the same") {
  world w;
  auto tree = w.start(sup(all)
                        .child(w.child("a", kind::of_class).shutdown(1s))
                        .child(w.child("b")));
  w.log();
  w["a"].door.closed = true;
  w.tell(tree, "b", "die");
  w.advance(1s);
  w["a"].door.closed
    = false; // for the next incarnation; the old one is not woken
  w.advance(1s);
  CHECK(w.log() == "stop b#1, start a#2, start b#2");
  w.open("a");
  CHECK(w.log() == "stop a#1");
  CHECK(listing(tree) == "b running, a running");
  CHECK(w.ask(tree, "a") == "a#2");
}

TEST_CASE("members that fail while they are stopped cost nothing") {
  world w; // a9
  for (auto id : {"a", "c"})
    w[id].asked = farewell::bad;
  auto tree = w.start(with(w, sup(all), "a", "b", "c"));
  w.tell(tree, "b", "die");
  w.tell(tree, "b", "die");
  CHECK(listing(tree) == "c running, b running, a running");
  CHECK(tree.snapshot().rows[0].budget_used == 2);
  w.tell(tree, "b", "die");
  CHECK_FALSE(tree.running());
}

TEST_CASE("a group restart also starts members that were stopped") { // a4.5
  for (auto strategy : {all, rest}) {
    CAPTURE(vigil::to_string(strategy));
    world w;
    w["ignoring"].starts = {begin::ignore};
    auto tree = w.start(sup(strategy)
                          .child(w.child("a"))
                          .child(w.child("terminated"))
                          .child(w.child("finished").transient())
                          .child(w.child("ignoring")));
    CHECK(said(tree.terminate_child("terminated")) == "ok");
    w.tell(tree, "finished", "stop");
    w.log();
    w.tell(tree, "a", "die");
    CHECK(w.log()
          == "stop a#1, start a#2, start terminated#2, start finished#2, "
             "start ignoring#2");
  }
}

TEST_CASE("temporary bystanders are stopped and forgotten") { // S53, a4.6
  for (auto strategy : {all, rest}) {
    CAPTURE(vigil::to_string(strategy));
    world w;
    auto tree = w.start(
      sup(strategy).child(w.child("a")).child(w.child("b").temporary()));
    w.log();
    w.tell(tree, "a", "stop");
    CHECK(w.log() == "stop a#1, stop b#1, start a#2");
    CHECK(listing(tree) == "a running");
    CHECK(tree.running());
  }
}

TEST_CASE("an end that wants no restart leaves the group alone") {
  for (auto strategy : {all, rest}) {
    CAPTURE(vigil::to_string(strategy));
    world w;
    auto tree = w.start(sup(strategy)
                          .child(w.child("a").temporary())
                          .child(w.child("b").transient())
                          .child(w.child("c")));
    w.log();
    w.tell(tree, "a", "die");
    w.tell(tree, "b", "stop");
    CHECK(w.log() == "stop a#1, stop b#1");
    CHECK(listing(tree) == "c running, b stopped");
    CHECK(tree.snapshot().rows[0].budget_used == 0);
  }
}

TEST_CASE("children added at run time take part, at the end") { // a4.7, c10
  for (auto strategy : {all, rest}) {
    CAPTURE(vigil::to_string(strategy));
    world w;
    auto tree = w.start(with(w, sup(strategy), "a"));
    CHECK(said(tree.start_child(w.child("new"))) == "ok");
    w.log();
    w.tell(tree, "a", "die");
    CHECK(w.log() == "stop a#1, stop new#1, start a#2, start new#2");
    w.tell(tree, "new", "die");
    CHECK(w.log()
          == (strategy == all ? "stop new#2, stop a#2, start a#3, start new#3"
                              : "stop new#2, start new#3"));
  }
}

// -- a member that does not start again ---------------------------------------

TEST_CASE("one_for_all starts afresh when a member does not start") { // S71
  world w;
  w["b"].starts = {begin::ok, begin::fail};
  auto tree = w.start(with(w, sup(all), "a", "b", "c"));
  w.log();
  w.tell(tree, "a", "stop");
  CHECK(w.log()
        == "stop a#1, stop c#1, stop b#1, start a#2, "
           "stop a#2, start a#3, start b#3, start c#2");
  CHECK(tree.snapshot().rows[0].budget_used == 2);
}

TEST_CASE("rest_for_one starts again with the member that did not start") {
  world w; // a8
  w["b"].starts = {begin::ok, begin::fail};
  auto tree = w.start(with(w, sup(rest), "z", "a", "b", "c"));
  w.log();
  w.tell(tree, "a", "die");
  CHECK(w.log()
        == "stop a#1, stop c#1, stop b#1, start a#2, start b#3, start c#2");
  CHECK(tree.snapshot().rows[0].budget_used == 2);
}

TEST_CASE("a group with a member that never starts gives up") { // S73
  for (auto strategy : {all, rest}) {
    CAPTURE(vigil::to_string(strategy));
    world w;
    auto tree = w.start(with(w, sup(strategy), "a", "b"));
    w["b"].later = begin::fail;
    w.log();
    w.tell(tree, "b", "die");
    CHECK(w["b"].lives == 3); // the first and one for each restart
    CHECK(w.log()
          == (strategy == all ? "stop b#1, stop a#1, start a#2, stop a#2, "
                                "start a#3, stop a#3"
                              : "stop b#1, stop a#1"));
    CHECK(chain(tree.wait().error())
          == "restart_limit_reached < start_failed < refused");
  }
}

TEST_CASE("while a member waits for its next try, those before it run and "
          "those after it wait") { // S79
  world w;
  auto b = w.child("b").backoff(vigil::fixed(1s));
  auto tree = w.start(vigil::supervisor("sup")
                        .strategy(rest)
                        .intensity(50, 1h)
                        .child(w.child("a"))
                        .child(b)
                        .child(w.child("c")));
  w["b"].later = begin::fail;
  w.log();
  w.tell(tree, "b", "die");
  w.advance(5s);
  CHECK(w.log() == "stop b#1, stop c#1");
  CHECK(listing(tree) == "c stopped, b restarting, a running");
  CHECK(counts(tree) == "[3, 1, 0, 3]");
  CHECK(w.ask(tree, "a") == "a#1");
  CHECK(said(tree.restart_child("c")) == "child_restarting");
  CHECK(said(tree.delete_child("c")) == "child_restarting");
  CHECK(said(tree.start_child(b)) == "already_present");
  CHECK(said(tree.terminate_child("b")) == "ok");
  CHECK(listing(tree) == "c stopped, b stopped, a running");
  w.advance(10s);
  CHECK(w.log().empty());
  w["b"].later = begin::ok;
  CHECK(said(tree.restart_child("b")) == "ok");
  CHECK(said(tree.restart_child("c")) == "ok");
  CHECK(listing(tree) == "c running, b running, a running");
}

// -- a group that waits -------------------------------------------------------

TEST_CASE("siblings stop at once and come back after the delay of the failed "
          "child") {
  world w;
  auto tree = w.start(sup(all)
                        .child(w.child("a"))
                        .child(w.child("b").backoff(vigil::fixed(10s))));
  w.log();
  w.tell(tree, "b", "die");
  CHECK(w.log() == "stop b#1, stop a#1");
  CHECK(listing(tree) == "b restarting, a stopped");
  auto a = w.request<std::string>(handle_of(tree, "a"), std::string{"who"});
  auto b = w.request<std::string>(handle_of(tree, "b"), std::string{"who"});
  w.advance(10s - 1ns);
  CHECK_FALSE(a.arrived());
  CHECK_FALSE(b.arrived());
  w.advance(1ns);
  CHECK(w.log() == "start a#2, start b#2");
  CHECK(a.get().value() == "a#2");
  CHECK(b.get().value() == "b#2");
}

TEST_CASE("terminate_child of the failed child calls off the group restart") {
  world w;
  auto tree = w.start(sup(all)
                        .child(w.child("a"))
                        .child(w.child("b").backoff(vigil::fixed(10s))));
  w.tell(tree, "b", "die");
  auto a = w.request<std::string>(handle_of(tree, "a"), std::string{"who"});
  CHECK(said(tree.terminate_child("b")) == "ok");
  w.advance(1h);
  CHECK(listing(tree) == "b stopped, a stopped");
  CHECK(name_of(a.get().error().code) == "child_stopped");
}

TEST_CASE("terminate_child of a member that waits leaves it out of the group") {
  world w;
  auto tree = w.start(sup(all)
                        .child(w.child("a"))
                        .child(w.child("b").backoff(vigil::fixed(10s)))
                        .child(w.child("c")));
  w.tell(tree, "b", "die");
  CHECK(said(tree.terminate_child("a")) == "ok");
  w.log();
  w.advance(10s);
  CHECK(w.log() == "start b#2, start c#2");
  CHECK(listing(tree) == "c running, b running, a stopped");
}

TEST_CASE("an earlier child that fails meanwhile widens a rest_for_one group") {
  world w;
  auto tree = w.start(sup(rest)
                        .child(w.child("a").backoff(vigil::fixed(3s)))
                        .child(w.child("b"))
                        .child(w.child("c").backoff(vigil::fixed(10s))));
  w.log();
  w.tell(tree, "c", "die");
  w.advance(1s);
  w.tell(tree, "a", "die");
  CHECK(w.log() == "stop c#1, stop a#1, stop b#1");
  w.advance(3s);
  CHECK(w.log() == "start a#2, start b#2, start c#2");
  CHECK(tree.snapshot().rows[0].budget_used == 2);
  w.advance(1h);
  CHECK(w.log().empty());
}

TEST_CASE("stopping a tree calls off a group restart") {
  for (auto strategy : {all, rest}) {
    world w;
    auto tree = w.start(sup(strategy)
                          .child(w.child("a").backoff(vigil::fixed(10s)))
                          .child(w.child("b")));
    w.tell(tree, "a", "die");
    w.log();
    CHECK(said(tree.stop()) == "ok");
    w.advance(1h);
    CHECK(w.log().empty());
    CHECK(said(tree.wait()) == "ok");
  }
}

TEST_CASE("handles and waiting messages survive a group restart") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    w["slow"].asked = farewell::slow;
    w["slow"].takes = 1s;
    auto tree = w.start(sup(all).child(w.child("a", k)).child(w.child("slow")));
    auto a = handle_of(tree, "a");
    w.tell(a, "die"); // slow takes a second to stop, a waits for that
    auto reply = w.request<std::string>(a, std::string{"who"});
    w.run();
    CHECK_FALSE(reply.arrived());
    w.advance(1s);
    CHECK(reply.get().value() == "a#2");
    CHECK(handle_of(tree, "a") == a);
  }
}
