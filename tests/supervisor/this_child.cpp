#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace test;

namespace {

inline constexpr vigil::child_key<worker, "a"> a_key;

auto sup() {
  return vigil::supervisor("sup").intensity(100, 1h);
}

/// Runs a test for both kinds of function-based children.
template <class F>
void for_both(F f) {
  for (bool respawn : {false, true}) {
    CAPTURE(respawn);
    f([respawn](const vigil::child_builder<worker>& x) {
      return respawn ? x.respawn() : x;
    });
  }
}

} // namespace

// -- who am I -----------------------------------------------------------------

TEST_CASE(
  "a child knows its id, its path, its incarnation and what ended the last") {
  for_both([](auto placed) {
    world w;
    std::vector<std::string> seen;
    auto tell = [&](worker::pointer self) {
      auto me = vigil::this_child(self);
      auto why = me.previous_failure();
      CHECK(me.supervised());
      CHECK(me.id() == "a");
      CHECK(me.path() == "sup/in/a");
      seen.push_back(std::to_string(me.incarnation()) + ' '
                     + (why ? vigil::to_string(*why) : "none"));
    };
    auto tree = w.start(sup().child(vigil::supervisor("in").child(
      placed(doing("a", {tell, {{"stop", [](auto self) {
                                   self->quit();
                                   return std::string{};
                                 }}}})))));
    w.tell(tree, "in/a", "die");
    w.tell(tree, "in/a", "throw");
    w.tell(tree, "in/a", "stop");
    REQUIRE(seen.size() == 4);
    CHECK(seen[0] == "1 none");
    CHECK(seen[1] == "2 sup/in/a#1: test:1 died: told to die");
    CHECK(seen[2].substr(0, 26) == "3 sup/in/a#2: exception: m");
    // The last incarnation did not fail.
    CHECK(seen[3] == "4 none");
  });
}

TEST_CASE("after a start that failed a child knows how") {
  for_both([](auto placed) {
    world w;
    std::vector<std::string> seen;
    auto start = [&](worker::pointer self) {
      auto me = vigil::this_child(self);
      auto why = me.previous_failure();
      seen.push_back(why ? why->message : "none");
      if (me.incarnation() == 2)
        me.fail("no reason in particular");
    };
    auto tree = w.start(sup().child(placed(doing("a", {start, {}}))));
    w.tell(tree, "a", "die");
    CHECK(join(seen) == "none, told to die, no reason in particular");
  });
}

TEST_CASE("a child hands out a handle that outlives it") {
  for_both([](auto placed) {
    world w;
    std::vector<worker> handles;
    auto tree = w.start(sup().child(placed(doing(
      "a", {[&](worker::pointer self) {
              handles.push_back(vigil::this_child(self).handle<worker>());
            },
            {{"incarnation", [](worker::pointer self) {
                return std::to_string(vigil::this_child(self).incarnation());
              }}}}))));
    w.tell(tree, "a", "die");
    REQUIRE(handles.size() == 2);
    CHECK(handles[0] == handles[1]);
    CHECK(handles[0] == handle_of(tree, "a"));
    CHECK(w.ask(handles[0], "incarnation") == "2");
  });
}

TEST_CASE("a child finds a sibling by its key; the handle outlives restarts") {
  for_both([](auto placed) {
    world w;
    worker found;
    auto find = [&](worker::pointer self) {
      found = vigil::this_child(self).sibling(a_key).value();
    };
    auto tree = w.start(
      sup().child(placed(w.child("a"))).child(placed(doing("b", {find, {}}))));
    CHECK(found == handle_of(tree, "a"));
    w.tell(found, "die");
    CHECK(w.ask(found, "who") == "a#2");
  });
}

TEST_CASE("a sibling that cannot be handed out is told by its code") {
  static constexpr vigil::child_key<worker, "nobody"> unknown;
  static constexpr vigil::child_key<caf::actor, "a"> of_another_type;
  static constexpr vigil::child_key<worker, "later"> later;
  world w;
  std::vector<std::string> seen;
  auto ask = [&](worker::pointer self) {
    auto me = vigil::this_child(self);
    seen = {said(me.sibling(a_key)), said(me.sibling(unknown)),
            said(me.sibling(of_another_type)), said(me.sibling(later))};
  };
  auto tree = w.start(sup()
                        .child(w.child("a"))
                        .child(doing("b", {ask, {}}))
                        .child(w.child("later")));
  CHECK(join(seen) == "ok, not_found, wrong_handle_type, child_stopped");
  w.tell(tree, "b", "die");
  CHECK(join(seen) == "ok, not_found, wrong_handle_type, ok");
}

TEST_CASE("a child may ask its supervisor for changes") {
  for_both([](auto placed) {
    world w;
    std::string said_there;
    auto add = [&](worker::pointer self) {
      self
        ->request(vigil::this_child(self).supervisor(), caf::infinite,
                  vigil::call::start_child{w.child("new")})
        .then([&](const vigil::child_info& x) { said_there = x.path; },
              [&](const caf::error&) { said_there = "error"; });
      return std::string{};
    };
    auto tree = w.start(sup().child(placed(doing("a", {{}, {{"add", add}}}))));
    w.tell(tree, "a", "add");
    CHECK(said_there == "sup/new");
    CHECK(w.ask(tree, "new") == "new#1");
  });
}

TEST_CASE("calls that come while the tree starts are answered when it is up") {
  world w;
  std::string answer;
  auto add = [&](worker::pointer self) {
    self
      ->request(vigil::this_child(self).supervisor(), caf::infinite,
                vigil::call::start_child{w.child("new")})
      .then([&](const vigil::child_info& x) { answer = x.path; },
            [&](const caf::error&) { answer = "error"; });
  };
  auto tree = w.start(sup().child(doing("a", {add, {}})).child(w.child("b")));
  w.run();
  CHECK(answer == "sup/new");
  CHECK(w.log() == "start b#1, start new#1");
}

TEST_CASE("a child that stops the tree during its start ends that start") {
  world w;
  auto stop = [&](worker::pointer self) {
    caf::anon_send(vigil::this_child(self).supervisor(), vigil::call::stop{});
  };
  auto tree = sup()
                .child(w.child("x"))
                .child(doing("a", {stop, {}}))
                .child(w.child("y"))
                .start(w.sys());
  CHECK(said(tree) == "supervisor_stopping");
  // Its call may meet the start of the next child, which comes to nothing.
  CHECK(w.log() == "start x#1, stop x#1");
}

TEST_CASE("an actor function works without a supervisor, to be tested alone") {
  world w;
  auto x = w.script_of("a");
  auto alone = w.sys().spawn(work, x);
  CHECK(w.ask(alone, "who") == "a#1");
  CHECK(w.ask(alone, "error") == "no_luck");
  CHECK(w.ask(alone, "who") == "a#1");
  CHECK(w.ask(alone, "die") == "died");
  CHECK(w.log() == "start a#1, stop a#1");
  x->starts = {begin::fail, begin::ignore};
  w.sys().spawn(work, x);
  w.sys().spawn(work, x);
  w.run();
  CHECK(x->lives == 3);
}

// -- timers and monitors ------------------------------------------------------

TEST_CASE("run_after runs in its time, and not in another incarnation") {
  for_both([](auto placed) {
    world w;
    std::vector<std::string> seen;
    auto start = [&](worker::pointer self) {
      auto incarnation = std::to_string(vigil::this_child(self).incarnation());
      for (auto after : {3s, 1s, 2s})
        vigil::this_child(self).run_after(after, [&, incarnation, after] {
          seen.push_back(incarnation + '@' + std::to_string(after.count()));
        });
    };
    auto tree = w.start(sup().child(placed(doing("a", {start, {}}))));
    w.advance(1s);
    CHECK(join(seen) == "1@1");
    w.tell(tree, "a", "die");
    w.advance(1s);
    CHECK(join(seen) == "1@1, 2@1");
    CHECK(said(tree.terminate_child("a")) == "ok");
    w.advance(10s);
    CHECK(join(seen) == "1@1, 2@1");
    CHECK(said(tree.restart_child("a")) == "ok");
    w.advance(10s);
    CHECK(join(seen) == "1@1, 2@1, 3@1, 3@2, 3@3");
  });
}

TEST_CASE("a timer that fails or throws ends the incarnation, like a message") {
  for_both([](auto placed) {
    world w;
    auto start = [&](worker::pointer self) {
      auto me = vigil::this_child(self);
      if (me.incarnation() == 1)
        me.run_after(1s, [] { throw std::runtime_error{"too late"}; });
      if (me.incarnation() == 2)
        me.run_after(1s, [self] {
          vigil::this_child(self).fail(trouble::died, "in a timer");
        });
      if (me.incarnation() == 3)
        me.run_after(1s, [self] { self->quit(); });
    };
    auto tree = w.start(sup().child(placed(doing("a", {start, {}}))));
    const char* messages[] = {"too late", "in a timer"};
    for (const auto* text : messages) {
      w.advance(1s);
      auto why = tree.snapshot().rows[1].last_failure;
      REQUIRE(why);
      CHECK(why->message == text);
    }
    w.advance(1s);
    CHECK(tree.which_child("a").value().incarnation == 4);
  });
}

TEST_CASE(
  "monitor tells the end of another actor, and not to another incarnation") {
  for_both([](auto placed) {
    world w;
    std::vector<std::string> seen;
    auto first = w.sys().spawn<caf::hidden>(work, w.script_of("x"));
    auto second = w.sys().spawn<caf::hidden>(work, w.script_of("y"));
    w.run();
    auto start = [&](worker::pointer self) {
      auto me = vigil::this_child(self);
      auto incarnation = std::to_string(me.incarnation());
      me.monitor(first, [&, incarnation](const caf::error& why) {
        seen.push_back(incarnation + ' '
                       + name_of(vigil::to_failure(why).code));
      });
      me.monitor(second, [&, incarnation](const caf::error& why) {
        seen.push_back(incarnation + (why ? " badly" : " normally"));
      });
    };
    auto tree = w.start(sup().child(placed(doing("a", {start, {}}))));
    w.tell(tree, "a", "die");
    CHECK(seen.empty());
    w.tell(first, "die");
    CHECK(join(seen) == "2 died");
    w.tell(tree, "a", "die"); // the next incarnation monitors a dead actor
    CHECK(join(seen) == "2 died, 3 died");
    w.tell(second, "stop");
    CHECK(join(seen) == "2 died, 3 died, 3 normally");
  });
}

// -- answers ------------------------------------------------------------------

TEST_CASE("an incarnation that ends leaves no request without an answer") {
  for (bool respawn : {false, true}) {
    CAPTURE(respawn);
    world w;
    auto kept = std::make_shared<std::vector<vigil::promise<std::string>>>();
    auto keeper = vigil::child("a", [kept](worker::pointer self) {
      return vigil::behavior(
        self,
        [kept, self](const std::string& x) -> vigil::promise<std::string> {
          auto result = vigil::this_child(self).promise<std::string>();
          if (x == "keep")
            kept->push_back(result);
          else if (x == "give")
            kept->back().deliver("given: " + x);
          else if (x == "die")
            vigil::this_child(self).fail(trouble::died);
          else if (x == "fail")
            kept->back().fail({trouble::no_luck});
          return result;
        });
    });
    auto tree = w.start(sup().child(respawn ? keeper.respawn() : keeper));
    auto a = handle_of(tree, "a");
    auto keep = [&] {
      auto x = w.request<std::string>(a, std::string{"keep"});
      w.run();
      CHECK_FALSE(x.arrived());
      return x;
    };
    auto one = keep();
    w.tell(a, "give");
    CHECK(one.get().value() == "given: give");
    auto two = keep();
    w.tell(a, "fail");
    CHECK(said(two.get()) == "no_luck");
    CHECK(w.ask(a, "dropped at once") == "promise_broken");
    auto three = keep();
    auto four = keep();
    w.tell(a, "die");
    CHECK(said(three.get()) == "promise_broken");
    CHECK(said(four.get()) == "promise_broken");
    CHECK(three.get().error().path == "sup/a");
    kept->back().deliver(std::string{"too late"}); // nobody minds
    auto five = keep();
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(said(five.get()) == "promise_broken");
    CHECK(said(tree.restart_child("a")) == "ok");
    auto six = keep();
    vigil::compat::send_exit(caf::actor_cast<caf::strong_actor_ptr>(a), nullptr,
                             caf::make_error(caf::exit_reason::kill));
    w.run();
    CHECK(said(six.get()) == "promise_broken");
    auto seven = keep();
    CHECK(said(tree.stop()) == "ok");
    CHECK(said(seven.get()) == "promise_broken");
  }
}

TEST_CASE("an answer to an earlier incarnation does not reach the next one") {
  for_both([](auto placed) {
    world w;
    std::vector<std::string> seen;
    worker other;
    auto ask = [&](worker::pointer self) {
      self->request(other, caf::infinite, std::string{"who"})
        .then([&](const std::string& x) { seen.push_back(x); },
              [&](const caf::error&) { seen.push_back("error"); });
      return std::string{"asked"};
    };
    auto tree = w.start(sup()
                          .child(w.child("other", kind::of_class))
                          .child(placed(doing("a", {{}, {{"ask", ask}}}))));
    other = handle_of(tree, "other");
    CHECK(w.ask(tree, "a", "ask") == "asked");
    CHECK(join(seen) == "other#1");
    w["other"].door.closed = true;
    CHECK(w.ask(tree, "a", "ask") == "asked");
    w.tell(tree, "a", "die");
    w.open("other");
    CHECK(join(seen) == "other#1");
    CHECK(w.ask(tree, "a", "ask") == "asked");
    CHECK(join(seen) == "other#1, other#1");
    CHECK(tree.which_child("a").value().incarnation == 2);
  });
}

TEST_CASE("a child that awaits an answer can be stopped all the same") {
  for_both([](auto placed) {
    world w;
    worker other;
    auto await = [&](worker::pointer self) {
      self->request(other, caf::infinite, std::string{"who"})
        .await([](const std::string&) {});
      return std::string{"asked"};
    };
    auto a = placed(doing("a", {{}, {{"await", await}}}));
    auto tree = w.start(
      sup().child(w.child("other", kind::of_class)).child(a.shutdown(1s)));
    other = handle_of(tree, "other");
    w["other"].door.closed = true;
    CHECK(w.ask(tree, "a", "await") == "asked");
    auto waiting
      = w.request<std::string>(handle_of(tree, "a"), std::string{"await"});
    CHECK(said(tree.terminate_child("a")) == "ok");
    CHECK(waiting.arrived());
    CHECK(said(waiting.get()) != "ok");
    w.open("other");
    CHECK(said(tree.restart_child("a")) == "ok");
    CHECK(w.ask(tree, "a", "await") == "asked");
    CHECK(tree.which_child("a").value().incarnation == 2);
  });
}

TEST_CASE("handlers that one incarnation sets are gone in the next") {
  for_both([](auto placed) {
    world w;
    auto start = [](worker::pointer self) {
      if (vigil::this_child(self).incarnation() > 1)
        return;
      self->set_exit_handler([](caf::exit_msg&) {});
      self->set_default_handler(caf::skip);
    };
    auto tree = w.start(sup().child(placed(doing("a", {start, {}}))));
    auto a = handle_of(tree, "a");
    auto stop = [&] {
      vigil::compat::send_exit(
        caf::actor_cast<caf::strong_actor_ptr>(a), nullptr,
        caf::make_error(caf::exit_reason::user_shutdown));
      w.run();
    };
    stop();
    CHECK(tree.which_child("a").value().incarnation == 1);
    w.tell(a, "die");
    stop();
    CHECK(tree.which_child("a").value().incarnation == 3);
  });
}
