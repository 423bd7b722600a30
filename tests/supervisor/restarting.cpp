#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace test;
using vigil::restart_policy;

namespace {

auto sup() {
  return vigil::supervisor("sup");
}

/// All ways to end by command, and whether they are abnormal.
struct ending {
  const char* command;
  bool abnormal;
};

constexpr ending endings[] = {
  {"stop", false}, {"shutdown", false}, {"unbecome", false}, {"die", true},
  {"fail", true},  {"throw", true},     {"quit", true},      {"kill", true},
};

vigil::child_builder<worker> with(vigil::child_builder<worker> x,
                                  restart_policy how) {
  if (how == restart_policy::transient)
    return x.transient();
  return how == restart_policy::temporary ? x.temporary() : x.permanent();
}

void send_exit(world& w, const worker& to, caf::error reason) {
  caf::anon_send(caf::actor_cast<caf::actor>(to),
                 caf::exit_msg{to.address(), std::move(reason)});
  w.run();
}

} // namespace

TEST_CASE("the restart type and the end of a child decide on its restart") {
  // S47, S49, S51, S111; a6
  for (auto policy : {restart_policy::permanent, restart_policy::transient,
                      restart_policy::temporary}) {
    for (auto k : all_kinds) {
      for (const auto& end : endings) {
        CAPTURE(vigil::to_string(policy));
        CAPTURE(to_string(k));
        CAPTURE(end.command);
        world w;
        auto tree = w.start(sup().child(with(w.child("a", k), policy)));
        w.tell(tree, "a", end.command);
        const auto again
          = policy == restart_policy::permanent
            || (policy == restart_policy::transient && end.abnormal);
        if (again) {
          CHECK(w.log() == "start a#1, stop a#1, start a#2");
          CHECK(w.ask(tree, "a") == "a#2");
          CHECK(counts(tree) == "[1, 1, 0, 1]");
        } else {
          CHECK(w.log() == "start a#1, stop a#1");
          CHECK(listing(tree)
                == (policy == restart_policy::temporary ? "" : "a stopped"));
        }
        CHECK(tree.running());
      }
    }
  }
}

TEST_CASE("a transient child that has finished can be started again") { // S49
  world w;
  auto tree = w.start(sup().child(w.child("a").transient()));
  w.tell(tree, "a", "stop");
  CHECK(counts(tree) == "[1, 0, 0, 1]");
  CHECK(said(tree.restart_child("a")) == "ok");
  CHECK(w.ask(tree, "a") == "a#2");
}

TEST_CASE("a child without an exit handler ends with the exit message") {
  struct row {
    caf::error reason;
    bool abnormal;
  };
  const row rows[] = {
    {caf::make_error(caf::exit_reason::user_shutdown), false},
    {caf::make_error(caf::exit_reason::kill), true},
    {caf::make_error(caf::sec::runtime_error), true},
    {vigil::to_caf({trouble::died}), true},
  };
  for (auto k : all_kinds) {
    for (const auto& x : rows) {
      CAPTURE(to_string(k));
      CAPTURE(caf::to_string(x.reason));
      world w;
      auto tree = w.start(
        sup().child(w.child("a", k)).child(w.child("b", k).transient()));
      send_exit(w, handle_of(tree, "a"), x.reason);
      CHECK(w.ask(tree, "a") == "a#2");
      send_exit(w, handle_of(tree, "b"), x.reason);
      CHECK(state_of(tree, "b") == (x.abnormal ? "running" : "stopped"));
    }
  }
}

TEST_CASE("a normal exit message does not end a child") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k)));
    send_exit(w, handle_of(tree, "a"), {});
    CHECK(w.ask(tree, "a") == "a#1");
  }
}

TEST_CASE("a child that traps exits decides itself, but not on a kill") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    w["a"].asked = farewell::stuck;
    auto tree = w.start(sup().child(w.child("a", k)));
    auto a = handle_of(tree, "a");
    send_exit(w, a, caf::make_error(caf::exit_reason::user_shutdown));
    send_exit(w, a, caf::make_error(caf::sec::runtime_error));
    CHECK(w.ask(a, "who") == "a#1");
    send_exit(w, a, caf::make_error(caf::exit_reason::kill));
    CHECK(w.ask(a, "who") == "a#2");
  }
}

TEST_CASE("restart_when has the last word on what is abnormal") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto only_died = [](const vigil::failure& why) {
      return why.code == trouble::died;
    };
    auto tree
      = w.start(sup()
                  .child(w.child("a", k).transient().restart_when(only_died))
                  .child(w.child("b", k).transient().restart_when(
                    [](const vigil::failure&) -> bool {
                      throw std::runtime_error{"cannot say"};
                    })));
    w.tell(tree, "a", "die");
    CHECK(w.ask(tree, "a") == "a#2");
    w.tell(tree, "a", "throw");
    CHECK(state_of(tree, "a") == "stopped");
    w.tell(tree, "b", "die");
    CHECK(w.ask(tree, "b") == "b#2");
    w.tell(tree, "b", "stop");
    CHECK(state_of(tree, "b") == "stopped");
  }
}

TEST_CASE("each tree that a description starts has a restart_when of its own") {
  world w;
  struct once_only {
    bool operator()(const vigil::failure&) {
      return std::exchange(first, false);
    }
    bool first = true;
  };
  const auto root
    = sup().child(w.child("a").transient().restart_when(once_only{}));
  for (int i = 0; i < 2; ++i) {
    auto tree = w.start(root);
    w.tell(tree, "a", "die");
    CHECK(state_of(tree, "a") == "running");
    w.tell(tree, "a", "die");
    CHECK(state_of(tree, "a") == "stopped");
  }
}

// -- what the requester gets --------------------------------------------------

TEST_CASE("a value is the reply, an error is the reply, a fault is the reply "
          "and ends the incarnation") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k)));
    auto a = handle_of(tree, "a");
    CHECK(w.ask(a, "who") == "a#1");
    CHECK(w.ask(a, "error") == "no_luck");
    CHECK(w.ask(a, "who") == "a#1");
    CHECK(w.ask(a, "die") == "died");
    CHECK(w.ask(a, "who") == "a#2");
  }
}

TEST_CASE("the requester of the message that failed gets the failure") {
  for (auto k : {kind::in_place, kind::respawn, kind::of_class}) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k)));
    auto a = handle_of(tree, "a");
    w.tell(a, "die");
    auto died = w.request<std::string>(a, std::string{"die"});
    w.run();
    REQUIRE_FALSE(died.get());
    auto why = died.get().error();
    CHECK(why.code == trouble::died);
    CHECK(why.message == "told to die");
    CHECK(why.path == "sup/a");
    CHECK(why.incarnation == 2);
    auto threw = w.request<std::string>(a, std::string{"throw"});
    w.run();
    REQUIRE_FALSE(threw.get());
    CHECK(threw.get().error().code == vigil::errc::exception);
    CHECK(threw.get().error().message == "told to throw");
  }
}

TEST_CASE("a handler that fails its child may still give its answer") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k)));
    CHECK(w.ask(tree, "a", "fail") == "a#1");
    CHECK(w.ask(tree, "a", "stop") == "a#2");
    CHECK(w.ask(tree, "a") == "a#3");
  }
}

TEST_CASE("the last failure says what, who and which incarnation") {
  struct row {
    const char* command;
    const char* code;
    const char* message;
  };
  const row rows[] = {
    {"die", "died", "told to die"},
    {"fail", "died", "told to fail"},
    {"throw", "exception", "told to throw"},
    {"kill", "killed", ""},
  };
  for (auto k : {kind::in_place, kind::respawn, kind::of_class}) {
    for (const auto& x : rows) {
      CAPTURE(to_string(k));
      CAPTURE(x.command);
      world w;
      auto tree = w.start(sup().child(w.child("a", k)));
      w.tell(tree, "a", "stop");
      w.tell(tree, "a", x.command);
      auto picture = tree.snapshot();
      const auto* a = picture.find("sup/a");
      REQUIRE(a);
      REQUIRE(a->last_failure);
      CHECK(name_of(a->last_failure->code) == x.code);
      CHECK(a->last_failure->message == x.message);
      CHECK(a->last_failure->path == "sup/a");
      CHECK(a->last_failure->incarnation == 2);
      CHECK(a->last_failure->time == w.now());
      CHECK(a->incarnation == 3);
      CHECK(a->restarts == 2);
    }
  }
}

// -- a start that fails at a restart ------------------------------------------

TEST_CASE("a failing restart is tried again until it works") { // a8
  for (auto k : all_kinds) {
    for (auto how : {begin::fail, begin::throws}) {
      CAPTURE(to_string(k));
      world w;
      w["a"].starts = {begin::ok, how, how, begin::ok};
      auto tree = w.start(
        sup().intensity(3, 1h).child(w.child("a", k)).child(w.child("b")));
      w.log();
      w.tell(tree, "a", "die");
      CHECK(w.log() == "stop a#1, start a#4");
      CHECK(tree.snapshot().rows[0].budget_used == 3);
      CHECK(w.ask(tree, "b") == "b#1");
    }
  }
}

TEST_CASE("a failing restart is tried again, whatever restart_when says") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    w["a"].starts = {begin::ok, begin::fail, begin::ok};
    auto only_died = [](const vigil::failure& why) {
      return why.code == trouble::died;
    };
    auto tree = w.start(
      sup().child(w.child("a", k).transient().restart_when(only_died)));
    w.tell(tree, "a", "die");
    CHECK(listing(tree) == "a running");
    CHECK(w.ask(tree, "a") == "a#3");
  }
}

TEST_CASE("a child that ignores its restart is kept and not tried again") {
  for (auto k : all_kinds) { // S81, S83
    CAPTURE(to_string(k));
    world w;
    w["a"].starts = {begin::ok, begin::ok, begin::ignore};
    auto tree = w.start(sup().intensity(2, 1h).child(w.child("a", k)));
    w.tell(tree, "a", "die");
    CHECK(w.ask(tree, "a") == "a#2");
    w.tell(tree, "a", "die");
    CHECK(listing(tree) == "a stopped");
    w.advance(1h);
    CHECK(w["a"].lives == 3);
    CHECK(said(tree.restart_child("a")) == "ok");
    CHECK(said(tree.stop()) == "ok");
  }
}

TEST_CASE("calls are served between two tries of a failing restart") { // a8
  world w;
  auto tree = w.start(sup().intensity(100, 1h).child(w.child("a")));
  w["a"].later = begin::fail;
  caf::anon_send(handle_of(tree, "a"), std::string{"die"});
  auto stopped
    = w.request<void>(tree.handle(), vigil::call::terminate_child{"a"});
  w.run();
  CHECK(said(stopped.get()) == "ok");
  CHECK(listing(tree) == "a stopped");
  CHECK(w["a"].lives < 100);
  CHECK(tree.running());
}

TEST_CASE("an end that comes while its supervisor is busy is not lost") {
  world w;
  w["slow"].asked = farewell::slow;
  w["slow"].takes = 1s;
  auto tree
    = w.start(sup().child(w.child("a", kind::respawn)).child(w.child("slow")));
  auto stopped
    = w.request<void>(tree.handle(), vigil::call::terminate_child{"slow"});
  w.run();
  w.tell(tree, "a", "die");
  CHECK(w.ask(tree, "a") == "a#2"); // nobody waits for another's stop
  CHECK_FALSE(stopped.arrived());
  w.advance(1s);
  CHECK(said(stopped.get()) == "ok");
}
