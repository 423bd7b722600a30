#include "pool_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace test;

namespace {

void end_abnormally(world& w, const worker& pool) {
  caf::anon_send_exit(pool, caf::exit_reason::kill);
  w.run();
}

} // namespace

// -- incarnations of a child and of its supervisor ----------------------------

TEST_CASE(
  "a pool that comes back serves, also with members that were deleted") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    for (std::size_t n : {1U, 3U}) {
      CAPTURE(n);
      world w;
      auto tree = start(w, pool_of(w, n, k));
      auto pool = tree[pool_key];
      for (std::size_t i = 0; i < 2 * n; ++i)
        w.tell(pool, "die");
      for (std::size_t i = 0; i < n; ++i) {
        const auto path = "pool/" + std::to_string(i);
        REQUIRE(tree.terminate_child(path));
        REQUIRE(tree.delete_child(path));
      }
      CHECK(w.ask(pool, "who") == "child_stopped");
      end_abnormally(w, pool);
      for (std::size_t i = 0; i < 2 * n; ++i)
        CHECK(w.ask(pool, "who") == "p" + std::to_string(i % n) + "#4");
    }
  }
}

TEST_CASE("a pool comes back with deleted members whatever restarts it") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(vigil::supervisor("root")
                          .strategy(vigil::one_for_all)
                          .child(w.child("sibling"))
                          .child(pool_of(w, 1, k)));
    auto pool = tree[pool_key];
    w.tell(pool, "die");
    w.tell(pool, "die");
    REQUIRE(tree.terminate_child("pool/0"));
    REQUIRE(tree.delete_child("pool/0"));
    w.tell(tree, "sibling", "die");
    CHECK(w.ask(pool, "who") == "p0#4");
    REQUIRE(tree.terminate_child("pool"));
    REQUIRE(tree.restart_child("pool"));
    CHECK(w.ask(pool, "who") == "p0#5");
  }
}

TEST_CASE("a temporary member that ended comes back with its pool") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto each = [&](std::size_t i) {
      return numbered(w, k)(i).temporary();
    };
    auto tree = start(w, vigil::pool(pool_key, 1, each));
    auto pool = tree[pool_key];
    for (int i = 0; i < 3; ++i) {
      w.tell(pool, "die");
      CHECK(w.ask(pool, "who") == "child_stopped");
      end_abnormally(w, pool);
      CHECK(w.ask(pool, "who") == "p0#" + std::to_string(i + 2));
    }
  }
}

TEST_CASE("what a deleted member was busy with does not free its successor") {
  world w;
  auto tree = start(w, pool_of(w, 1, kind::of_class));
  auto pool = tree[pool_key];
  w["p0"].door.closed = true;
  auto first = who(w, pool);
  w.run();
  REQUIRE(tree.terminate_child("pool/0"));
  REQUIRE(tree.delete_child("pool/0"));
  // The successor is the first incarnation of another child; it waits at the
  // door.
  auto held = std::exchange(w["p0"].door.held, {});
  end_abnormally(w, pool);
  std::vector xs{who(w, pool), who(w, pool)};
  w.run();
  w["p0"].door.closed = false;
  for (const auto& x : held)
    driver{w.sys()}.wake(x);
  w.open("p0");
  CHECK(told(xs[0]).starts_with("p0#"));
  CHECK(told(xs[1]).starts_with("p0#"));
  CHECK(state_of(tree, "root/pool/0") == "running");
}

TEST_CASE("the late end of a child that was left behind and deleted does not "
          "end who has its place") {
  world w;
  auto tree = w.start(vigil::supervisor("root").child(
    vigil::supervisor("sub").child(w.child("a", kind::of_class))));
  w["a"].door.closed = true;
  // It gets nowhere, not even to its own kill.
  REQUIRE(tree.terminate_child("sub"));
  auto held = std::exchange(w["a"].door.held, {});
  w["a"].door.closed = false;
  REQUIRE(tree.restart_child("sub"));
  const auto lives = w["a"].lives;
  CHECK(state_of(tree, "root/sub/a") == "running");
  for (const auto& x : held)
    driver{w.sys()}.wake(x);
  w.run();
  CHECK(w["a"].lives == lives);
  CHECK(w.ask(tree, "sub/a") == "a#" + std::to_string(lives));
}

TEST_CASE("the late end of a temporary child that was left behind does not end "
          "its successor") {
  world w;
  auto tree = w.start(vigil::supervisor("root").child(
    vigil::supervisor("sub")
      .child(w.child("a", kind::of_class).temporary())
      .child(w.child("b"))));
  w["a"].door.closed = true;
  REQUIRE(tree.terminate_child("sub/a"));
  CHECK(state_of(tree, "root/sub/a") == "none");
  auto held = std::exchange(w["a"].door.held, {});
  w["a"].door.closed = false;
  REQUIRE(tree.terminate_child("sub"));
  REQUIRE(tree.restart_child("sub"));
  CHECK(w.ask(tree, "sub/a") == "a#2");
  for (const auto& x : held)
    driver{w.sys()}.wake(x);
  w.run();
  CHECK(w["a"].lives == 2);
  CHECK(w.ask(tree, "sub/a") == "a#2");
}

// -- places taken by what is gone ---------------------------------------------

namespace {

/// Sends a pool that command, as a request, and lives until it is told to end.
caf::actor caller(world& w, const worker& pool, int n = 1) {
  auto result = w.sys().spawn([=](caf::event_based_actor* self) {
    for (int i = 0; i < n; ++i)
      self->request(pool, caf::infinite, std::string{"who"})
        .then([](const std::string&) {}, [](const caf::error&) {});
    return caf::behavior{[](int) {
    }};
  });
  w.run();
  return result;
}

void end(world& w, const caf::actor& x) {
  caf::anon_send_exit(x, caf::exit_reason::kill);
  w.run();
}

} // namespace

TEST_CASE("the requests of callers that are gone make room in a pool's queue") {
  for (std::size_t limit : {1U, 2U, 700U}) {
    CAPTURE(limit);
    world w;
    auto tree = start(w, pool_of(w, 1, kind::of_class).queue(limit));
    auto pool = tree[pool_key];
    w["p0"].door.closed = true;
    auto busy = who(w, pool);
    auto gone = caller(w, pool, static_cast<int>(limit));
    auto early = who(w, pool);
    w.run();
    CHECK(told(early) == "overloaded");
    end(w, gone);
    std::vector<answer<std::string>> xs;
    // A big queue is not searched for each message that it refuses.
    for (std::size_t i = 0; i < limit + 4; ++i)
      xs.push_back(who(w, pool));
    w.run();
    std::size_t waiting = 0;
    for (const auto& x : xs)
      waiting += told(x) == "-" ? 1 : 0;
    CHECK(waiting == limit);
    w.open("p0");
    std::size_t served = 0;
    for (const auto& x : xs)
      served += told(x) == "p0#1" ? 1 : 0;
    CHECK(served == limit);
  }
}

TEST_CASE("who waits keeps the place, and plain messages of who is gone do") {
  world w;
  auto tree = start(w, pool_of(w, 1, kind::of_class).queue(3));
  auto pool = tree[pool_key];
  w["p0"].door.closed = true;
  auto busy = who(w, pool);
  w.sys().spawn([=](caf::event_based_actor* self) {
    self->send(pool, std::string{"fail"});
  });
  w.run();
  auto dead = caller(w, pool);
  auto alive = who(w, pool);
  w.run();
  end(w, dead);
  std::vector xs{who(w, pool), who(w, pool)};
  w.run();
  CHECK(told(xs[0]) == "-");
  CHECK(told(xs[1]) == "overloaded");
  w.open("p0");
  CHECK(told(busy) == "p0#1");
  CHECK(told(alive) == "p0#2");
  CHECK(told(xs[0]) == "p0#2");
}
