#include "core_harness.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using vigil::errc;

TEST_SUITE_BEGIN("decision core: a child that runs and does not work");

TEST_CASE("a condemned child is killed, and restarts when it is gone") {
  core_harness t;
  t.up({"a", "b"});
  CHECK(t.condemned("a") == "kill a, timer a 1s");
  CHECK(t.states() == "a stopping, b running");
  CHECK(t.dies("a") == "cancel a, restarting a, start a again");
  CHECK(t.budget_used() == 1);
}

TEST_CASE("its end counts as a failure for the reason that it was condemned") {
  core_harness t{vigil::one_for_one, {0, 0s}};
  t.up({"a"});
  t.condemned("a");
  // However it ends.
  CHECK(t.shuts_down("a")
        == "cancel a, gave_up a, went_down abnormal restart_limit_reached");
  CHECK(t.farewell.exit.why.root_cause().code == errc::unhealthy);
}

TEST_CASE("one that cannot be killed is left behind and replaced") {
  core_harness t;
  t.up({"a"});
  t.condemned("a");
  CHECK(t.fires("a") == "left_behind a, restarting a, start a again");
  t.started("a");
  // Its late end concerns nobody any more.
  CHECK(t.dies("a") == "");
  CHECK(t.states() == "a running");
}

TEST_CASE("a condemned temporary child is gone for good") {
  core_harness t;
  t.up({});
  t.start_child(core_harness::temporary("a"));
  t.started("a");
  t.condemned("a");
  CHECK(t.dies("a") == "cancel a, forget a");
}

TEST_CASE("a condemned transient child has not ended cleanly") {
  core_harness t;
  t.add(core_harness::transient("a"));
  t.up();
  t.condemned("a");
  CHECK(t.ends("a") == "cancel a, restarting a, start a again");
}

TEST_CASE("a group restarts with its condemned child") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b"});
  t.condemned("a");
  CHECK(t.dies("a") == "cancel a, restarting a, stop b");
  CHECK(t.shuts_down("b") == "start a again");
}

TEST_CASE("a group restart for another reason takes it along, counted once") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b"});
  t.condemned("b");
  CHECK(t.dies("a") == "restarting a");
  CHECK(t.dies("b") == "cancel b, start a again");
  CHECK(t.started("a") == "start b again");
  t.started("b");
  CHECK(t.budget_used() == 1);
}

TEST_CASE("who is terminated meanwhile does not come back") {
  core_harness t;
  t.up({"a"});
  t.condemned("a");
  CHECK(t.terminate("a") == "");
  CHECK(t.dies("a") == "cancel a, park a, answer 1 ok");
  CHECK(t.states() == "a stopped");
}

TEST_CASE("a supervisor that stops meanwhile waits for it") {
  core_harness t;
  t.up({"a"});
  t.condemned("a");
  CHECK(t.stop() == "");
  CHECK(t.dies("a") == "cancel a, went_down shutdown");
}

TEST_CASE("nobody is condemned who does not run") {
  core_harness t;
  t.up({"a"});
  t.terminate("a");
  CHECK_FALSE(t.can_condemn("a"));
  t.shuts_down("a");
  CHECK_FALSE(t.can_condemn("a"));
}

TEST_CASE("nobody is condemned while a group restarts") {
  core_harness t{vigil::rest_for_one};
  t.up({"a", "b", "c"});
  t.dies("b");
  CHECK_FALSE(t.can_condemn("a"));
  CHECK_FALSE(t.can_condemn("c"));
}
