#include "world.hpp"

#include <vigil/vigil.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace test;
using vigil::errc;

namespace {

auto sup() {
  return vigil::supervisor("sup");
}

/// Returns `"sup/a shutdown_timeout, sup/b child_stuck"`.
std::string culprits(const vigil::result<vigil::stop_report>& x) {
  if (!x)
    return name_of(x.error().code);
  std::string result;
  for (const auto& who : x.value().culprits)
    result += (result.empty() ? "" : ", ") + who.path + ' '
              + vigil::to_string(who.what);
  return result;
}

/// What a child does that is told to "hang": meanwhile `during` runs.
struct long_handler {
  std::function<void()> during;
  int handled = 0;
};

using lingering_base = eager<caf::event_based_actor>;

caf::behavior linger(lingering_base* self,
                     const std::shared_ptr<long_handler>& x) {
  const auto incarnation = vigil::this_child(self).incarnation();
  return vigil::behavior(self, [x, incarnation](const std::string& what) {
    if (what == "hang")
      x->during();
    else
      ++x->handled;
    return "a#" + std::to_string(incarnation);
  });
}

class lingering : public lingering_base {
public:
  lingering(caf::actor_config& cfg, std::shared_ptr<long_handler> x)
    : lingering_base(cfg), x_(std::move(x)) {
    // nop
  }

  caf::behavior make_behavior() override {
    return linger(this, x_);
  }

private:
  std::shared_ptr<long_handler> x_;
};

/// Describes such children, one that restarts in place first.
std::vector<vigil::child_builder<caf::actor>>
lingerers(const std::shared_ptr<long_handler>& x) {
  return {vigil::child("a", linger, x), vigil::child("a", linger, x).respawn(),
          vigil::child<lingering>("a", x)};
}

/// Has a child hang while five messages wait, and returns their answers.
std::vector<answer<std::string>> hang_and_work(world& w, const caf::actor& to) {
  std::vector<answer<std::string>> result;
  caf::anon_send(to, std::string{"hang"});
  for (int i = 0; i < 5; ++i)
    result.push_back(w.request<std::string>(to, std::string{"work"}));
  w.run();
  return result;
}

/// Returns how many were answered with that.
std::size_t count_of(const std::vector<answer<std::string>>& all,
                     const std::string& what) {
  std::size_t result = 0;
  for (const auto& x : all) {
    const auto got = x.get();
    result += (got ? got.value() : name_of(got.error().code)) == what ? 1 : 0;
  }
  return result;
}

} // namespace

TEST_CASE("stopping goes in reverse start order, one child after another") {
  world w; // S75
  for (auto id : {"a", "b", "c"}) {
    w[id].asked = farewell::trap;
    w[id].logs_asks = true;
  }
  w["b"].asked = farewell::slow;
  w["b"].takes = 2s;
  auto tree = w.start(
    sup().child(w.child("a")).child(w.child("b")).child(w.child("c")));
  w.log();
  const auto before = w.now();
  CHECK(culprits(tree.stop()).empty());
  CHECK(w.log() == "ask c#1, stop c#1, ask b#1, stop b#1, ask a#1, stop a#1");
  CHECK(w.now() - before == 2s);
  CHECK_FALSE(tree.running());
  CHECK(said(tree.wait()) == "ok");
}

TEST_CASE("children of every kind stop when asked, trapping exits or not") {
  for (auto k : all_kinds) {
    for (auto asked : {farewell::plain, farewell::trap}) {
      CAPTURE(to_string(k));
      CAPTURE(static_cast<int>(asked));
      world w;
      w["a"].asked = asked;
      auto tree = w.start(sup().child(w.child("a", k)));
      const auto before = w.now();
      CHECK(culprits(tree.stop()).empty());
      CHECK(w.log() == "start a#1, stop a#1");
      CHECK(w.now() == before);
    }
  }
}

TEST_CASE("a child that misses its deadline is killed and named") { // S23
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    w["b"].asked = farewell::stuck;
    auto tree
      = w.start(sup().child(w.child("a")).child(w.child("b", k).shutdown(1s)));
    w.log();
    const auto before = w.now();
    CHECK(culprits(tree.stop()) == "sup/b shutdown_timeout");
    CHECK(w.now() - before == 1s);
    CHECK(w.log() == "stop b#1, stop a#1");
  }
}

TEST_CASE("a child that stops just within its deadline is not killed") {
  world w;
  w["a"].asked = farewell::slow;
  w["a"].takes = 1s - 1ns;
  auto tree = w.start(sup().child(w.child("a").shutdown(1s)));
  CHECK(culprits(tree.stop()).empty());
}

TEST_CASE("the deadline of a worker is five seconds by default") { // a2
  world w;
  w["a"].asked = farewell::stuck;
  auto tree = w.start(sup().child(w.child("a")));
  const auto before = w.now();
  CHECK(culprits(tree.stop()) == "sup/a shutdown_timeout");
  CHECK(w.now() - before == 5s);
}

TEST_CASE("brutal_kill does not ask, and names nobody") { // S25, S29
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    for (auto id : {"a", "b"}) {
      w[id].asked = farewell::trap;
      w[id].logs_asks = true;
    }
    auto tree = w.start(sup()
                          .child(w.child("a"))
                          .child(w.child("b", k).shutdown(vigil::brutal_kill)));
    w.log();
    CHECK(culprits(tree.stop()).empty());
    CHECK(w.log() == "stop b#1, ask a#1, stop a#1");
  }
}

TEST_CASE("a kill ends a child as soon as its handler returns") {
  auto x = std::make_shared<long_handler>();
  bool in_place = true;
  for (const auto& child : lingerers(x)) {
    CAPTURE(in_place);
    world w;
    driver others{w.sys()};
    x->handled = 0;
    auto tree = w.start(sup().child(child.shutdown(vigil::brutal_kill)));
    const auto a = tree.find<caf::actor>("a").value();
    std::vector<answer<void>> gone;
    x->during = [&] {
      gone.push_back(
        w.request<void>(tree.handle(), vigil::call::terminate_child{"a"}));
      others.run();
    };
    const auto waiting = hang_and_work(w, a);
    REQUIRE(gone.size() == 1);
    CHECK(said(gone[0].get()) == "ok");
    CHECK(x->handled == 0);
    CHECK(count_of(waiting, in_place ? "child_stopped" : "message_lost") == 5);
    CHECK(tree.snapshot().find("sup/a")->messages_lost == 5);
    CHECK(said(tree.restart_child("a")) == "ok");
    caf::anon_send(a, std::string{"work"});
    w.run();
    CHECK(x->handled == 1);
    in_place = false;
  }
}

TEST_CASE("a kill ends a dynamic child as soon as its handler returns") {
  static constexpr vigil::child_key<vigil::dynamic_ref<caf::actor>, "many"> key;
  auto x = std::make_shared<long_handler>();
  const auto f = [x](lingering_base* self) {
    return linger(self, x);
  };
  world w;
  driver others{w.sys()};
  auto tree = w.start(sup().child(
    vigil::dynamic_supervisor(key, f).child_shutdown(vigil::brutal_kill)));
  const auto a = tree[key].start_child().value();
  std::vector<answer<void>> gone;
  x->during = [&] {
    gone.push_back(w.request<void>(
      tree[key].handle(), vigil::call::terminate_handle{
                            caf::actor_cast<caf::strong_actor_ptr>(a)}));
    others.run();
  };
  const auto waiting = hang_and_work(w, a);
  REQUIRE(gone.size() == 1);
  CHECK(said(gone[0].get()) == "ok");
  CHECK(x->handled == 0);
  CHECK(count_of(waiting, "child_stopped") == 5);
}

TEST_CASE("messages wait in place for the incarnation after a kill") {
  auto x = std::make_shared<long_handler>();
  world w;
  driver others{w.sys()};
  auto tree
    = w.start(sup()
                .strategy(vigil::one_for_all)
                .child(w.child("b"))
                .child(lingerers(x).front().shutdown(vigil::brutal_kill)));
  const auto a = tree.find<caf::actor>("a").value();
  x->during = [&] {
    caf::anon_send(handle_of(tree, "b"), std::string{"die"});
    others.run();
  };
  const auto waiting = hang_and_work(w, a);
  CHECK(count_of(waiting, "a#2") == 5);
  CHECK(tree.snapshot().find("sup/a")->messages_lost == 0);
}

TEST_CASE("a child that was left behind handles nothing any more") {
  auto x = std::make_shared<long_handler>();
  bool in_place = true;
  for (const auto& child : lingerers(x)) {
    CAPTURE(in_place);
    world w;
    driver others{w.sys()};
    x->handled = 0;
    auto tree = w.start(sup().child(child.shutdown(1s)));
    const auto a = tree.find<caf::actor>("a").value();
    std::vector<answer<vigil::child_info>> next;
    x->during = [&] {
      static_cast<void>(
        w.request<void>(tree.handle(), vigil::call::terminate_child{"a"}));
      others.advance(3s);
      next.push_back(w.request<vigil::child_info>(
        tree.handle(), vigil::call::restart_child{"a"}));
      others.run();
    };
    const auto waiting = hang_and_work(w, a);
    REQUIRE(next.size() == 1);
    CHECK(said(next[0].get()) == "ok");
    // What waited is lost, or comes to the next incarnation.
    CHECK(count_of(waiting, in_place ? "a#2" : "message_lost") == 5);
    CHECK(x->handled == (in_place ? 5 : 0));
    CHECK(tree.snapshot().find("sup/a")->messages_lost == (in_place ? 0 : 5));
    in_place = false;
  }
}

TEST_CASE("infinity waits for as long as it takes") {
  world w;
  w["a"].asked = farewell::slow;
  w["a"].takes = 24h;
  auto tree = w.start(sup().child(w.child("a").shutdown(vigil::infinity)));
  const auto before = w.now();
  CHECK(culprits(tree.stop(48h)).empty());
  CHECK(w.now() - before == 24h);
}

TEST_CASE("a deadline of zero kills whoever is not gone at once") {
  world w;
  w["a"].asked = farewell::stuck;
  auto tree = w.start(sup().child(w.child("a").shutdown(0s)));
  const auto before = w.now();
  CHECK(culprits(tree.stop()) == "sup/a shutdown_timeout");
  CHECK(w.now() == before);
  CHECK(w.log() == "start a#1, stop a#1");
}

TEST_CASE("a child may fail while it stops; that counts for nothing") { // S27
  for (auto k : all_kinds) {
    for (auto policy :
         {vigil::restart_policy::permanent, vigil::restart_policy::temporary}) {
      CAPTURE(to_string(k));
      world w;
      w["a"].asked = farewell::bad;
      auto a = w.child("a", k);
      if (policy == vigil::restart_policy::temporary)
        a = a.temporary();
      auto tree = w.start(sup().intensity(0, 0s).child(a));
      CHECK(culprits(tree.stop()).empty());
      CHECK(w["a"].lives == 1);
      CHECK(said(tree.wait()) == "ok");
    }
  }
}

TEST_CASE("a child that even a kill does not end is left behind and named") {
  world w;
  auto tree = w.start(
    sup().child(w.child("a")).child(w.child("b", kind::of_class).shutdown(2s)));
  w["b"].door.closed = true;
  const auto before = w.now();
  CHECK(culprits(tree.stop()) == "sup/b child_stuck");
  CHECK(w.now() - before == 2s + vigil::kill_grace);
  CHECK(w.log() == "start a#1, start b#1, stop a#1");
  w.open("b"); // its late end disturbs nobody
  CHECK(w.log() == "stop b#1");
}

TEST_CASE("culprits come in the order in which they were given up") {
  world w;
  for (auto id : {"a", "c"})
    w[id].asked = farewell::stuck;
  auto tree = w.start(sup()
                        .child(w.child("a").shutdown(1s))
                        .child(w.child("b", kind::of_class).shutdown(1s))
                        .child(w.child("c").shutdown(1s)));
  w["b"].door.closed = true;
  CHECK(culprits(tree.stop())
        == "sup/c shutdown_timeout, sup/b child_stuck, sup/a shutdown_timeout");
}

TEST_CASE("culprits further down in the tree are named as well") {
  world w;
  w["leaf"].asked = farewell::stuck;
  w["b"].asked = farewell::stuck;
  auto tree = w.start(
    sup()
      .child(vigil::supervisor("in").child(w.child("leaf").shutdown(1s)))
      .child(w.child("b").shutdown(1s)));
  CHECK(culprits(tree.stop())
        == "sup/b shutdown_timeout, sup/in/leaf shutdown_timeout");
}

TEST_CASE("killing a nested supervisor kills what is below it") {
  world w;
  for (auto id : {"x", "y"}) {
    w[id].asked = farewell::stuck;
    w[id].logs_asks = true;
  }
  auto tree = w.start(sup().child(vigil::supervisor("in")
                                    .child(w.child("x"))
                                    .child(w.child("y"))
                                    .shutdown(vigil::brutal_kill)));
  w.log();
  const auto before = w.now();
  CHECK(culprits(tree.stop()).empty());
  CHECK(w.log() == "stop y#1, stop x#1");
  CHECK(w.now() == before);
}

TEST_CASE("a nested supervisor that misses its deadline kills its children") {
  world w; // a9, but no orphans
  w["x"].asked = farewell::stuck;
  auto tree = w.start(sup().child(vigil::supervisor("in")
                                    .child(w.child("x").shutdown(1min))
                                    .child(w.child("y"))
                                    .shutdown(2s)));
  w.log();
  const auto before = w.now();
  CHECK(culprits(tree.stop()) == "sup/in shutdown_timeout");
  CHECK(w.now() - before == 2s);
  CHECK(w.log() == "stop y#1, stop x#1");
}

TEST_CASE("a killed supervisor is waited for while it waits for its children") {
  world w; // its own grace must not end with that of the child below
  auto tree = w.start(sup()
                        .child(w.child("a"))
                        .child(vigil::supervisor("in")
                                 .child(w.child("x"))
                                 .child(w.child("y", kind::of_class))
                                 .shutdown(vigil::brutal_kill)));
  w["y"].door.closed = true;
  w.log();
  CHECK(culprits(tree.stop()) == "sup/in/y child_stuck");
  CHECK(w.log() == "stop x#1, stop a#1");
}

// -- who stops ----------------------------------------------------------------

TEST_CASE("stopping twice is fine") {
  world w;
  w["a"].asked = farewell::stuck;
  auto tree = w.start(sup().child(w.child("a").shutdown(1s)));
  CHECK(culprits(tree.stop()) == "sup/a shutdown_timeout");
  CHECK(said(tree.stop()) == "ok");
  CHECK(culprits(tree.stop()).empty());
}

TEST_CASE("all who ask for the stop are answered when it is done") {
  world w;
  w["a"].asked = farewell::slow;
  w["a"].takes = 2s;
  auto tree = w.start(sup().child(w.child("a").shutdown(1s)));
  auto one = w.request<vigil::stop_report>(tree.handle(), vigil::call::stop{});
  w.run();
  auto two = w.request<vigil::stop_report>(tree.handle(), vigil::call::stop{});
  w.advance(500ms);
  CHECK_FALSE(one.arrived());
  CHECK_FALSE(two.arrived());
  w.advance(500ms);
  CHECK(culprits(one.get()) == "sup/a shutdown_timeout");
  CHECK(culprits(two.get()) == "sup/a shutdown_timeout");
}

TEST_CASE("a stop that takes longer than one waits goes on") {
  world w;
  w["a"].asked = farewell::slow;
  w["a"].takes = 10s;
  auto tree = w.start(sup().child(w.child("a").shutdown(vigil::infinity)));
  CHECK(culprits(tree.stop(1s)) == "timeout");
  CHECK(tree.running());
  w.advance(9s);
  CHECK_FALSE(tree.running());
  CHECK(w.log() == "start a#1, stop a#1");
}

TEST_CASE("after the end every call says that the supervisor is down") {
  world w;
  auto tree = w.start(sup().child(w.child("a")));
  auto root = tree.handle();
  auto a = handle_of(tree, "a");
  CHECK(said(tree.stop()) == "ok");
  CHECK(said(tree.start_child(w.child("b"))) == "supervisor_down");
  CHECK(said(tree.terminate_child("a")) == "supervisor_down");
  CHECK(said(tree.restart_child("a")) == "supervisor_down");
  CHECK(said(tree.delete_child("a")) == "supervisor_down");
  CHECK(said(tree.find<worker>("a")) == "not_found");
  CHECK(listing(tree).empty());
  CHECK(tree.snapshot().rows.size() == 1);
  CHECK(w.ask(a, "who") != "a#1");
  CHECK(w.ask(a, "who") != "timeout");
  auto raw = w.call<void>(root, vigil::call::delete_child{"a"});
  CHECK(said(raw) != "ok");
  CHECK(said(raw) != "timeout");
}

TEST_CASE("a tree stops when the last reference to it is gone") {
  world w;
  std::vector<vigil::tree_ref> all{w.start(sup().child(w.child("a")))};
  all.push_back(all.front());
  all.push_back(all.front());
  auto a = handle_of(all.front(), "a");
  while (all.size() > 1) {
    all.pop_back();
    w.run();
    CHECK(w.ask(a, "who") == "a#1");
  }
  { auto last = std::move(all.front()); }
  w.run();
  CHECK(w.log() == "start a#1, stop a#1");
  CHECK(w.ask(a, "who") != "a#1");
  CHECK(w.ask(a, "who") != "timeout");
}

TEST_CASE("an actor of the tree may ask its supervisor to stop") {
  world w;
  auto tree = w.start(sup().child(w.child("a")));
  auto stopped
    = w.request<vigil::stop_report>(tree.handle(), vigil::call::stop{});
  w.run();
  CHECK(said(stopped.get()) == "ok");
  CHECK_FALSE(tree.running());
  CHECK(said(tree.wait()) == "ok");
}

TEST_CASE("an exit message stops a root, and its reason is what wait tells") {
  struct row {
    caf::error reason;
    const char* said;
    const char* log;
  };
  const row rows[] = {
    {caf::make_error(caf::exit_reason::user_shutdown), "ok",
     "ask b#1, stop b#1, ask a#1, stop a#1"},
    {caf::make_error(caf::exit_reason::kill), "killed", "stop b#1, stop a#1"},
    {caf::make_error(caf::sec::runtime_error), "exited",
     "ask b#1, stop b#1, ask a#1, stop a#1"},
    {vigil::to_caf({trouble::died}), "died",
     "ask b#1, stop b#1, ask a#1, stop a#1"},
  };
  for (const auto& x : rows) {
    CAPTURE(x.said);
    world w;
    for (auto id : {"a", "b"}) {
      w[id].asked = farewell::trap;
      w[id].logs_asks = true;
    }
    auto tree = w.start(sup().child(w.child("a")).child(w.child("b")));
    w.log();
    caf::anon_send(caf::actor_cast<caf::actor>(tree.handle()),
                   caf::exit_msg{tree.handle().address(), x.reason});
    w.run();
    CHECK_FALSE(tree.running());
    CHECK(said(tree.wait()) == x.said);
    CHECK(w.log() == x.log);
  }
}

TEST_CASE("a supervisor killed while it stops does not wait any more") { // S33
  world w;
  w["a"].asked = farewell::stuck;
  auto tree = w.start(sup().child(w.child("a").shutdown(vigil::infinity)));
  auto stopped
    = w.request<vigil::stop_report>(tree.handle(), vigil::call::stop{});
  w.advance(1h);
  CHECK_FALSE(stopped.arrived());
  vigil::compat::send_exit(
    caf::actor_cast<caf::strong_actor_ptr>(tree.handle()), nullptr,
    caf::make_error(caf::exit_reason::kill));
  w.run();
  CHECK(said(stopped.get()) == "ok");
  CHECK(w.log() == "start a#1, stop a#1");
}

TEST_CASE("messages that a supervisor does not know do it no harm") {
  world w;
  auto tree = w.start(sup().child(w.child("a")));
  auto root = caf::actor_cast<caf::actor>(tree.handle());
  caf::anon_send(root, 42);
  caf::anon_send(root, caf::make_error(caf::sec::runtime_error));
  caf::anon_send(root, caf::down_msg{root->address(), {}});
  caf::anon_send(root, caf::exit_msg{root->address(), {}});
  auto reply = w.request<int>(root, std::string{"what?"});
  w.run();
  CHECK(reply.arrived());
  CHECK(said(reply.get()) != "ok");
  CHECK(w.ask(tree, "a") == "a#1");
}
