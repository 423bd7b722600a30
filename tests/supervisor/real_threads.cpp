#include "world.hpp"

#include <vigil/vigil.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

using namespace test;

// Blocking and detached children have threads, so they need the real scheduler.
// Nobody sleeps here: all waiting is for answers.

namespace {

struct real_world {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
};

auto sup() {
  return vigil::supervisor("sup").intensity(100, 1h);
}

/// Sends a command and waits for the answer.
std::string ask(caf::actor_system& sys, const caf::actor& to,
                const std::string& what) {
  caf::scoped_actor self{sys, true};
  std::string result;
  self->request(to, 30s, what)
    .receive([&](const std::string& x) { result = x; },
             [&](const caf::error& why) {
               result = name_of(vigil::to_failure(why).code);
             });
  return result;
}

std::string obey(caf::local_actor* self, const std::string& what) {
  if (what == "throw")
    throw std::runtime_error{"told to throw"};
  if (what == "thread")
    return std::this_thread::get_id() == std::thread::id{} ? "none" : "some";
  return std::to_string(self->id());
}

/// A blocking actor as CAF's users write it.
void blocking(caf::blocking_actor* self, std::atomic<int>* lives) {
  ++*lives;
  bool running = true;
  self->receive_while(running)(
    [&](const std::string& what) {
      if (what == "stop")
        running = false;
      else if (what == "fail")
        vigil::this_child(self).fail(trouble::died, "told to fail");
      if (what == "fail")
        running = false;
      return what == "incarnation" ? std::to_string(lives->load())
                                   : obey(self, what);
    },
    [&](caf::exit_msg& x) {
      self->fail_state(std::move(x.reason));
      running = false;
    });
}

caf::behavior working(caf::event_based_actor* self, std::atomic<int>* lives) {
  ++*lives;
  return vigil::behavior(self, [=](const std::string& what) {
    if (what == "incarnation")
      return std::to_string(lives->load());
    return obey(self, what);
  });
}

/// Asks for the incarnation until it is the expected one: an ended incarnation
/// answers with errors, and the rest of a pool with the old number, until the
/// next is there.
bool reaches_life(caf::actor_system& sys, const caf::actor& to,
                  const std::string& incarnation) {
  // A busy machine may need long for a thread; a number of tries is no time.
  const auto late = std::chrono::steady_clock::now() + 60s;
  do
    if (ask(sys, to, "incarnation") == incarnation)
      return true;
  while (std::chrono::steady_clock::now() < late);
  return false;
}

} // namespace

TEST_CASE("a blocking child lives, fails, comes back and stops") {
  real_world w;
  std::atomic<int> lives{0};
  auto tree = sup().child(vigil::child("a", blocking, &lives)).start(w.sys);
  REQUIRE(tree);
  auto a = tree.value().find<caf::actor>("a").value();
  CHECK(ask(w.sys, a, "incarnation") == "1");
  CHECK(ask(w.sys, a, "throw") == "exception");
  CHECK(reaches_life(w.sys, a, "2"));
  auto why = tree.value().snapshot().rows[1].last_failure;
  REQUIRE(why);
  CHECK(why->code == vigil::errc::exception);
  CHECK(why->message == "told to throw");
  ask(w.sys, a, "fail");
  CHECK(reaches_life(w.sys, a, "3"));
  CHECK(tree.value().snapshot().rows[1].last_failure->code == trouble::died);
  auto report = tree.value().stop();
  REQUIRE(report);
  CHECK(report.value().culprits.empty());
  CHECK(lives == 3);
}

TEST_CASE(
  "what comes while a blocking child ends waits for its next incarnation") {
  real_world w;
  auto got = std::make_shared<std::promise<std::string>>();
  auto make = [got](caf::blocking_actor* self) {
    auto me = vigil::this_child(self).handle<caf::actor>();
    const auto first = vigil::this_child(self).incarnation() == 1;
    if (first)
      static_cast<caf::local_actor*>(self)->attach_functor(
        [me] { caf::anon_send(me, std::string{"for the next"}); });
    bool running = true;
    self->receive_while(running)(
      [&](const std::string& x) {
        if (first)
          running = false;
        else
          got->set_value(x);
      },
      [&](const caf::exit_msg&) { running = false; });
  };
  auto tree = sup().child(vigil::child("a", make)).start(w.sys);
  REQUIRE(tree);
  caf::anon_send(tree.value().find<caf::actor>("a").value(),
                 std::string{"end"});
  CHECK(got->get_future().get() == "for the next");
  CHECK(said(tree.value().stop()) == "ok");
}

TEST_CASE("a blocking child that finishes is not restarted if transient") {
  real_world w;
  std::atomic<int> lives{0};
  auto ended = std::make_shared<std::promise<void>>();
  auto tree
    = sup().child(vigil::child("a", blocking, &lives).transient()).start(w.sys);
  REQUIRE(tree);
  tree.value().events().subscribe([ended](const vigil::event& x) {
    if (x.type == vigil::event_type::child_exited)
      ended->set_value();
  });
  caf::anon_send(tree.value().find<caf::actor>("a").value(),
                 std::string{"stop"});
  ended->get_future().wait();
  CHECK(said(tree.value().terminate_child("a")) == "ok");
  CHECK(lives == 1);
  CHECK(said(tree.value().restart_child("a")) == "ok");
  CHECK(ask(w.sys, tree.value().find<caf::actor>("a").value(), "incarnation")
        == "2");
}

TEST_CASE("a detached child has a thread of its own in each incarnation") {
  real_world w;
  std::atomic<int> lives{0};
  auto tree = sup()
                .child(vigil::child("a", working, &lives).detached())
                .child(vigil::child("b", working, &lives))
                .start(w.sys);
  REQUIRE(tree);
  auto a = tree.value().find<caf::actor>("a").value();
  CHECK(ask(w.sys, a, "throw") == "exception");
  CHECK(reaches_life(w.sys, a, "3"));
  CHECK(tree.value().which_child("a").value().incarnation == 2);
  CHECK(said(tree.value().stop()) == "ok");
}

TEST_CASE("many requests during many restarts are all answered") {
  real_world w;
  std::atomic<int> lives{0};
  auto tree = vigil::supervisor("sup")
                .intensity(1'000'000, 1h)
                .child(vigil::child("a", working, &lives))
                .child(vigil::child("b", working, &lives).respawn())
                .start(w.sys);
  REQUIRE(tree);
  caf::scoped_actor self{w.sys, true};
  for (auto id : {"a", "b"}) {
    CAPTURE(id);
    auto to = tree.value().find<caf::actor>(id).value();
    int good = 0;
    int bad = 0;
    for (int i = 0; i < 300; ++i)
      self->request(to, 30s, std::string{i % 3 == 0 ? "throw" : "id"})
        .receive([&](const std::string&) { ++good; },
                 [&](const caf::error&) { ++bad; });
    CHECK(good + bad == 300);
    CHECK(bad >= 100);
    CHECK(good > 0);
  }
  CHECK(said(tree.value().stop()) == "ok");
}

TEST_CASE("wait returns in another thread when the tree ends") {
  real_world w;
  std::atomic<int> lives{0};
  auto tree = vigil::supervisor("sup")
                .intensity(0, 0s)
                .child(vigil::child("a", working, &lives))
                .start(w.sys);
  REQUIRE(tree);
  auto end = std::async(std::launch::async,
                        [ref = tree.value()] { return said(ref.wait()); });
  caf::anon_send(tree.value().find<caf::actor>("a").value(),
                 std::string{"throw"});
  CHECK(end.get() == "restart_limit_reached");
  CHECK_FALSE(tree.value().running());
}

TEST_CASE("a system ends although references to its trees are left") {
  std::atomic<int> lives{0};
  {
    real_world w;
    auto tree = sup().child(vigil::child("a", working, &lives)).start(w.sys);
    REQUIRE(tree);
  } // the last reference goes first, and asks the tree to stop
  CHECK(lives == 1);
}

TEST_CASE("a child that is stuck in a handler is reported and replaced") {
  real_world here;
  std::promise<void> door;
  auto stuck = [opened = door.get_future().share()](
                 caf::event_based_actor* self) -> caf::behavior {
    return vigil::behavior(
      self, [opened](int) { opened.wait(); },
      [self](const std::string& what) { return obey(self, what); });
  };
  auto tree = sup()
                .child(vigil::child("a", stuck)
                         .detached()
                         .health_check(200ms, vigil::within(200ms),
                                       vigil::unhealthy_after(2)))
                .start(here.sys);
  REQUIRE(tree);
  std::promise<vigil::failure> reported;
  std::promise<void> replaced;
  // A starved machine may answer no check in time before the child is stuck.
  tree.value().events().subscribe(
    [&, told = false, back = false](const vigil::event& x) mutable {
      if (x.type == vigil::event_type::health_changed && x.why
          && x.why->message.find("busy with") != std::string::npos
          && !std::exchange(told, true))
        reported.set_value(*x.why);
      if (x.type == vigil::event_type::child_restarted && told
          && !std::exchange(back, true))
        replaced.set_value();
    });
  auto a = tree.value().find<caf::actor>("a").value();
  const auto before = ask(here.sys, a, "id");
  caf::anon_send(a, 42);
  auto why = reported.get_future().get();
  CHECK(why.code == vigil::errc::unhealthy);
  CHECK(why.path == "sup/a");
  CHECK(why.incarnation >= 1);
  CHECK(why.message.find("2 checks in a row failed, without an answer within "
                         "200ms; it is busy with "
                         + std::string{name_of_int} + " since ")
        == 0);
  replaced.get_future().wait();
  CHECK(ask(here.sys, a, "id") != before);
  door.set_value();
  CHECK(tree.value().stop());
}

namespace {

/// Takes its time to go, until it is told to.
struct slow_state {
  std::promise<void> goes{};
  std::promise<void> may_go{};

  ~slow_state() {
    goes.set_value();
    may_go.get_future().wait();
  }
};

} // namespace

TEST_CASE("a child whose state goes while its supervisor goes down does not "
          "start once more") {
  for (const std::string how : {"throw", "quit"}) {
    CAPTURE(how);
    real_world w;
    std::atomic<int> lives{0};
    std::promise<slow_state*> there;
    auto slow = [&](caf::event_based_actor* self) -> caf::behavior {
      auto state = std::make_shared<slow_state>();
      if (++lives == 1)
        there.set_value(state.get());
      else
        state->may_go.set_value();
      return vigil::behavior(self, [=](const std::string& what) {
        static_cast<void>(state);
        if (what == "quit")
          self->quit();
        else
          throw std::runtime_error{what};
      });
    };
    auto tree = sup()
                  .child(vigil::child("slow", slow))
                  .child(vigil::child("last", working, &lives))
                  .start(w.sys);
    REQUIRE(tree);
    const auto at_first = lives.load();
    auto* state = there.get_future().get();
    auto goes = state->goes.get_future();
    tree.value().events().subscribe([&](const vigil::event& x) {
      if (x.type == vigil::event_type::child_stopped && x.path == "sup/last")
        state->may_go.set_value();
    });
    vigil::anon_mail(how).send(tree.value().find<caf::actor>("slow").value());
    goes.wait();
    CHECK(tree.value().stop());
    CHECK(lives == at_first);
  }
}

TEST_CASE("a pool of blocking members serves, loses one and has it back") {
  real_world w;
  std::atomic<int> lives{0};
  auto tree
    = vigil::supervisor("sup")
        .child(vigil::pool("pool", 2, vigil::child("any", blocking, &lives))
                 .intensity(100, 1h))
        .start(w.sys);
  REQUIRE(tree);
  auto pool = tree.value().find<caf::actor>("pool").value();
  // A blocking child is up before its own code runs.
  CHECK(reaches_life(w.sys, pool, "2"));
  for (int i = 0; i < 20; ++i)
    CHECK(ask(w.sys, pool, "incarnation") == "2");
  ask(w.sys, pool, "fail");
  CHECK(reaches_life(w.sys, pool, "3"));
  for (int i = 0; i < 20; ++i)
    CHECK(ask(w.sys, pool, "incarnation") == "3");
  auto report = tree.value().stop();
  REQUIRE(report);
  CHECK(report.value().culprits.empty());
  CHECK(ask(w.sys, pool, "incarnation") != "3");
}
