#include "dynamic_fixture.hpp"

using namespace dyn;

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
