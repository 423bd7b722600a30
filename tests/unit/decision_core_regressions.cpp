#include "core_harness.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

// What the model and the storms found. See decision_core_model.cpp and
// decision_core_storm.cpp.

TEST_SUITE_BEGIN("decision core: regressions");

TEST_CASE("going down, a child that fails to start is not tried again") {
  core_harness t{vigil::one_for_one, {1, 1h}};
  t.up({"a", "b", "c"});
  t.dies("a");
  t.started("a");
  t.terminate("a");
  t.shuts_down("a");
  t.restart("a");
  CHECK(t.dies("b") == "gave_up b, answer 2 supervisor_stopping, stop c");
  CHECK(t.fails("a") == "");
  CHECK(t.states() == "a stopped, b stopped, c stopping");
  CHECK(t.shuts_down("c").substr(0, 18) == "went_down abnormal");
}

TEST_CASE("going down, a child that says ignore is neither parked nor "
          "forgotten") {
  core_harness t{vigil::one_for_one, {1, 1h}};
  t.add(t.spec("a"));
  t.add(t.temporary("b"));
  t.add(t.spec("c"));
  t.up();
  t.start_child(t.temporary("d"));
  t.start_child(t.spec("e"));
  t.started("e");
  t.stop();
  CHECK(t.ignores("d") == "");
  CHECK(t.shuts_down("e") == "stop c");
  CHECK(t.states() == "a running, b running, c stopping, d stopped, e stopped");
}

TEST_CASE("one_for_all: only the child whose start failed is restarting") {
  core_harness t{vigil::one_for_all, {9, 1h}};
  t.up({"a", "b", "c"});
  t.dies("c");
  t.shuts_down("b");
  t.shuts_down("a");
  CHECK(t.fails("a") == "restarting a, timer a 0s");
  CHECK(t.states() == "a restarting, b stopped, c stopped");
  CHECK(t.terminate("c") == "park c, answer 1 ok");
  CHECK(t.fires("a") == "start a again");
}

TEST_CASE("one_for_all: who said ignore waits for the next round with all") {
  core_harness t{vigil::one_for_all, {9, 1h}};
  t.up({"a", "b"});
  t.dies("b");
  t.shuts_down("a");
  CHECK(t.ignores("a") == "park a, start b again");
  CHECK(t.fails("b") == "restarting b, timer b 0s");
  CHECK(t.restart("a") == "answer 1 child_restarting");
  CHECK(t.remove("a") == "answer 2 child_restarting");
  CHECK(t.fires("b") == "start a again");
}

TEST_CASE("one_for_all: a terminated child stays out of the rounds that "
          "follow") {
  core_harness t{vigil::one_for_all, {9, 1h}};
  t.up({"a", "b", "c"});
  t.dies("c");
  t.shuts_down("b");
  t.shuts_down("a");
  t.started("a");
  CHECK(t.fails("b") == "restarting b, timer b 0s");
  CHECK(t.terminate("a") == "stop a");
  CHECK(t.shuts_down("a") == "park a, answer 1 ok");
  CHECK(t.fires("b") == "start b again");
  CHECK(t.fails("b") == "restarting b, timer b 0s");
  CHECK(t.fires("b") == "start b again");
  CHECK(t.started("b") == "start c again");
  CHECK(t.started("c") == "");
  // A failure of its own begins a new group restart, with all.
  t.dies("b");
  t.shuts_down("c");
  CHECK(t.states() == "a starting, b restarting, c stopped");
}

TEST_CASE("a child that says ignore while its group stops starts with it") {
  core_harness t{vigil::one_for_all, {9, 1h}};
  t.up({"a", "b", "c"});
  t.terminate("a");
  t.shuts_down("a");
  t.restart("a");
  CHECK(t.dies("b") == "restarting b, stop c");
  CHECK(t.ignores("a") == "answer 2 ok");
  CHECK(t.restart("a") == "answer 3 child_restarting");
  CHECK(t.shuts_down("c") == "start a again");
}

TEST_CASE("a start that fails is not taken for the end of a child left "
          "behind") {
  core_harness t{vigil::one_for_one, {9, 1h}};
  auto a = t.spec("a");
  a.shutdown = vigil::brutal_kill;
  t.add(a);
  t.up();
  t.terminate("a");
  CHECK(t.fires("a") == "left_behind a, park a, answer 1 ok");
  CHECK(t.restart("a") == "start a again");
  CHECK(t.fails("a") == "answer 2 start_failed, park a");
  t.restart("a");
  t.started("a");
  CHECK(t.shuts_down("a") == "");
  CHECK(t.states() == "a running");
}

TEST_CASE("a late end does not disturb a child deleted and built again") {
  core_harness t{vigil::one_for_one, {9, 1h}};
  auto a = t.spec("a");
  a.shutdown = vigil::brutal_kill;
  t.add(a);
  t.up();
  t.terminate("a");
  t.fires("a");
  CHECK(t.remove("a") == "forget a, answer 2 ok");
  t.stop();
  t.start();
  t.started("a");
  CHECK(t.shuts_down("a") == "");
  CHECK(t.states() == "a running");
}

TEST_CASE("a start that was left behind may end by saying ignore") {
  core_harness t{vigil::one_for_one, {9, 1h}};
  auto a = t.spec("a");
  a.shutdown = vigil::brutal_kill;
  t.add(a);
  t.start();
  t.stop();
  CHECK(t.fires("a") == "left_behind a, went_down shutdown");
  t.start();
  CHECK(t.ignores("a") == "");
  CHECK(t.states() == "a starting");
  CHECK(t.started("a") == "came_up");
  CHECK(t.dies("a") == "restarting a, start a again");
}

TEST_CASE("a supervisor that ends in order while it comes up is gone, whatever "
          "was kept to happen to it then") {
  const auto in = [] {
    auto result = core_harness::spec("in");
    result.kind = vigil::child_kind::supervisor;
    return result;
  };
  for (const auto strategy : {vigil::one_for_all, vigil::rest_for_one}) {
    CAPTURE(strategy);
    core_harness t{strategy, {9, 1h}};
    t.add(t.spec("a"));
    t.add(in());
    t.start();
    t.started("a");
    CHECK(t.dies("a") == "");
    t.ends("in");
    CHECK(t.states() == "a starting, in stopped");
    CHECK(t.started("a") == "start in again");
    t.started("in");
    CHECK(t.states() == "a running, in running");
    t.stop();
    t.shuts_down("in");
    CHECK(t.shuts_down("a").find("went_down shutdown") != std::string::npos);
  }
  SUBCASE("it is terminated") {
    core_harness t;
    t.add(t.spec("a"));
    t.add(in());
    t.start();
    t.started("a");
    CHECK(t.terminate("in") == "");
    CHECK(t.ends("in").find("answer 1 ok") != std::string::npos);
    CHECK(t.states() == "a running, in stopped");
    CHECK(t.restart("in") == "start in again");
  }
  SUBCASE("it is the last of a group that starts again") {
    core_harness t{vigil::one_for_all, {9, 1h}};
    t.add(t.spec("a"));
    t.add(in());
    t.up();
    t.dies("a");
    t.shuts_down("in");
    t.started("a");
    CHECK(t.dies("a") == "");
    t.ends("in");
    CHECK(t.states() == "a starting, in stopped");
    CHECK(t.started("a") == "start in again");
  }
}

TEST_SUITE_END();
