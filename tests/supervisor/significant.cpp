#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace test;

namespace {

constexpr auto any = vigil::auto_shutdown::any_significant;
constexpr auto every = vigil::auto_shutdown::all_significant;

auto sup(vigil::auto_shutdown x) {
  return vigil::supervisor("sup").auto_shutdown(x);
}

} // namespace

TEST_CASE("any_significant: a temporary child that ends takes all along") {
  for (auto k : all_kinds) { // S95
    for (auto end : {"stop", "shutdown", "die", "kill"}) {
      CAPTURE(to_string(k));
      CAPTURE(end);
      world w;
      auto tree = w.start(sup(any)
                            .child(w.child("a"))
                            .child(w.child("s", k).temporary().significant())
                            .child(w.child("b")));
      w.log();
      w.tell(tree, "s", end);
      CHECK(w.log() == "stop s#1, stop b#1, stop a#1");
      CHECK_FALSE(tree.running());
      CHECK(said(tree.wait()) == "ok"); // an end by plan is no failure
    }
  }
}

TEST_CASE("any_significant: a transient child that fails restarts, one that "
          "finishes takes all along") { // S97
  for (auto k : all_kinds) {
    for (auto end : {"die", "kill", "throw"}) {
      CAPTURE(to_string(k));
      CAPTURE(end);
      world w;
      auto tree = w.start(sup(any)
                            .child(w.child("a"))
                            .child(w.child("s", k).transient().significant()));
      w.tell(tree, "s", end);
      CHECK(w.ask(tree, "s") == "s#2");
      w.log();
      w.tell(tree, "s", "stop");
      CHECK(w.log() == "stop s#2, stop a#1");
      CHECK_FALSE(tree.running());
    }
  }
}

TEST_CASE("terminate_child of a significant child ends nobody else") {
  for (auto rule : {any, every}) { // S95, S97
    CAPTURE(vigil::to_string(rule));
    world w;
    auto tree = w.start(sup(rule)
                          .child(w.child("t").temporary().significant())
                          .child(w.child("s").transient().significant())
                          .child(w.child("a")));
    CHECK(said(tree.terminate_child("t")) == "ok");
    CHECK(said(tree.terminate_child("s")) == "ok");
    CHECK(listing(tree) == "a running, s stopped");
    CHECK(tree.running());
  }
}

TEST_CASE("a significant child that ignores its start ends nobody") { // a10
  world w;
  w["s"].starts = {begin::ignore};
  w["t"].starts = {begin::ok, begin::ignore};
  auto tree = w.start(sup(any)
                        .child(w.child("s").transient().significant())
                        .child(w.child("t").transient().significant()));
  CHECK(tree.running());
  w.tell(tree, "t", "die");
  CHECK(listing(tree) == "t stopped, s stopped");
  CHECK(tree.running());
}

TEST_CASE("children that are not significant end nobody") {
  world w;
  auto tree = w.start(sup(any)
                        .child(w.child("s").transient().significant())
                        .child(w.child("a").transient())
                        .child(w.child("b").temporary()));
  w.tell(tree, "a", "stop");
  w.tell(tree, "b", "die");
  CHECK(listing(tree) == "a stopped, s running");
}

TEST_CASE("all_significant: the last significant child takes all along") {
  world w;
  auto tree = w.start(sup(every)
                        .child(w.child("a"))
                        .child(w.child("s").transient().significant())
                        .child(w.child("t").temporary().significant())
                        .child(w.child("u").transient().significant()));
  w.log();
  w.tell(tree, "t", "die");
  w.tell(tree, "s", "stop");
  CHECK(w.log() == "stop t#1, stop s#1");
  CHECK(listing(tree) == "u running, s stopped, a running");
  w.tell(tree, "u", "shutdown");
  CHECK(w.log() == "stop u#1, stop a#1");
  CHECK_FALSE(tree.running());
}

TEST_CASE("all_significant: a child that is about to restart is alive") {
  world w; // a10
  auto tree = w.start(
    sup(every)
      .child(w.child("s").transient().significant().backoff(vigil::fixed(5s)))
      .child(w.child("t").transient().significant()));
  w.tell(tree, "s", "die");
  w.tell(tree, "t", "stop");
  CHECK(tree.running());
  w.advance(5s);
  CHECK(w.ask(tree, "s") == "s#2");
  w.tell(tree, "s", "stop");
  CHECK_FALSE(tree.running());
}

TEST_CASE("significant children stopped with their group end nobody") { // a10
  world w;
  auto tree = w.start(sup(any)
                        .strategy(vigil::one_for_all)
                        .child(w.child("a"))
                        .child(w.child("s").transient().significant())
                        .child(w.child("t").temporary().significant()));
  w.tell(tree, "a", "die");
  CHECK(listing(tree) == "s running, a running");
  CHECK(w.ask(tree, "s") == "s#2");
}

TEST_CASE("restart_when decides whether a significant child has finished") {
  world w;
  auto never = [](const vigil::failure&) {
    return false;
  };
  auto tree = w.start(
    sup(any).child(w.child("s").transient().significant().restart_when(never)));
  w.tell(tree, "s", "die");
  CHECK_FALSE(tree.running());
  CHECK(said(tree.wait()) == "ok");
}

TEST_CASE("an automatic shutdown chains upward through significant supervisors "
          "and ends at the first that is none") { // S101
  for (bool significant : {true, false}) {
    CAPTURE(significant);
    world w;
    auto b = vigil::supervisor("b").auto_shutdown(any).transient().child(
      w.child("c").transient().significant());
    auto tree = w.start(vigil::supervisor("a")
                          .auto_shutdown(any)
                          .child(w.child("x"))
                          .child(b.significant(significant)));
    w.log();
    w.tell(tree, "b/c", "stop");
    CHECK(tree.running() == !significant);
    if (significant) {
      CHECK(w.log() == "stop c#1, stop x#1");
    } else {
      CHECK(w.log() == "stop c#1");
      CHECK(listing(tree) == "b stopped, x running");
    }
  }
}

TEST_CASE("a permanent supervisor that shut down by itself is restarted") {
  world w; // a10, the advice
  auto tree = w.start(vigil::supervisor("a").child(
    vigil::supervisor("b").auto_shutdown(any).child(
      w.child("c").transient().significant())));
  w.tell(tree, "b/c", "stop");
  CHECK(w.ask(tree, "b/c") == "c#2");
  CHECK(tree.snapshot().rows[0].budget_used == 1);
}
