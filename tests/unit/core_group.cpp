#include "core_harness.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using vigil::errc;

TEST_SUITE_BEGIN("decision core: group restart");

TEST_CASE("one_for_all stops all others in reverse and starts all (S69)") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b", "c"});
  CHECK(t.dies("b") == "restarting b, stop c");
  CHECK(t.states() == "a running, b restarting, c stopping");
  CHECK(t.shuts_down("c") == "stop a");
  CHECK(t.shuts_down("a") == "start a again");
  CHECK(t.started("a") == "start b again");
  CHECK(t.started("b") == "start c again");
  CHECK(t.started("c") == "");
  CHECK(t.states() == "a running, b running, c running");
  CHECK(t.budget_used() == 1);
}

TEST_CASE("rest_for_one concerns the failed child and those after it (S75)") {
  core_harness t{vigil::rest_for_one};
  t.up({"e", "b", "d", "a", "c"});
  CHECK(t.dies("d") == "restarting d, stop c");
  CHECK(t.shuts_down("c") == "stop a");
  CHECK(t.shuts_down("a") == "start d again");
  CHECK(t.started("d") == "start a again");
  CHECK(t.started("a") == "start c again");
  CHECK(t.started("c") == "");
  CHECK(t.stop() == "stop c");
}

TEST_CASE("rest_for_one restarts the last child alone") {
  core_harness t{vigil::rest_for_one};
  t.up({"a", "b"});
  CHECK(t.dies("b") == "restarting b, start b again");
}

TEST_CASE("a group restart costs one, whatever its size (S61)") {
  core_harness t{vigil::one_for_all, {2, 1h}};
  t.up({"a", "b", "c"});
  for (int i = 0; i < 2; ++i) {
    t.dies("a");
    t.shuts_down("c");
    t.shuts_down("b");
    t.started("a");
    t.started("b");
    t.started("c");
  }
  CHECK(t.budget_used() == 2);
  CHECK(t.dies("a") == "gave_up a, stop c");
}

TEST_CASE("temporary bystanders are stopped and forgotten (S53)") {
  core_harness t{vigil::one_for_all};
  t.add({"a"});
  t.add(t.temporary("b"));
  t.add({"c"});
  t.up();
  t.dies("a");
  CHECK(t.shuts_down("c") == "stop b");
  CHECK(t.shuts_down("b") == "forget b, start a again");
  CHECK(t.started("a") == "start c again");
}

TEST_CASE("a temporary child that fails restarts nothing") {
  core_harness t{vigil::one_for_all};
  t.add({"a"});
  t.add(t.temporary("b"));
  t.up();
  CHECK(t.dies("b") == "forget b");
  CHECK(t.states() == "a running");
}

TEST_CASE("a group restart also starts what was stopped before") {
  core_harness t{vigil::one_for_all};
  t.add({"a", "b"});
  t.add(t.transient("c"));
  t.up();
  t.ends("c");
  t.terminate("b");
  t.shuts_down("b");
  CHECK(t.states() == "a running, b stopped, c stopped");
  CHECK(t.dies("a") == "restarting a, start a again");
  CHECK(t.started("a") == "start b again");
  CHECK(t.started("b") == "start c again");
}

TEST_CASE("rest_for_one leaves alone what was stopped before the group") {
  core_harness t{vigil::rest_for_one};
  t.up({"a", "b"});
  t.terminate("a");
  t.shuts_down("a");
  CHECK(t.dies("b") == "restarting b, start b again");
  CHECK(t.started("b") == "");
  CHECK(t.states() == "a stopped, b running");
}

TEST_CASE("children added at run time take part in group restarts") {
  core_harness t{vigil::one_for_all};
  t.up({"a"});
  t.start_child(t.spec("d"));
  t.started("d");
  CHECK(t.dies("a") == "restarting a, stop d");
  CHECK(t.shuts_down("d") == "start a again");
  CHECK(t.started("a") == "start d again");
}

TEST_CASE("the first of two siblings that fail at once decides") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b", "c"});
  t.dies("a");
  CHECK(t.dies("b") == "");
  CHECK(t.states() == "a restarting, b stopped, c stopping");
  CHECK(t.dies("c") == "start a again");
  CHECK(t.budget_used() == 1);
}

TEST_CASE("a temporary sibling that ends before its turn is forgotten") {
  core_harness t{vigil::one_for_all};
  t.add({"a"});
  t.add(t.temporary("b"));
  t.add({"c"});
  t.up();
  t.dies("a");
  CHECK(t.dies("b") == "forget b");
  CHECK(t.shuts_down("c") == "start a again");
}

TEST_CASE("siblings in a group restart have their deadlines") {
  core_harness t{vigil::one_for_all};
  t.add({"a"});
  auto b = t.spec("b");
  b.shutdown = 2s;
  t.add(b);
  t.up();
  CHECK(t.dies("a") == "restarting a, stop b, timer b 2s");
  CHECK(t.fires("b") == "killed b, kill b, timer b 1s");
  CHECK(t.fires("b") == "left_behind b, start a again");
  CHECK(t.started("a") == "start b again");
}

TEST_CASE("a child that was restarted in this round and fails comes next") {
  core_harness t{vigil::one_for_all, {3, 1h}};
  t.up({"a", "b"});
  t.dies("b");
  t.shuts_down("a");
  t.started("a");
  CHECK(t.dies("a") == "");
  CHECK(t.states() == "a running, b starting");
  CHECK(t.started("b") == "restarting a, stop b");
  CHECK(t.budget_used() == 2);
}

TEST_CASE("the time until a kept failure is handled counts") {
  core_harness t{vigil::one_for_all, {1, 1s}};
  t.up({"a", "b"});
  t.dies("b");
  t.shuts_down("a");
  t.started("a");
  t.dies("a");
  t.now += 2s;
  CHECK(t.started("b") == "restarting a, stop b");
}

TEST_CASE("kept failures of a group that restarts are part of that restart") {
  core_harness t{vigil::one_for_all, {9, 1h}};
  t.up({"a", "b", "c"});
  t.dies("a");
  t.shuts_down("c");
  t.shuts_down("b");
  t.started("a");
  t.started("b");
  t.dies("a");
  t.dies("b");
  CHECK(t.started("c") == "restarting a, stop c");
  CHECK(t.shuts_down("c") == "start a again");
  CHECK(t.started("a") == "start b again");
  CHECK(t.budget_used() == 2);
}

TEST_CASE("a failure outside the group is handled after the group") {
  core_harness t{vigil::rest_for_one};
  t.up({"a", "b", "c"});
  t.dies("b");
  CHECK(t.dies("a") == "");
  CHECK(t.shuts_down("c") == "start b again");
  CHECK(t.started("b") == "start c again");
  CHECK(t.started("c") == "restarting a, stop c");
  CHECK(t.shuts_down("c") == "stop b");
  CHECK(t.shuts_down("b") == "start a again");
}

TEST_CASE("a child with nothing to run any more does not hold up the group") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b"});
  t.dies("b");
  t.shuts_down("a");
  CHECK(t.ignores("a") == "park a, start b again");
  CHECK(t.started("b") == "");
  CHECK(t.states() == "a stopped, b running");
}

TEST_CASE("a stop during a group restart stops the running ones") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b", "c"});
  t.dies("a");
  t.shuts_down("c");
  CHECK(t.stop() == "");
  CHECK(t.states() == "a stopped, b stopping, c stopped");
  CHECK(t.shuts_down("b") == "went_down shutdown");
}

TEST_CASE("a stop while a group starts stops the starting child too") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b", "c"});
  t.dies("c");
  t.shuts_down("b");
  t.shuts_down("a");
  t.started("a");
  CHECK(t.stop() == "stop b");
  CHECK(t.fails("b") == "stop a");
  CHECK(t.shuts_down("a") == "went_down shutdown");
}

TEST_CASE("a kept failure is forgotten when the supervisor stops") {
  core_harness t{vigil::rest_for_one};
  t.up({"a", "b", "c"});
  t.dies("b");
  t.dies("a");
  CHECK(t.stop() == "");
  CHECK(t.states() == "a stopped, b stopped, c stopping");
  CHECK(t.shuts_down("c") == "went_down shutdown");
}

TEST_CASE("a child that starts by call when its group fails starts with it") {
  core_harness t{vigil::one_for_all};
  t.up({"a"});
  t.start_child(t.spec("b"));
  CHECK(t.dies("a") == "restarting a, stop b");
  CHECK(t.started("b") == "");
  CHECK(t.shuts_down("b") == "start a again");
  CHECK(t.started("a") == "start b again");
  CHECK(t.started("b") == "answer 1 ok");
}

TEST_CASE("a child that starts by call and fails in the group is dropped") {
  core_harness t{vigil::one_for_all};
  t.up({"a"});
  t.start_child(t.spec("b"));
  t.start_child(t.spec("c"));
  t.dies("a");
  t.shuts_down("c");
  t.fails("b");
  t.started("a");
  CHECK(t.fails("b") == "answer 1 start_failed, forget b, start c");
  CHECK(t.started("c") == "answer 2 ok");
  CHECK(t.budget_used() == 1);
}

TEST_CASE("a temporary child that starts by call does not survive its group") {
  core_harness t{vigil::one_for_all};
  t.up({"a"});
  t.start_child(t.temporary("b"));
  t.dies("a");
  CHECK(t.shuts_down("b") == "answer 1 child_stopped, forget b, start a again");
}

TEST_CASE("a child added while a group stops is left alone") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b"});
  t.dies("a");
  CHECK(t.start_child(t.spec("c")) == "start c");
  CHECK(t.started("c") == "answer 1 ok");
  CHECK(t.shuts_down("b") == "start a again");
  CHECK(t.started("a") == "start b again");
  CHECK(t.started("b") == "");
  CHECK(t.states() == "a running, b running, c running");
}

TEST_SUITE_END();
