#include "pool_fixture.hpp"

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace test;
using vigil::errc;

namespace {

/// Returns the replies or the names of the codes, "-" for what is not there.
std::string all(const std::vector<answer<std::string>>& xs) {
  std::string result;
  for (const auto& x : xs)
    result += (result.empty() ? "" : " ") + told(x);
  return result;
}

/// Counts down by way of the pool that it is a member of.
caf::behavior countdown(caf::event_based_actor* self,
                        const std::shared_ptr<caf::actor>& pool,
                        const std::shared_ptr<int>& handled) {
  return {[=](int n) {
    ++*handled;
    if (n > 0)
      self->send(*pool, n - 1);
  }};
}

} // namespace

// -- dispatch -----------------------------------------------------------------

TEST_CASE("a message to a pool goes to the member that is idle for longest") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = start(w, pool_of(w, 3, k));
    auto pool = tree[pool_key];
    CHECK(w.ask(pool, "who") == "p0#1");
    CHECK(w.ask(pool, "who") == "p1#1");
    CHECK(w.ask(pool, "who") == "p2#1");
    CHECK(w.ask(pool, "who") == "p0#1");
  }
}

TEST_CASE("messages wait while all members are busy and go to the first one "
          "that is done") {
  world w;
  auto tree = start(w, pool_of(w, 2, kind::of_class));
  auto pool = tree[pool_key];
  w["p0"].door.closed = w["p1"].door.closed = true;
  std::vector xs{who(w, pool), who(w, pool), who(w, pool), who(w, pool)};
  w.run();
  CHECK(all(xs) == "- - - -");
  w.open("p1");
  CHECK(all(xs) == "- p1#1 p1#1 p1#1");
  w.open("p0");
  CHECK(all(xs) == "p0#1 p1#1 p1#1 p1#1");
}

TEST_CASE("a message of a member to its own pool frees it as any other does, "
          "and so does one of nobody") {
  for (const bool in_place : {true, false}) {
    CAPTURE(in_place);
    world w;
    auto pool = std::make_shared<caf::actor>();
    auto handled = std::make_shared<int>(0);
    auto child = vigil::child("any", countdown, pool, handled);
    auto tree
      = start(w, vigil::pool("pool", 1, in_place ? child : child.respawn()));
    *pool = tree.find<caf::actor>("pool").value();
    for (int i = 0; i < 3; ++i)
      caf::anon_send(*pool, 2);
    w.run();
    CHECK(*handled == 9);
    *pool = caf::actor{};
  }
}

TEST_CASE("an urgent message overtakes those that wait for a member") {
  world w;
  auto tree = start(w, pool_of(w, 1, kind::of_class));
  auto pool = tree[pool_key];
  w["p0"].door.closed = true;
  std::vector xs{who(w, pool), who(w, pool)};
  caf::anon_send<caf::message_priority::high>(pool, std::string{"die"});
  w.open("p0");
  CHECK(all(xs) == "p0#1 p0#2");
}

TEST_CASE("a full queue refuses, and the loss is counted") {
  world w;
  auto tree = start(w, pool_of(w, 1, kind::of_class).queue(1));
  auto pool = tree[pool_key];
  w["p0"].door.closed = true;
  std::vector xs{who(w, pool), who(w, pool), who(w, pool)};
  w.run();
  CHECK(all(xs) == "- - overloaded");
  CHECK(xs[2].get().error().path == "root/pool");
  w.tell(pool, "who");
  CHECK(tree.snapshot().find("root/pool")->messages_lost == 2);
  w.open("p0");
  CHECK(all(xs) == "p0#1 p0#1 overloaded");
}

TEST_CASE("a pool without a queue refuses while all members are busy") {
  world w;
  auto tree = start(w, pool_of(w, 1, kind::of_class).queue(0));
  auto pool = tree[pool_key];
  CHECK(w.ask(pool, "who") == "p0#1");
  w["p0"].door.closed = true;
  std::vector xs{who(w, pool), who(w, pool)};
  w.run();
  CHECK(all(xs) == "- overloaded");
  w.open("p0");
}

// -- members that fail --------------------------------------------------------

TEST_CASE("a member that fails takes one message along, which is answered; the "
          "others are served") {
  for (auto k : all_kinds) {
    if (k == kind::callable && !messages_outlast_ends)
      continue;
    CAPTURE(to_string(k));
    for (std::string how : {"die", "fail", "throw", "quit"}) {
      CAPTURE(how);
      world w;
      auto tree = start(w, pool_of(w, 1, k));
      auto pool = tree[pool_key];
      std::vector xs{w.request<std::string>(pool, how), who(w, pool),
                     who(w, pool)};
      w.run();
      REQUIRE(xs[0].arrived());
      CHECK(all({xs[1], xs[2]}) == "p0#2 p0#2");
    }
  }
}

TEST_CASE("a pool keeps serving while a member of any kind restarts") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = start(w, pool_of(w, 2, k));
    auto pool = tree[pool_key];
    w.tell(pool, "die");
    CHECK(w.ask(pool, "who") == "p1#1");
    CHECK(w.ask(pool, "who") == "p0#2");
  }
}

TEST_CASE("a member that waits for its backoff gets no messages") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto each = [&](std::size_t i) {
      return numbered(w, k)(i).backoff(vigil::fixed(2s));
    };
    auto tree = start(w, vigil::pool(pool_key, 2, each));
    auto pool = tree[pool_key];
    w.tell(pool, "die");
    for (int i = 0; i < 4; ++i)
      CHECK(w.ask(pool, "who") == "p1#1");
    w.advance(2s);
    CHECK(w.ask(pool, "who") == "p1#1");
    CHECK(w.ask(pool, "who") == "p0#2");
  }
}

TEST_CASE("messages wait while all members wait for their backoff") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto each = [&](std::size_t i) {
      return numbered(w, k)(i).backoff(vigil::fixed(2s));
    };
    auto tree = start(w, vigil::pool(pool_key, 2, each).queue(2));
    auto pool = tree[pool_key];
    w.tell(pool, "die");
    w.tell(pool, "die");
    std::vector xs{who(w, pool), who(w, pool), who(w, pool)};
    w.run();
    CHECK(all(xs) == "- - overloaded");
    w.advance(2s);
    CHECK(all(xs).starts_with("p0#2 p"));
    CHECK(all(xs).ends_with("#2 overloaded"));
  }
}

TEST_CASE("a pool that gives up is restarted by its parent and keeps its "
          "handle") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = start(w, pool_of(w, 2, k).intensity(1, 5s));
    auto pool = tree[pool_key];
    w.tell(pool, "die");
    w.tell(pool, "die");
    CHECK(tree.snapshot().find("root/pool")->restarts == 1);
    CHECK(w.ask(pool, "who") == "p0#3");
    CHECK(w.ask(pool, "who") == "p1#2");
    CHECK(pool == tree[pool_key]);
  }
}

// -- taking members out -------------------------------------------------------

TEST_CASE("a terminated member gets no messages until it is started again") {
  world w;
  auto tree = start(w, pool_of(w, 2));
  auto pool = tree[pool_key];
  REQUIRE(tree.terminate_child("pool/0"));
  CHECK(counts(tree, "pool") == "[2, 1, 0, 2]");
  for (int i = 0; i < 3; ++i)
    CHECK(w.ask(pool, "who") == "p1#1");
  REQUIRE(tree.restart_child("pool/0"));
  CHECK(w.ask(pool, "who") == "p1#1");
  CHECK(w.ask(pool, "who") == "p0#2");
}

TEST_CASE("a pool without a member that runs or will run refuses messages, "
          "also those that wait") {
  world w;
  auto tree = start(w, pool_of(w, 1, kind::of_class));
  auto pool = tree[pool_key];
  w["p0"].door.closed = true;
  std::vector xs{who(w, pool), who(w, pool), who(w, pool)};
  w.run();
  REQUIRE(tree.terminate_child("pool/0"));
  CHECK(all(xs) == "- child_stopped child_stopped");
  w.open("p0");
  CHECK(w.ask(pool, "who") == "child_stopped");
  REQUIRE(tree.restart_child("pool/0"));
  CHECK(w.ask(pool, "who") == "p0#2");
}

TEST_CASE(
  "a member that waits for its restart can be terminated, which cancels "
  "the restart and refuses what waits for it") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto each = [&](std::size_t i) {
      return numbered(w, k)(i).backoff(vigil::fixed(2s));
    };
    auto tree = start(w, vigil::pool(pool_key, 1, each));
    auto pool = tree[pool_key];
    w.tell(pool, "die");
    std::vector xs{who(w, pool)};
    w.run();
    CHECK(all(xs) == "-");
    REQUIRE(tree.terminate_child("pool/0"));
    CHECK(all(xs) == "child_stopped");
    w.advance(3s);
    CHECK(w["p0"].lives == 1);
    REQUIRE(tree.restart_child("pool/0"));
    CHECK(w.ask(pool, "who") == "p0#2");
  }
}

TEST_CASE("a pool that stops starts no member, and refuses what comes") {
  world w;
  w["p0"].asked = farewell::slow;
  w["p0"].takes = 2s;
  auto tree = start(w, pool_of(w, 2));
  auto pool = tree[pool_key];
  REQUIRE(tree.terminate_child("pool/1"));
  auto stopped
    = w.request<void>(tree.handle(), vigil::call::terminate_child{"pool"});
  w.run();
  CHECK(said(tree.restart_child("pool/1")) == "supervisor_stopping");
  std::vector xs{who(w, pool), who(w, pool)};
  w.advance(2s);
  CHECK(said(stopped.get()) == "ok");
  CHECK(all(xs) == "child_stopped child_stopped");
  CHECK(said(tree.restart_child("pool/1")) == "supervisor_down");
  CHECK(w["p1"].lives == 1);
}

TEST_CASE("a pool whose transient members have all finished refuses") {
  world w;
  auto each = [&](std::size_t i) {
    return numbered(w)(i).transient();
  };
  auto tree = start(w, vigil::pool(pool_key, 2, each));
  auto pool = tree[pool_key];
  w.tell(pool, "stop");
  CHECK(w.ask(pool, "who") == "p1#1");
  w.tell(pool, "stop");
  CHECK(w.ask(pool, "who") == "child_stopped");
}

TEST_CASE("a member that ignores its start is left out") {
  world w;
  w["p0"].starts = {begin::ignore};
  auto tree = start(w, pool_of(w, 2));
  CHECK(w.ask(tree[pool_key], "who") == "p1#1");
  CHECK(w.ask(tree[pool_key], "who") == "p1#1");
}

// -- the end ------------------------------------------------------------------

TEST_CASE("the handle of a stopped pool refuses, and its monitors hear of the "
          "end") {
  world w;
  auto tree = start(w, pool_of(w, 2));
  auto pool = tree[pool_key];
  caf::scoped_actor watcher{w.sys(), true};
  watcher->monitor(pool);
  REQUIRE(tree.terminate_child("pool"));
  CHECK(w.ask(pool, "who") == "child_stopped");
  CHECK(!watcher->has_next_message());
  REQUIRE(tree.stop());
  w.run();
  CHECK(watcher->has_next_message());
  CHECK(w.ask(pool, "who") == "child_stopped");
}

TEST_CASE("an exit message to the handle ends the pool, which its parent "
          "restarts") {
  world w;
  auto tree = start(w, pool_of(w, 2));
  auto pool = tree[pool_key];
  caf::anon_send_exit(pool, caf::exit_reason::kill);
  w.run();
  CHECK(tree.snapshot().find("root/pool")->restarts == 1);
  CHECK(w.ask(pool, "who") == "p0#2");
}

// -- inspection and misuse ----------------------------------------------------

TEST_CASE("a pool is listed as a supervisor of its numbered workers") {
  world w;
  auto tree = start(w, pool_of(w, 2));
  CHECK(listing(tree, "pool") == "1 running, 0 running");
  CHECK(counts(tree) == "[1, 1, 1, 0]");
  CHECK(w.ask(tree, "pool/1") == "p1#1");
  CHECK(tree.find<worker>("pool").value() == tree[pool_key]);
  CHECK(said(tree.find<caf::actor>("pool")) == "wrong_handle_type");
}

TEST_CASE("a pool can be added at run time and forgotten") {
  world w;
  auto tree = w.start(vigil::supervisor("root"));
  auto pool = tree.start_child(vigil::pool("some", 2, w.child("a"))).value();
  CHECK(w.ask(pool, "who").starts_with("a#"));
  REQUIRE(tree.terminate_child("some"));
  REQUIRE(tree.delete_child("some"));
  CHECK(w.ask(pool, "who") == "child_stopped");
}

TEST_CASE("a pool needs a name, members and a function") {
  world w;
  auto start_with = [&](auto x) {
    return vigil::supervisor("root").child(x).start(w.sys());
  };
  CHECK(said(start_with(vigil::pool("", 1, w.child("a")))) == "empty_id");
  auto none = start_with(vigil::pool("pool", 0, w.child("a")));
  REQUIRE(!none);
  CHECK(none.error().code == errc::out_of_range);
  CHECK(none.error().path == "root/pool");
  std::function<vigil::child_builder<worker>(std::size_t)> empty;
  CHECK(said(start_with(vigil::pool("pool", 1, empty))) == "null_handle");
}
