#include "dynamic_fixture.hpp"

using namespace dyn;

namespace {

/// Shuts down that many seconds after it was asked to.
adder::behavior_type slow(adder::pointer self, int seconds) {
  self->set_exit_handler([=](caf::exit_msg&) {
    self->delayed_send(self, std::chrono::seconds{seconds}, -4);
  });
  return add(self, 1);
}

} // namespace

TEST_CASE_FIXTURE(fixture, "a dynamic child serves requests and is counted") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  auto a = some.start_child(40).value();
  auto b = some.start_child(50).value();
  CHECK(add_to(a, 2) == 42);
  CHECK(add_to(b, 2) == 52);
  CHECK(some.size() == 2);
  CHECK(some.children().size() == 2);
  CHECK(tree.count_children("adders").value()
        == vigil::child_counts{2, 2, 0, 2});
}

TEST_CASE_FIXTURE(fixture, "a dynamic child starts with its first message") {
  auto tree = start(pool());
  auto a = tree[adders_key].start_child(1).value();
  run();
  const auto* row = [&] {
    static vigil::tree_snapshot shot;
    shot = tree.snapshot();
    return shot.find("root/adders/#1");
  }();
  REQUIRE(row != nullptr);
  CHECK(row->incarnation == 0);
  CHECK(row->state == vigil::child_state::running);
  CHECK(tree.count_children("adders").value().active == 1);
  CHECK(add_to(a, 1) == 2);
  CHECK(tree.snapshot().find("root/adders/#1")->incarnation == 1);
}

TEST_CASE_FIXTURE(fixture, "a dynamic child that faults keeps its handle") {
  auto tree = start(pool());
  auto a = tree[adders_key].start_child(40).value();
  auto bad = ask<int>(a, -1);
  CHECK(bad.why.message == "minus one");
  CHECK(bad.why.path == "root/adders/#1");
  CHECK(add_to(a, 2) == 42);
  tell(a, -3);
  CHECK(add_to(a, 2) == 42);
  CHECK(tree.snapshot().find("root/adders/#1")->restarts == 2);
}

TEST_CASE_FIXTURE(fixture, "an eager start reports the failure of the start") {
  auto tree = start(pool().eager());
  auto some = tree[adders_key];
  auto failed = some.start_child(-5);
  REQUIRE(!failed);
  CHECK(failed.error().code == errc::start_failed);
  CHECK(failed.error().root_cause().message == "no base below zero");
  CHECK(some.size() == 0);
  CHECK(add_to(some.start_child(40).value(), 2) == 42);
}

TEST_CASE_FIXTURE(fixture, "a lazy first start that fails removes the child") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  auto a = some.start_child(-5).value();
  CHECK(some.size() == 1);
  CHECK(ask<int>(a, 1).why.code == errc::child_stopped);
  CHECK(some.size() == 0);
}

TEST_CASE_FIXTURE(fixture,
                  "max_children refuses one more and names the limit") {
  auto tree = start(pool().max_children(2));
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  static_cast<void>(some.start_child(2).value());
  auto refused = some.start_child(3);
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::max_children);
  CHECK(refused.error().path == "root/adders");
  REQUIRE(some.terminate_child(a));
  CHECK(some.start_child(3));
}

TEST_CASE_FIXTURE(fixture, "a normal end removes all but permanent children") {
  using vigil::restart_policy;
  for (auto policy : {restart_policy::permanent, restart_policy::transient,
                      restart_policy::temporary}) {
    auto tree = start(pool().child_restart(policy));
    auto some = tree[adders_key];
    auto a = some.start_child(1).value();
    tell(a, -2);
    const auto kept = policy == restart_policy::permanent;
    CHECK(some.size() == (kept ? 1 : 0));
    CHECK(add_to(a, 1) == (kept ? 2 : -1));
  }
}

TEST_CASE_FIXTURE(fixture, "a fault removes a temporary child") {
  using vigil::restart_policy;
  auto tree = start(pool().child_restart(restart_policy::temporary));
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  tell(a, -1);
  CHECK(some.size() == 0);
  CHECK(ask<int>(a, 1).why.code == errc::child_stopped);
}

TEST_CASE_FIXTURE(fixture, "terminate_child stops one child, once") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  auto b = some.start_child(2).value();
  REQUIRE(some.terminate_child(a));
  CHECK(ask<int>(a, 1).why.code == errc::child_stopped);
  CHECK(add_to(b, 1) == 3);
  auto again = some.terminate_child(a);
  REQUIRE(!again);
  CHECK(again.error().code == errc::not_found);
}

TEST_CASE_FIXTURE(fixture, "terminate_child does not know foreign handles") {
  auto tree = start(pool());
  auto foreign = sys.spawn<caf::hidden>(add, 7);
  auto refused = tree[adders_key].terminate_child(foreign);
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::not_found);
  CHECK(add_to(foreign, 1) == 8);
  caf::anon_send_exit(foreign, caf::exit_reason::kill);
  run();
}

TEST_CASE_FIXTURE(fixture, "a spent budget ends all children with their "
                           "supervisor, which its parent restarts") {
  auto tree = start(pool().intensity(1, 5s));
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  auto b = some.start_child(2).value();
  tell(a, -1);
  tell(a, -1);
  CHECK(some.size() == 0);
  CHECK(ask<int>(b, 1).why.code == errc::child_stopped);
  auto shot = tree.snapshot();
  const auto* row = shot.find("root/adders");
  CHECK(row->restarts == 1);
  REQUIRE(row->last_failure);
  CHECK(row->last_failure->code == errc::restart_limit_reached);
  CHECK(row->last_failure->root_cause().message == "minus one");
  CHECK(add_to(some.start_child(3).value(), 1) == 4);
}

TEST_CASE_FIXTURE(fixture, "a backoff delays the restart of one child only") {
  auto tree = start(pool().child_backoff(vigil::fixed(2s)));
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  auto b = some.start_child(2).value();
  tell(a, -1);
  CHECK(add_to(b, 1) == 3);
  CHECK(!ask<int>(a, 1).answered);
  CHECK(some.size() == 2);
  advance(2s);
  CHECK(add_to(a, 1) == 2);
}

TEST_CASE_FIXTURE(fixture, "stubborn children are killed after one common "
                           "deadline and named") {
  auto tree
    = start(vigil::dynamic_supervisor(adders_key, stubborn).child_shutdown(3s));
  auto some = tree[adders_key];
  for (int i = 0; i < 5; ++i)
    CHECK(add_to(some.start_child(1).value(), 1) == 1);
  trap::event_log log{tree};
  const auto before = sys.clock().now();
  REQUIRE(tree.terminate_child("adders"));
  CHECK(sys.clock().now() - before == 3s);
  CHECK(some.size() == 0);
  CHECK(log.count(vigil::event_type::child_killed) == 5);
}

TEST_CASE_FIXTURE(fixture, "a stopped dynamic supervisor starts nothing") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  REQUIRE(tree.terminate_child("adders"));
  auto refused = some.start_child(1);
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::supervisor_down);
  REQUIRE(tree.restart_child("adders"));
  CHECK(some.start_child(1));
}

TEST_CASE_FIXTURE(fixture, "a child that never had a message stops without "
                           "having run") {
  auto tree = start(pool());
  auto some = tree[adders_key];
  for (int i = 0; i < 100; ++i)
    static_cast<void>(some.start_child(-5).value());
  trap::event_log log{tree};
  REQUIRE(tree.stop());
  CHECK(log.count(vigil::event_type::start_failed) == 0);
  CHECK(some.size() == 0);
}

// S31
TEST_CASE_FIXTURE(fixture, "children that take their time to stop do so side "
                           "by side, and those that take too long are killed") {
  auto tree
    = start(vigil::dynamic_supervisor(adders_key, slow).child_shutdown(2s));
  auto some = tree[adders_key];
  for (int seconds : {1, 1, 5})
    CHECK(add_to(some.start_child(seconds).value(), 1) == 2);
  trap::event_log log{tree};
  caf::anon_send_exit(tree.handle(), caf::exit_reason::user_shutdown);
  run();
  CHECK(some.size() == 3);
  advance(1s);
  CHECK(some.size() == 1);
  CHECK(log.count(vigil::event_type::child_killed) == 0);
  advance(1s);
  CHECK(some.size() == 0);
  CHECK(log.count(vigil::event_type::child_killed) == 1);
  CHECK(!tree.running());
}

// S33
TEST_CASE_FIXTURE(fixture, "a dynamic supervisor that is killed while it stops "
                           "leaves no child behind") {
  auto tree = start(vigil::dynamic_supervisor(adders_key, stubborn)
                      .child_shutdown(vigil::infinity)
                      .shutdown(2s));
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  CHECK(add_to(a, 1) == 1);
  const auto before = sys.clock().now();
  auto report = tree.stop();
  REQUIRE(report);
  CHECK(sys.clock().now() - before == 2s);
  // The child still had time.
  REQUIRE(report.value().culprits.size() == 1);
  CHECK(report.value().culprits.front().path == "root/adders");
  CHECK(some.size() == 0);
  CHECK(ask<int>(a, 1).why.code == errc::child_stopped);
}

// S15, S41
TEST_CASE_FIXTURE(fixture, "a dynamic child is told by its handle, which the "
                           "ids of a path cannot be") {
  auto tree = start(
    pool().child_restart(vigil::restart_policy::transient).child_shutdown(2s));
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  auto b = some.start_child(2).value();
  tell(b, -1);
  auto info = some.which_child(b);
  REQUIRE(info);
  CHECK(info.value().id == "#2");
  CHECK(info.value().path == "root/adders/#2");
  CHECK(info.value().incarnation == 2);
  for (const auto& child : {a, b}) {
    auto spec = some.get_child_spec(child);
    REQUIRE(spec);
    CHECK(spec.value().restart == vigil::restart_policy::transient);
    CHECK(spec.value().shutdown == vigil::shutdown_policy{2s});
  }
  CHECK(tree.which_child("adders/#1").error().code == errc::bad_combination);
  CHECK(tree.get_child_spec("adders/#1").error().code == errc::bad_combination);
  REQUIRE(some.terminate_child(a));
  CHECK(some.which_child(a).error().code == errc::not_found);
  CHECK(some.get_child_spec(a).error().code == errc::not_found);
  CHECK(some.which_child({}).error().code == errc::not_found);
  CHECK(adders{}.which_child(b).error().code == errc::supervisor_down);
}
