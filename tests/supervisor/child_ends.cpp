#include "dynamic_fixture.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

#include <future>
#include <mutex>
#include <string>
#include <vector>

using namespace test;
using vigil::errc;
using vigil::event_type;

// What becomes of messages when a child ends, and what is told of it.

namespace {

auto sup() {
  return vigil::supervisor("sup").intensity(100, 1h);
}

auto ask_for(world& w, const worker& to, const char* what = "who") {
  return w.request<std::string>(to, std::string{what});
}

std::uint64_t lost(const std::vector<vigil::event>& events,
                   std::string_view path) {
  std::uint64_t n = 0;
  for (const auto& x : events)
    if (x.type == event_type::messages_lost && x.path == path)
      n += x.count;
  return n;
}

/// Has a message that ends the child, five more and a request come at once.
answer<std::string> crowd(world& w, const worker& to, const char* first) {
  if (first != nullptr)
    caf::anon_send(to, std::string{first});
  for (int i = 0; i < 5; ++i)
    caf::anon_send(to, std::string{"who"});
  return ask_for(w, to);
}

/// They are all told as lost, and the request says where, unless CAF has
/// refused it: for an actor that is not ours.
void check_lost(world& w, const answer<std::string>& request,
                kind k = kind::in_place) {
  CHECK(lost(w.take_events(), "sup/a") == 6);
  REQUIRE(request.arrived());
  REQUIRE_FALSE(request.get());
  if (k == kind::callable)
    return;
  const auto why = request.get().error();
  CHECK(why.path == "sup/a");
  CHECK((why.code == errc::child_stopped || why.code == errc::message_lost));
}

} // namespace

// -- between two incarnations -------------------------------------------------

TEST_CASE("a start that fails takes none of the waiting messages along") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup().child(w.child("a", k).backoff(vigil::fixed(1s))));
    const auto a = handle_of(tree, "a");
    w["a"].starts = {begin::fail, begin::throws, begin::fail, begin::ok};
    w.tell(a, "die");
    std::vector<answer<std::string>> all;
    for (int i = 0; i < 6; ++i)
      all.push_back(ask_for(w, a));
    w.advance(3s);
    for (const auto& x : all)
      CHECK_FALSE(x.arrived());
    CHECK(ask_for(w, a).get().error().code == errc::timeout);
    w.advance(1s);
    for (const auto& x : all) {
      REQUIRE(x.arrived());
      CHECK(x.get().value() == "a#5");
    }
  }
}

TEST_CASE("a class child that is killed while it starts keeps what waits") {
  world w;
  auto tree = w.start(sup().child(
    w.child("a", kind::of_class).start_timeout(1s).backoff(vigil::fixed(1s))));
  const auto a = handle_of(tree, "a");
  w.tell(a, "die");
  const auto early = ask_for(w, a);
  w["a"].door.closed = true;
  w.advance(1500ms);
  const auto late = ask_for(w, a);
  w.advance(600ms);
  CHECK_FALSE(early.arrived());
  w.open("a");
  w.advance(2s);
  for (const auto& x : {early, late}) {
    REQUIRE(x.arrived());
    CHECK(x.get());
  }
}

// -- what is counted ----------------------------------------------------------

TEST_CASE("what a temporary child leaves behind is counted and answered") {
  for (auto k : all_kinds)
    for (auto policy : {vigil::keep, vigil::drop}) {
      if (k != kind::in_place && policy == vigil::drop)
        continue;
      CAPTURE(to_string(k));
      world w;
      auto tree
        = w.start(sup().child(w.child("a", k).mailbox(policy).temporary()));
      w.watch(tree);
      const auto last = crowd(w, handle_of(tree, "a"), "die");
      w.run();
      check_lost(w, last, k);
    }
}

TEST_CASE("what a child leaves behind that gives up is counted and answered") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(
      vigil::supervisor("sup").intensity(0, 1s).child(w.child("a", k)));
    w.watch(tree);
    const auto last = crowd(w, handle_of(tree, "a"), "die");
    w.run();
    check_lost(w, last, k);
  }
}

TEST_CASE("what a child leaves behind that is terminated is counted") {
  for (auto k : all_kinds)
    for (auto remove : {false, true}) {
      CAPTURE(to_string(k));
      CAPTURE(remove);
      world w;
      auto tree = w.start(sup().child(w.child("a", k)));
      w.watch(tree);
      const auto a = handle_of(tree, "a");
      auto gone
        = w.request<void>(tree.handle(), vigil::call::terminate_child{"a"});
      auto deleted
        = w.request<void>(tree.handle(), vigil::call::delete_child{"a"});
      const auto last = crowd(w, a, nullptr);
      w.run();
      CHECK(said(gone.get()) == "ok");
      check_lost(w, last, k);
      if (remove)
        CHECK(said(tree.delete_child("a")) == "ok");
      (void)w.take_events();
      const auto late = crowd(w, a, nullptr);
      w.run();
      check_lost(w, late, k);
    }
}

TEST_CASE("what a tree that stops leaves behind is counted and answered") {
  for (auto k : all_kinds)
    for (auto brutal : {false, true}) {
      CAPTURE(to_string(k));
      CAPTURE(brutal);
      world w;
      auto child = w.child("a", k);
      if (brutal)
        child = std::move(child).shutdown(vigil::brutal_kill);
      auto tree = w.start(sup().child(std::move(child)));
      w.watch(tree);
      const auto a = handle_of(tree, "a");
      auto report
        = w.request<vigil::stop_report>(tree.handle(), vigil::call::stop{});
      const auto last = crowd(w, a, nullptr);
      w.run();
      CHECK(report.get());
      check_lost(w, last, k);
      // Whoever keeps the handle gets the same answer ever after.
      const auto late = crowd(w, a, nullptr);
      w.run();
      check_lost(w, late, k);
    }
}

TEST_CASE("what a child of a dynamic supervisor leaves behind is counted") {
  for (auto how : {-1, -2, -3, -5}) {
    CAPTURE(how);
    dyn::fixture f;
    auto tree
      = f.start(dyn::pool().child_restart(vigil::restart_policy::temporary));
    trap::event_log log{tree};
    auto a = tree[dyn::adders_key].start_child(1).value();
    caf::anon_send(a, how);
    for (int i = 0; i < 5; ++i)
      caf::anon_send(a, i);
    const auto last = f.ask<int>(a, 1);

    CHECK(last.why.code == errc::child_stopped);
    CHECK(last.why.path == "root/adders/#1");
    CHECK(lost(log.all(), "root/adders/#1") == 6);
    CHECK(f.ask<int>(a, 1).why.path == "root/adders/#1");
    CHECK(lost(log.all(), "root/adders/#1") == 7);
  }
}

TEST_CASE("what a blocking child leaves behind is counted and answered") {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto sent = std::make_shared<std::promise<void>>();
  auto ready = sent->get_future().share();
  auto f = [ready](caf::blocking_actor* self) {
    self->receive([&](const std::string&) {
      ready.wait();
      throw std::runtime_error{"told to"};
    });
  };
  auto tree = sup().child(vigil::child("a", f).temporary()).start(sys);
  REQUIRE(tree);
  std::mutex mutex;
  std::uint64_t n = 0;
  std::promise<void> removed;
  tree.value().events().subscribe([&](const vigil::event& x) {
    std::lock_guard guard{mutex};
    n += x.type == event_type::messages_lost ? x.count : 0;
    if (x.type == event_type::child_removed)
      removed.set_value();
  });
  auto a = tree.value().find<caf::actor>("a").value();
  caf::anon_send(a, std::string{"throw"});
  for (int i = 0; i < 5; ++i)
    caf::anon_send(a, std::string{"lost"});
  caf::scoped_actor self{sys, true};
  auto last = self->request(a, 30s, std::string{"lost"});
  sent->set_value();
  vigil::failure why;
  last.receive([](const std::string&) {},
               [&](const caf::error& x) { why = vigil::to_failure(x); });
  CHECK(why.path == "sup/a");
  CHECK(why.code == errc::message_lost);
  removed.get_future().wait();
  // The tree tells its end, too, while what hears of it is there.
  CHECK(tree.value().stop());
  std::lock_guard guard{mutex};
  CHECK(n == 6);
}

// -- what is told -------------------------------------------------------------

TEST_CASE("a child is told as started before anything else is told of it") {
  for (auto k : {kind::in_place, kind::respawn}) {
    CAPTURE(to_string(k));
    world w;
    auto tree = w.start(sup());
    w.watch(tree);
    // It ends before its supervisor can have heard of its start.
    auto child = doing("a", {[](worker::pointer self) {
                               if (vigil::this_child(self).incarnation() == 1)
                                 caf::anon_send(self, std::string{"die"});
                             },
                             {}});
    if (k == kind::respawn)
      child = std::move(child).respawn();
    CHECK(said(tree.start_child(child)) == "ok");
    w.run();
    const auto* restarting
      = k == kind::respawn ? "child_restarting sup/a#1\n" : "";
    CHECK(w.events()
          == "child_started sup/a#1\n"
             "child_exited sup/a#1 abnormal\n"
               + std::string{restarting} + "child_restarted sup/a#2\n");
  }
}

TEST_CASE("the late end of an incarnation that was left behind is its own") {
  world w;
  auto tree = w.start(sup().child(w.child("a", kind::of_class).shutdown(1s)));
  w.watch(tree);
  w["a"].door.closed = true;
  auto gone = w.request<void>(tree.handle(), vigil::call::terminate_child{"a"});
  w.advance(3s);
  CHECK(gone.arrived());
  auto held = std::exchange(w["a"].door, {});
  CHECK(said(tree.restart_child("a")) == "ok");
  CHECK(w.events()
        == "child_killed sup/a#1\n"
           "child_left_behind sup/a#1\n"
           "child_restarted sup/a#2\n");
  w.tell(tree, "a", "die");
  static_cast<void>(w.events());
  w["a"].door.held = std::move(held.held);
  w.open("a");
  CHECK(w.events() == "child_stopped sup/a#1\n");
  CHECK(tree.which_child("a").value().incarnation == 3);
  const auto picture = tree.snapshot();
  const auto* row = picture.find("sup/a");
  REQUIRE(row);
  REQUIRE(row->last_failure);
  CHECK(row->last_failure->incarnation == 2);
}

TEST_CASE("the end of a supervisor is the end of a child") {
  world w;
  auto inner = vigil::supervisor("in").intensity(0, 1s).child(w.child("a"));
  auto tree = w.start(sup().child(std::move(inner)));
  w.watch(tree);
  w.tell(tree, "in/a", "die");
  CHECK(w.events()
        == "child_exited sup/in/a#1 abnormal\n"
           "gave_up sup/in#1\n"
           "supervisor_stopped sup/in#1\n"
           "child_exited sup/in#1 abnormal\n"
           "child_restarting sup/in#1\n"
           "child_restarted sup/in/a#2\n"
           "supervisor_started sup/in#2\n"
           "child_restarted sup/in#2\n");
  CHECK(said(tree.terminate_child("in")) == "ok");
  CHECK(w.events()
        == "child_stopped sup/in/a#2\n"
           "supervisor_stopped sup/in#2\n"
           "child_stopped sup/in#2\n");
}

TEST_CASE("the end of a dynamic supervisor is the end of a child") {
  dyn::fixture f;
  auto tree = f.start(dyn::pool().intensity(0, 1s));
  trap::event_log log{tree};
  auto a = tree[dyn::adders_key].start_child(1).value();
  f.tell(a, -1);
  std::string seen;
  for (const auto& x : log.all())
    if (x.path == "root/adders")
      seen += std::string{vigil::to_string(x.type)} + '#'
              + std::to_string(x.incarnation) + ' ';
  CHECK(seen
        == "gave_up#1 supervisor_stopped#1 child_exited#1 child_restarting#1 "
           "supervisor_started#2 child_restarted#2 ");
}
