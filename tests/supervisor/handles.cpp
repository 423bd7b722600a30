#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace test;

namespace {

auto sup() {
  return vigil::supervisor("sup").intensity(100, 1h);
}

/// Sends requests without letting anybody run.
std::vector<answer<std::string>> send(world& w, const worker& to,
                                      std::vector<std::string> commands) {
  std::vector<answer<std::string>> result;
  for (auto& x : commands)
    result.push_back(w.request<std::string>(to, std::move(x)));
  return result;
}

/// Returns the answers: `"a#1, died, message_lost"`.
std::string all(const std::vector<answer<std::string>>& xs) {
  std::string result;
  for (const auto& x : xs) {
    auto y = x.get();
    result += (result.empty() ? "" : ", ")
              + (y ? y.value() : name_of(y.error().code));
  }
  return result;
}

std::uint64_t lost(const vigil::tree_ref& tree, const std::string& path) {
  auto picture = tree.snapshot();
  return picture.find(path)->messages_lost;
}

} // namespace

TEST_CASE("a handle stays valid over everything but the end of its child") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto inner = vigil::supervisor("in").strategy(vigil::one_for_all);
    auto tree = w.start(
      sup().child(inner.intensity(3, 1h)
                    .child(w.child("x"))
                    .child(w.child("a", k).backoff(vigil::fixed(1s)))));
    const auto a = handle_of(tree, "in/a");
    w.tell(a, "die"); // a group restart after a backoff
    w.advance(1s);
    CHECK(w.ask(a, "who") == "a#2");
    w.tell(tree, "in/x", "throw"); // a group restart
    CHECK(w.ask(a, "who") == "a#3");
    CHECK(said(tree.terminate_child("in/a")) == "ok");
    CHECK(w.ask(a, "who") == "child_stopped");
    CHECK(said(tree.restart_child("in/a")) == "ok");
    CHECK(w.ask(a, "who") == "a#4");
    w.tell(tree, "in/x", "die");
    w.tell(tree, "in/x", "die"); // the supervisor gives up and is restarted
    CHECK(w.ask(a, "who") == "a#6");
    CHECK(said(tree.terminate_child("in")) == "ok");
    CHECK(w.ask(a, "who") != "timeout");
    CHECK(said(tree.restart_child("in")) == "ok");
    CHECK(w.ask(a, "who") == "a#7");
    CHECK(handle_of(tree, "in/a") == a);
  }
}

TEST_CASE("the handle of a child that is forgotten answers with an error") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(
      sup().child(w.child("a", k)).child(w.child("t", k).temporary()));
    auto a = handle_of(tree, "a");
    auto t = handle_of(tree, "t");
    w.tell(t, "stop");
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(said(tree.delete_child("a")) == "ok");
    for (const auto& x : {a, t}) {
      auto reply = w.ask(x, "who");
      CHECK(reply != "timeout");
      CHECK(reply.find('#') == std::string::npos);
    }
    // A new child of the same id is another one.
    auto next = tree.start_child(w.child("a", k));
    REQUIRE(next);
    CHECK(next.value() != a);
    CHECK(w.ask(a, "who").find('#') == std::string::npos);
    CHECK(w.ask(next.value(), "who") == "a#2");
  }
}

TEST_CASE("whoever monitors a handle hears of the end of the child only") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k)));
    auto a = handle_of(tree, "a");
    caf::scoped_actor self{w.sys(), true};
    self->monitor(a);
    w.tell(a, "die");
    w.tell(a, "stop");
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK_FALSE(vigil::compat::has_message(*self));
    CHECK(said(tree.delete_child("a")) == "ok");
    w.run();
    CHECK(vigil::compat::has_message(*self));
  }
}

TEST_CASE("a stopped child refuses messages at once, with an error") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k).transient()));
    auto a = handle_of(tree, "a");
    auto replies = send(w, a, {"stop", "who", "who"});
    w.run();
    if (k == kind::in_place)
      CHECK(all(replies) == "a#1, child_stopped, child_stopped");
    else if (k != kind::callable)
      CHECK(all(replies) == "a#1, message_lost, message_lost");
    CHECK(replies.back().arrived());
    CHECK(w.ask(a, "who") == "child_stopped");
    caf::anon_send(a, std::string{"who"});
    w.run();
    CHECK(lost(tree, "sup/a") == 4);
  }
}

// -- keep and drop ------------------------------------------------------------

TEST_CASE("the next incarnation gets the messages that waited, in order") {
  world w;
  auto tree = w.start(sup().child(w.child("a").mailbox(vigil::keep)));
  auto replies = send(w, handle_of(tree, "a"),
                      {"who", "die", "who", "throw", "stop", "who"});
  w.run();
  CHECK(all(replies) == "a#1, died, a#2, exception, a#3, a#4");
  CHECK(lost(tree, "sup/a") == 0);
}

TEST_CASE("with drop, messages that waited are lost, counted and answered") {
  world w;
  auto tree = w.start(sup().child(w.child("a").mailbox(vigil::drop)));
  w.watch(tree);
  auto a = handle_of(tree, "a");
  auto replies = send(w, a, {"who", "die", "who", "throw"});
  caf::anon_send(a, std::string{"die"});
  w.run();
  CHECK(all(replies) == "a#1, died, message_lost, message_lost");
  CHECK(lost(tree, "sup/a") == 3);
  CHECK(w.ask(a, "who") == "a#2");
  std::uint64_t told = 0;
  for (const auto& x : w.take_events())
    if (x.type == vigil::event_type::messages_lost)
      told += x.count;
  CHECK(told == 3);
}

TEST_CASE("with drop, messages that waited during a backoff are lost") {
  world w;
  auto tree = w.start(
    sup().child(w.child("a").mailbox(vigil::drop).backoff(vigil::fixed(1s))));
  auto a = handle_of(tree, "a");
  auto replies = send(w, a, {"die", "who"});
  w.advance(500ms);
  auto later = send(w, a, {"who"});
  w.advance(500ms);
  CHECK(all(replies) == "died, message_lost");
  CHECK(all(later) == "message_lost");
  CHECK(w.ask(a, "who") == "a#2");
}

TEST_CASE(
  "a respawned incarnation takes its mailbox along: who waits is told") {
  for (auto k : {kind::respawn, kind::of_class, kind::callable}) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k)));
    auto replies = send(w, handle_of(tree, "a"), {"who", "die", "who", "who"});
    caf::anon_send(handle_of(tree, "a"), std::string{"who"});
    w.run();
    if (k != kind::callable) {
      CHECK(all(replies) == "a#1, died, message_lost, message_lost");
      CHECK(lost(tree, "sup/a") == 3);
    }
    for (const auto& x : replies)
      CHECK(x.arrived());
    CHECK(w.ask(tree, "a") == "a#2");
  }
}

// -- the gap of a respawned child ---------------------------------------------

TEST_CASE(
  "between two incarnations a handle holds as many messages as it may") {
  for (auto k : {kind::respawn, kind::of_class, kind::callable}) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(
      sup().child(w.child("a", k).gap_queue(2).backoff(vigil::fixed(1s))));
    auto a = handle_of(tree, "a");
    w.tell(a, "die");
    auto replies = send(w, a, {"who", "error", "who", "who"});
    w.run();
    CHECK(all(replies) == "timeout, timeout, gap_queue_full, gap_queue_full");
    caf::anon_send(a, std::string{"who"});
    w.advance(1s);
    CHECK(all(replies) == "a#2, no_luck, gap_queue_full, gap_queue_full");
    CHECK(lost(tree, "sup/a") == 3);
  }
}

TEST_CASE("requests of who is gone take no place in the gap queue") {
  for (auto k : {kind::respawn, kind::of_class, kind::callable})
    for (const bool supervised : {false, true}) {
      CAPTURE(to_string(k));
      CAPTURE(supervised);
      world w;
      auto tree = w.start(
        sup().child(w.child("a", k).gap_queue(2).backoff(vigil::fixed(1s))));
      auto a = handle_of(tree, "a");
      w.tell(a, "die");
      // Its first incarnation asks.
      auto first = std::make_shared<bool>(true);
      auto ask = [=](caf::event_based_actor* self) -> caf::behavior {
        for (int i = 0; *first && i < 2; ++i)
          self->request(a, caf::infinite, std::string{"who"})
            .then([](const std::string&) {}, [](const caf::error&) {});
        *first = false;
        return {[=](int) {
          self->quit(caf::make_error(caf::sec::runtime_error));
        }};
      };
      std::optional<vigil::tree_ref> others;
      caf::actor asker;
      if (supervised) {
        others.emplace(w.start(
          vigil::supervisor("others").child(vigil::child("asker", ask))));
        asker = others->find<caf::actor>("asker").value();
      } else {
        asker = w.sys().spawn<caf::hidden>(ask);
      }
      w.run();
      caf::anon_send(asker, 1);
      w.run();
      auto replies = send(w, a, {"who", "who", "who"});
      w.run();
      CHECK(all(replies) == "timeout, timeout, gap_queue_full");
      w.advance(1s);
      CHECK(all(replies) == "a#2, a#2, gap_queue_full");
      CHECK(lost(tree, "sup/a") == 3);
    }
}

TEST_CASE("a gap queue of zero refuses all messages between two incarnations") {
  world w;
  auto tree = w.start(sup().child(
    w.child("a", kind::respawn).gap_queue(0).backoff(vigil::fixed(1s))));
  auto a = handle_of(tree, "a");
  w.tell(a, "die");
  CHECK(w.ask(a, "who") == "gap_queue_full");
  w.advance(1s);
  CHECK(w.ask(a, "who") == "a#2");
}

TEST_CASE("messages in the gap are refused when the restart is called off") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k).backoff(vigil::fixed(1s))));
    auto a = handle_of(tree, "a");
    w.tell(a, "die");
    auto replies = send(w, a, {"who", "who"});
    w.run();
    CHECK(all(replies) == "timeout, timeout");
    CHECK(said(tree.terminate_child("a")) == "ok");
    w.run();
    CHECK(all(replies) == "child_stopped, child_stopped");
    CHECK(lost(tree, "sup/a") == 2);
  }
}

TEST_CASE("messages in the gap keep their order, also with those that follow") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k).backoff(vigil::fixed(1s))));
    auto a = handle_of(tree, "a");
    w.tell(a, "die");
    auto replies = send(w, a, {"who", "stop"});
    w.advance(1s);
    CHECK(all(replies) == "a#2, a#2");
    CHECK(state_of(tree, "a") == "restarting");
  }
}

TEST_CASE("the last failing message of a group does not come back") {
  world w; // the poison message is dropped with the incarnation that it ended
  auto tree = w.start(vigil::supervisor("sup")
                        .strategy(vigil::one_for_all)
                        .intensity(1, 1h)
                        .child(w.child("a"))
                        .child(w.child("b")));
  w.tell(tree, "a", "throw");
  CHECK(tree.running());
  CHECK(w.ask(tree, "a") == "a#2");
}
