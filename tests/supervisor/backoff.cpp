#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace test;

namespace {

auto sup() {
  return vigil::supervisor("sup").intensity(1000, 1h);
}

/// Returns the announced waits of the restarts so far, in ms: `"100 200"`.
std::string waits(world& w) {
  std::string result;
  for (const auto& x : w.take_events())
    if (x.type == vigil::event_type::child_restarting) {
      if (!result.empty())
        result += ' ';
      result += std::to_string(x.after / std::chrono::milliseconds{1});
    }
  return result;
}

} // namespace

TEST_CASE("a fixed backoff restarts after exactly that time") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k).backoff(vigil::fixed(2s))));
    w.log();
    w.tell(tree, "a", "die");
    CHECK(w.log() == "stop a#1");
    CHECK(state_of(tree, "a") == "restarting");
    w.advance(2s - 1ns);
    CHECK(w.log().empty());
    w.advance(1ns);
    CHECK(w.log() == "start a#2");
    CHECK(state_of(tree, "a") == "running");
  }
}

TEST_CASE("messages wait while the backoff runs") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k).backoff(vigil::fixed(2s))));
    auto a = handle_of(tree, "a");
    w.tell(a, "die");
    auto one = w.request<std::string>(a, std::string{"who"});
    auto two = w.request<std::string>(a, std::string{"error"});
    w.advance(1s);
    CHECK_FALSE(one.arrived());
    w.advance(1s);
    CHECK(one.get().value() == "a#2");
    CHECK(said(two.get()) == "no_luck");
  }
}

TEST_CASE("a backoff concerns one child and blocks nobody") {
  world w;
  auto tree = w.start(
    sup().child(w.child("a").backoff(vigil::fixed(1h))).child(w.child("b")));
  w.tell(tree, "a", "die");
  w.tell(tree, "b", "die");
  CHECK(w.ask(tree, "b") == "b#2");
  CHECK(said(tree.start_child(w.child("c"))) == "ok");
  CHECK(listing(tree) == "c running, b running, a restarting");
}

TEST_CASE("an exponential backoff doubles up to its cap") {
  world w;
  auto tree = w.start(sup().child(
    w.child("a").backoff(vigil::exponential(100ms, 1s).reset_after(1h))));
  w.watch(tree);
  for (int i = 0; i < 7; ++i) {
    w.tell(tree, "a", "die");
    w.advance(1s);
  }
  CHECK(waits(w) == "100 200 400 800 1000 1000 1000");
  CHECK(w.ask(tree, "a") == "a#8");
}

TEST_CASE("the factor of a backoff is for the user to say") {
  world w;
  auto tree = w.start(sup().child(w.child("a").backoff(
    vigil::exponential(100ms, 1min).factor(3).reset_after(1h))));
  w.watch(tree);
  for (int i = 0; i < 4; ++i) {
    w.tell(tree, "a", "die");
    w.advance(10s);
  }
  CHECK(waits(w) == "100 300 900 2700");
}

TEST_CASE("restarts that fail go on with the backoff") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    w["a"].starts = {begin::ok, begin::fail, begin::fail, begin::ok};
    auto tree = w.start(
      sup().child(w.child("a", k).backoff(vigil::exponential(100ms, 10s))));
    w.watch(tree);
    w.log();
    w.tell(tree, "a", "die");
    w.advance(100ms + 200ms + 400ms - 1ns);
    CHECK(w.log() == "stop a#1");
    w.advance(1ns);
    CHECK(w.log() == "start a#4");
    CHECK(waits(w) == "100 200 400");
  }
}

TEST_CASE("a healthy time resets the backoff") {
  for (auto k : {kind::in_place, kind::respawn}) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k).backoff(
      vigil::exponential(100ms, 1min).reset_after(10s))));
    w.watch(tree);
    w.tell(tree, "a", "die");
    w.advance(100ms + 10s - 1ns);
    w.tell(tree, "a", "die"); // not quite healthy
    w.advance(200ms + 10s);
    w.tell(tree, "a", "die"); // healthy
    w.advance(1s);
    w.tell(tree, "a", "die");
    CHECK(waits(w) == "100 200 100 200");
  }
}

TEST_CASE("a healthy time is twice the cap by default") {
  world w;
  auto tree
    = w.start(sup().child(w.child("a").backoff(vigil::exponential(100ms, 1s))));
  w.watch(tree);
  w.tell(tree, "a", "die");
  w.advance(100ms + 2s - 1ns);
  w.tell(tree, "a", "die");
  w.advance(200ms + 2s);
  w.tell(tree, "a", "die");
  CHECK(waits(w) == "100 200 100");
}

TEST_CASE("the time without an incarnation is no healthy time") {
  world w;
  auto tree = w.start(sup().child(
    w.child("a").backoff(vigil::exponential(10s, 1h).reset_after(5s))));
  w.watch(tree);
  for (int i = 0; i < 3; ++i) {
    w.tell(tree, "a", "die");
    w.advance(std::chrono::seconds{10} * (1 << i));
  }
  CHECK(waits(w) == "10000 20000 40000");
}

TEST_CASE("jitter spreads the waits around the middle, never above the cap") {
  world w;
  auto tree = w.start(
    sup()
      .child(w.child("a").backoff(vigil::fixed(1s).jitter(0.5)))
      .child(w.child("b").backoff(
        vigil::exponential(1s, 100s).factor(1).jitter(0.2).reset_after(1h))));
  w.watch(tree);
  std::set<vigil::duration> a;
  std::set<vigil::duration> b;
  for (int i = 0; i < 200; ++i) {
    w.tell(tree, "a", "die");
    w.tell(tree, "b", "die");
    w.advance(2s);
  }
  for (const auto& x : w.take_events())
    if (x.type == vigil::event_type::child_restarting)
      (x.path == "sup/a" ? a : b).insert(x.after);
  REQUIRE(a.size() > 20);
  REQUIRE(b.size() > 100);
  CHECK(*a.begin() >= 500ms);
  CHECK(*a.rbegin() <= 1s); // the cap of a fixed backoff is its only wait
  CHECK(*b.begin() >= 800ms);
  CHECK(*b.rbegin() <= 1200ms);
  CHECK(*b.begin() < 850ms);
  CHECK(*b.rbegin() > 1150ms);
}

TEST_CASE("a backoff of zero does not wait") {
  world w;
  auto tree = w.start(sup().child(w.child("a").backoff(vigil::backoff{})));
  w.log();
  w.tell(tree, "a", "die");
  CHECK(w.log() == "stop a#1, start a#2");
}

TEST_CASE("the initial start and a restart by call do not wait") {
  world w;
  auto a = w.child("a").backoff(vigil::fixed(1h));
  const auto before = w.now();
  auto tree = w.start(sup().child(a));
  CHECK(said(tree.terminate_child("a")) == "ok");
  CHECK(said(tree.restart_child("a")) == "ok");
  CHECK(w.now() == before);
}

TEST_CASE("the budget is asked when the failure happens, not after the wait") {
  world w;
  auto tree = w.start(vigil::supervisor("sup").intensity(1, 1h).child(
    w.child("a").backoff(vigil::fixed(10s))));
  w.tell(tree, "a", "die");
  CHECK(tree.snapshot().rows[0].budget_used == 1);
  w.advance(10s);
  CHECK(w.ask(tree, "a") == "a#2");
  w.tell(tree, "a", "die");
  CHECK_FALSE(tree.running());
}

TEST_CASE("the end of the tree calls off a restart that waits") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree
      = w.start(sup().child(w.child("a", k).backoff(vigil::fixed(10s))));
    auto a = handle_of(tree, "a");
    w.tell(a, "die");
    auto reply = w.request<std::string>(a, std::string{"who"});
    const auto before = w.now();
    CHECK(said(tree.stop()) == "ok");
    CHECK(w.now() == before);
    w.advance(1h);
    CHECK(w["a"].lives == 1);
    CHECK(reply.arrived()); // by an error
    CHECK(said(reply.get()) != "ok");
  }
}

TEST_CASE("one_for_one children wait each for its own time") {
  world w;
  auto tree = w.start(sup()
                        .child(w.child("a").backoff(vigil::fixed(3s)))
                        .child(w.child("b").backoff(vigil::fixed(1s)))
                        .child(w.child("c").backoff(vigil::fixed(2s))));
  w.log();
  for (auto id : {"a", "b", "c"})
    w.tell(tree, id, "die");
  w.advance(3s);
  CHECK(w.log()
        == "stop a#1, stop b#1, stop c#1, start b#2, start c#2, start a#2");
}
