#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace test;
using vigil::errc;

namespace {

auto sup() {
  return vigil::supervisor("sup");
}

void crash(world& w, const vigil::tree_ref& tree, const std::string& id,
           int times = 1) {
  for (int i = 0; i < times; ++i)
    w.tell(tree, id, "die");
}

/// Returns how many restarts the window holds.
std::size_t used(const vigil::tree_ref& tree, const std::string& path = "sup") {
  auto picture = tree.snapshot();
  return picture.find(path)->budget_used;
}

} // namespace

TEST_CASE("N failures in the period restart, the next one gives up") { // S55
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(
      sup().intensity(2, 1h).child(w.child("a", k)).child(w.child("b")));
    w.log();
    crash(w, tree, "a");
    CHECK(w.log() == "stop a#1, start a#2");
    CHECK(counts(tree) == "[2, 2, 0, 2]");
    CHECK(used(tree) == 1);
    crash(w, tree, "a");
    CHECK(w.log() == "stop a#2, start a#3");
    CHECK(used(tree) == 2);
    crash(w, tree, "a");
    CHECK(w.log() == "stop a#3, stop b#1");
    CHECK_FALSE(tree.running());
    CHECK(said(tree.wait()) == "restart_limit_reached");
  }
}

TEST_CASE("a supervisor that gives up says so, whoever is to be stopped") {
  for (auto others : {0, 1, 3})
    for (auto nested : {false, true}) {
      CAPTURE(others);
      CAPTURE(nested);
      world w;
      auto in = vigil::supervisor(nested ? "in" : "sup").intensity(0, 1h);
      in = in.child(w.child("bad"));
      for (int i = 0; i < others; ++i)
        in = in.child(w.child("other" + std::to_string(i)));
      auto tree = w.start(nested ? sup().intensity(0, 1h).child(in) : in);
      w.watch(tree);
      w.tell(tree, nested ? "in/bad" : "bad", "die");
      int told = 0;
      for (const auto& x : w.take_events())
        told += x.type == vigil::event_type::gave_up ? 1 : 0;
      CHECK(told == (nested ? 2 : 1));
      CHECK(said(tree.wait()) == "restart_limit_reached");
    }
}

TEST_CASE("giving up stops the other children in reverse order") {
  world w;
  auto tree = w.start(sup()
                        .intensity(0, 0s)
                        .child(w.child("a"))
                        .child(w.child("b"))
                        .child(w.child("c", kind::respawn)));
  w.log();
  crash(w, tree, "b");
  CHECK(w.log() == "stop b#1, stop c#1, stop a#1");
}

TEST_CASE("an intensity of zero gives up at the first failure") { // a7
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().intensity(0, 0s).child(w.child("a", k)));
    crash(w, tree, "a");
    CHECK(w.log() == "start a#1, stop a#1");
    CHECK(said(tree.wait()) == "restart_limit_reached");
  }
}

TEST_CASE("the default allows three restarts in five seconds") { // a1
  world w;
  auto tree = w.start(sup().child(w.child("a")));
  crash(w, tree, "a", 3);
  CHECK(tree.running());
  w.advance(5s);
  crash(w, tree, "a");
  CHECK_FALSE(tree.running());
}

TEST_CASE("a failure counts as long as it is not older than the period") {
  for (auto k : {kind::in_place, kind::respawn}) { // a7
    CAPTURE(to_string(k));
    for (auto late : {0ns, 1ns}) {
      world w;
      auto tree = w.start(sup().intensity(2, 10s).child(w.child("a", k)));
      crash(w, tree, "a");
      w.advance(3s);
      crash(w, tree, "a");
      w.advance(7s + late);
      crash(w, tree, "a");
      CHECK(tree.running() == (late > 0ns));
    }
  }
}

TEST_CASE("the window slides: it is no bucket that is emptied") {
  world w;
  auto tree = w.start(sup().intensity(2, 10s).child(w.child("a")));
  crash(w, tree, "a"); // at 0
  w.advance(9s);
  crash(w, tree, "a"); // at 9
  w.advance(2s);
  crash(w, tree, "a"); // at 11: 9 counts
  CHECK(used(tree) == 2);
  w.advance(7s);
  crash(w, tree, "a"); // at 18: 9 and 11 count
  CHECK_FALSE(tree.running());
}

TEST_CASE("slow failures never use the budget up") { // c10
  world w;
  auto tree = w.start(sup().intensity(3, 5s).child(w.child("a")));
  for (int i = 0; i < 100; ++i) {
    crash(w, tree, "a");
    w.advance(2s);
  }
  CHECK(w.ask(tree, "a") == "a#101");
}

TEST_CASE("messages that go well give nothing back to the budget") { // c10
  world w;
  auto tree = w.start(sup().intensity(2, 10s).child(w.child("a")));
  for (int i = 0; i < 3; ++i) {
    CHECK(w.ask(tree, "a") == "a#" + std::to_string(i + 1));
    crash(w, tree, "a");
    w.advance(1s);
  }
  CHECK_FALSE(tree.running());
}

TEST_CASE("all children share the budget of their supervisor") { // a7
  world w;
  auto root = sup().intensity(3, 1h);
  for (auto k : all_kinds)
    root = root.child(w.child(to_string(k), k));
  auto tree = w.start(root);
  crash(w, tree, "in place");
  crash(w, tree, "respawn");
  crash(w, tree, "class");
  CHECK(used(tree) == 3);
  CHECK(counts(tree) == "[4, 4, 0, 4]");
  crash(w, tree, "callable");
  CHECK_FALSE(tree.running());
}

TEST_CASE("children that need no restart cost nothing") {
  world w;
  auto tree = w.start(sup()
                        .intensity(0, 0s)
                        .child(w.child("a").temporary())
                        .child(w.child("b").transient()));
  crash(w, tree, "a");
  w.tell(tree, "b", "stop");
  CHECK(listing(tree) == "b stopped");
  CHECK(tree.running());
}

TEST_CASE("every restart attempt that fails costs one") { // S59, S67
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(
      sup().intensity(4, 1h).child(w.child("a", k)).child(w.child("b")));
    w["a"].later = begin::fail;
    w.log();
    crash(w, tree, "a");
    CHECK(w["a"].lives == 5);
    CHECK(w.log() == "stop a#1, stop b#1");
    CHECK(said(tree.wait()) == "restart_limit_reached");
  }
}

TEST_CASE("a group restart costs one, however large the group") { // S61
  for (auto strategy : {vigil::one_for_all, vigil::rest_for_one}) {
    CAPTURE(vigil::to_string(strategy));
    world w;
    auto root = sup().strategy(strategy).intensity(2, 1h);
    for (int i = 0; i < 10; ++i)
      root = root.child(w.child(std::to_string(i)));
    auto tree = w.start(root);
    crash(w, tree, "0");
    CHECK(used(tree) == 1);
    crash(w, tree, "0");
    CHECK(used(tree) == 2);
    CHECK(counts(tree) == "[10, 10, 0, 10]");
    crash(w, tree, "9");
    CHECK_FALSE(tree.running());
  }
}

// -- a budget of its own ------------------------------------------------------

TEST_CASE("a child's own budget ends its supervisor when it is spent") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup()
                          .intensity(100, 1h)
                          .child(w.child("a", k).intensity(1, 10s))
                          .child(w.child("b", k)));
    crash(w, tree, "b", 5);
    crash(w, tree, "a");
    w.advance(10s + 1ns);
    crash(w, tree, "a");
    CHECK(tree.running());
    CHECK(w.ask(tree, "a") == "a#3");
    crash(w, tree, "a");
    CHECK_FALSE(tree.running());
    auto why = tree.wait();
    CHECK(said(why) == "restart_limit_reached");
  }
}

TEST_CASE("a child's own budget does not widen that of its supervisor") {
  world w;
  auto tree
    = w.start(sup().intensity(1, 1h).child(w.child("a").intensity(100, 1h)));
  crash(w, tree, "a", 2);
  CHECK_FALSE(tree.running());
}

// -- what giving up tells -----------------------------------------------------

TEST_CASE("giving up names the supervisor, the child, the limit and the last "
          "failures") {
  for (auto k : {kind::in_place, kind::respawn, kind::of_class}) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().intensity(2, 1min).child(w.child("a", k)));
    w.tell(tree, "a", "throw");
    w.tell(tree, "a", "die");
    w.advance(1s);
    w.tell(tree, "a", "fail");
    auto end = tree.wait();
    REQUIRE_FALSE(end);
    const auto& why = end.error();
    CHECK(chain(why) == "restart_limit_reached < died");
    CHECK(why.path == "sup");
    CHECK(why.time == w.now());
    CHECK(why.message.find("\"a\"") != std::string::npos);
    CHECK(why.message.find("2 restarts in 1m") != std::string::npos);
    // The failures before the last one, newest first.
    const auto newer = why.message.find("sup/a#2: ");
    const auto older = why.message.find("sup/a#1: ");
    CHECK(why.message.find("told to die") != std::string::npos);
    CHECK(why.message.find("told to throw") != std::string::npos);
    CHECK(newer != std::string::npos);
    CHECK(older != std::string::npos);
    CHECK(newer < older);
    CHECK(why.message.find("sup/a#3") == std::string::npos);
    CHECK(why.cause->message == "told to fail");
    CHECK(why.cause->path == "sup/a");
    CHECK(why.cause->incarnation == 3);
    CHECK(why.cause->time == w.now());
  }
}

TEST_CASE("giving up over restarts that fail tells why they fail") {
  world w;
  auto tree = w.start(sup().intensity(2, 1min).child(w.child("a")));
  w["a"].later = begin::throws;
  w.tell(tree, "a", "die");
  auto end = tree.wait();
  REQUIRE_FALSE(end);
  CHECK(chain(end.error())
        == "restart_limit_reached < start_failed < exception");
  CHECK(end.error().root_cause().message == "told to throw in init");
  CHECK(end.error().message.find("told to die") != std::string::npos);
}

TEST_CASE("giving up over a child that just ends tells that, too") {
  world w;
  auto tree = w.start(sup().intensity(1, 1min).child(w.child("a")));
  w.tell(tree, "a", "stop");
  w.tell(tree, "a", "stop");
  auto end = tree.wait();
  REQUIRE_FALSE(end);
  CHECK(chain(end.error()) == "restart_limit_reached < exited");
  CHECK(end.error().cause->path == "sup/a");
}

TEST_CASE(
  "who stops a supervisor that just gave up gets an end, not an error") {
  world w;
  w["b"].asked = farewell::slow;
  w["b"].takes = 2s;
  auto tree
    = w.start(sup().intensity(0, 0s).child(w.child("a")).child(w.child("b")));
  crash(w, tree, "a");
  CHECK(tree.running()); // it waits for b
  CHECK(said(tree.stop()) == "ok");
  CHECK(said(tree.wait()) == "restart_limit_reached");
}
