#include "core_harness.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using vigil::errc;

namespace {

/// a and c are up, b failed and waits 1 s for its restart.
struct waiting_all : core_harness {
  waiting_all() : core_harness(vigil::one_for_all, {9, 1h}) {
    add({"a"});
    add(delayed(spec("b"), vigil::fixed(1s)));
    add({"c"});
    up();
  }
};

struct waiting_rest : core_harness {
  waiting_rest() : core_harness(vigil::rest_for_one, {9, 1h}) {
    add({"a"});
    add(delayed(spec("b"), vigil::fixed(1s)));
    add({"c"});
    up();
  }
};

} // namespace

TEST_SUITE_BEGIN("decision core: group restart with a delay");

TEST_CASE("siblings stop at once, and unparked, all start after the delay") {
  waiting_all t;
  CHECK(t.dies("b") == "restarting b in 1s, timer b 1s, stop c");
  CHECK(t.shuts_down("c") == "stop a");
  CHECK(t.shuts_down("a") == "");
  CHECK(t.states() == "a stopped, b restarting, c stopped");
  CHECK(t.fires("b") == "start a again");
  CHECK(t.started("a") == "start b again");
  CHECK(t.started("b") == "start c again");
  CHECK(t.started("c") == "");
}

TEST_CASE("the delay runs while siblings stop") {
  waiting_all t;
  t.dies("b");
  CHECK(t.fires("b") == "");
  t.shuts_down("c");
  CHECK(t.shuts_down("a") == "start a again");
}

TEST_CASE("calls on members of a waiting group") {
  waiting_all t;
  t.dies("b");
  t.shuts_down("c");
  t.shuts_down("a");
  CHECK(t.restart("a") == "answer 1 child_restarting");
  CHECK(t.remove("a") == "answer 2 child_restarting");
  CHECK(t.start_child(t.spec("a")) == "answer 3 already_present");
  CHECK(t.restart("b") == "answer 4 child_restarting");
}

TEST_CASE("a terminated member stays out of the waiting group") {
  waiting_all t;
  t.dies("b");
  t.shuts_down("c");
  t.shuts_down("a");
  CHECK(t.terminate("a") == "park a, answer 1 ok");
  CHECK(t.fires("b") == "start b again");
  CHECK(t.started("b") == "start c again");
  CHECK(t.started("c") == "");
}

TEST_CASE("terminating the failed child cancels the waiting group") {
  waiting_all t;
  t.dies("b");
  t.shuts_down("c");
  t.shuts_down("a");
  CHECK(t.terminate("b") == "cancel b, park b, park a, park c, answer 1 ok");
  CHECK(t.fires_late("b") == "");
  CHECK(t.states() == "a stopped, b stopped, c stopped");
  CHECK(t.restart("a") == "start a again");
}

TEST_CASE("terminating the failed child spares siblings not yet stopped") {
  waiting_all t;
  t.dies("b");
  CHECK(t.terminate("b") == "cancel b, park b, answer 1 ok");
  CHECK(t.shuts_down("c") == "park c");
  CHECK(t.states() == "a running, b stopped, c stopped");
  CHECK(t.dies("a").substr(0, 12) == "restarting a");
}

TEST_CASE("terminating the failed child after the delay lets the group go on") {
  waiting_all t;
  t.dies("b");
  t.fires("b");
  CHECK(t.terminate("b") == "park b, answer 1 ok");
  t.shuts_down("c");
  CHECK(t.shuts_down("a") == "start a again");
  CHECK(t.started("a") == "start c again");
  CHECK(t.started("c") == "");
}

TEST_CASE("a kept failure is handled when its group is cancelled") {
  waiting_rest t;
  t.dies("b");
  CHECK(t.dies("a") == "");
  CHECK(t.terminate("b") == "cancel b, park b, answer 1 ok, restarting a");
  CHECK(t.shuts_down("c") == "start a again");
}

TEST_CASE("a failure before a waiting group widens it") {
  waiting_rest t;
  t.dies("b");
  t.shuts_down("c");
  CHECK(t.dies("a") == "restarting a, cancel b, start a again");
  CHECK(t.states() == "a starting, b stopped, c stopped");
  CHECK(t.started("a") == "start b again");
  CHECK(t.started("b") == "start c again");
  CHECK(t.budget_used() == 2);
}

TEST_CASE("a failure before a group that still stops widens it thereafter") {
  waiting_rest t;
  t.dies("b");
  CHECK(t.dies("a") == "");
  CHECK(t.shuts_down("c") == "restarting a, cancel b, start a again");
}

TEST_CASE("a clean end before a waiting group is handled at once") {
  core_harness t{vigil::rest_for_one};
  t.add(t.transient("a"));
  t.add(t.delayed(t.spec("b"), vigil::fixed(1s)));
  t.up();
  t.dies("b");
  CHECK(t.ends("a") == "park a");
  CHECK(t.fires("b") == "start b again");
  CHECK(t.started("b") == "");
  CHECK(t.states() == "a stopped, b running");
}

TEST_CASE("a failure in a waiting group joins it and costs one") {
  waiting_all t;
  t.dies("b");
  t.shuts_down("c");
  t.shuts_down("a");
  t.start_child(t.spec("d"));
  t.started("d");
  CHECK(t.dies("d") == "restarting d");
  CHECK(t.states() == "a stopped, b restarting, c stopped, d stopped");
  CHECK(t.budget_used() == 2);
  t.fires("b");
  t.started("a");
  t.started("b");
  CHECK(t.started("c") == "start d again");
}

TEST_CASE("a child added while a group waits is not stopped by its start") {
  waiting_all t;
  t.dies("b");
  t.shuts_down("c");
  t.shuts_down("a");
  t.start_child(t.spec("d"));
  t.started("d");
  CHECK(t.fires("b") == "start a again");
}

TEST_CASE("a spent budget ends a waiting group") {
  core_harness t{vigil::rest_for_one, {1, 1h}};
  t.add({"a"});
  t.add(t.delayed(t.spec("b"), vigil::fixed(1s)));
  t.up();
  t.dies("b");
  CHECK(t.dies("a")
        == "gave_up a, cancel b, went_down abnormal restart_limit_reached");
}

TEST_CASE("a stop ends a waiting group") {
  waiting_rest t;
  t.dies("b");
  t.shuts_down("c");
  CHECK(t.stop() == "cancel b, stop a");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("decision core: failed start in a group restart");

TEST_CASE("one_for_all stops what came up and starts all afresh (S71)") {
  core_harness t{vigil::one_for_all, {3, 1h}};
  t.up({"a", "b", "c"});
  t.dies("a");
  t.shuts_down("c");
  t.shuts_down("b");
  t.started("a");
  CHECK(t.fails("b") == "restarting b, timer b 0s");
  CHECK(t.states() == "a running, b restarting, c stopped");
  CHECK(t.fires("b") == "stop a");
  CHECK(t.shuts_down("a") == "start a again");
  CHECK(t.started("a") == "start b again");
  CHECK(t.started("b") == "start c again");
  CHECK(t.started("c") == "");
  CHECK(t.budget_used() == 2);
}

TEST_CASE("one_for_all starts afresh at once if nothing came up") {
  core_harness t{vigil::one_for_all, {3, 1h}};
  t.up({"a", "b"});
  t.dies("a");
  t.shuts_down("b");
  t.fails("a");
  CHECK(t.fires("a") == "start a again");
  CHECK(t.started("a") == "start b again");
}

TEST_CASE("rest_for_one tries again from the child that failed (S79)") {
  core_harness t{vigil::rest_for_one, {9, 1h}};
  t.up({"a", "b", "c"});
  t.dies("a");
  t.shuts_down("c");
  t.shuts_down("b");
  t.started("a");
  CHECK(t.fails("b") == "restarting b, timer b 0s");
  CHECK(t.states() == "a running, b restarting, c stopped");
  CHECK(t.fires("b") == "start b again");
  CHECK(t.started("b") == "start c again");
  CHECK(t.started("c") == "");
}

TEST_CASE("terminating the child that cannot start parks the rest (S79)") {
  core_harness t{vigil::rest_for_one, {9, 1h}};
  t.up({"a", "b", "c"});
  t.dies("b");
  t.shuts_down("c");
  t.fails("b");
  CHECK(t.terminate("b") == "cancel b, park b, park c, answer 1 ok");
  CHECK(t.states() == "a running, b stopped, c stopped");
  CHECK(t.restart("b") == "start b again");
}

TEST_CASE("each try of a group costs one, until it is too much (S73)") {
  core_harness t{vigil::rest_for_one, {4, 1h}};
  t.up({"a", "b"});
  t.dies("b");
  for (int i = 0; i < 3; ++i) {
    t.fails("b");
    CHECK(t.fires("b") == "start b again");
  }
  CHECK(t.fails("b") == "gave_up b, stop a");
  CHECK(t.shuts_down("a") == "went_down abnormal restart_limit_reached");
}

TEST_CASE("a child before the one that cannot start fails and widens") {
  core_harness t{vigil::rest_for_one, {9, 1h}};
  t.up({"a", "b", "c"});
  t.dies("a");
  t.shuts_down("c");
  t.shuts_down("b");
  t.started("a");
  t.fails("b");
  CHECK(t.dies("a") == "restarting a, cancel b, start a again");
  CHECK(t.started("a") == "start b again");
  CHECK(t.budget_used() == 3);
}

TEST_CASE("a kept failure is handled when a start fails") {
  core_harness t{vigil::one_for_all, {9, 1h}};
  t.up({"a", "b"});
  t.dies("b");
  t.shuts_down("a");
  t.started("a");
  t.dies("a");
  CHECK(t.fails("b") == "restarting b, timer b 0s, restarting a");
  CHECK(t.states() == "a stopped, b restarting");
  CHECK(t.fires("b") == "start a again");
  CHECK(t.budget_used() == 3);
}

TEST_CASE("what came up meanwhile in the group is stopped for a fresh start") {
  core_harness t{vigil::one_for_all, {9, 1h}};
  t.up({"a", "b"});
  t.dies("b");
  t.shuts_down("a");
  t.started("a");
  t.fails("b");
  t.start_child(t.temporary("d"));
  t.started("d");
  CHECK(t.fires("b") == "stop d");
  CHECK(t.shuts_down("d") == "forget d, stop a");
  CHECK(t.shuts_down("a") == "start a again");
}

TEST_CASE("a clean end in a group that waits for a fresh start is undone") {
  core_harness t{vigil::one_for_all, {9, 1h}};
  t.add(t.transient("a"));
  t.add({"b"});
  t.up();
  t.dies("b");
  t.shuts_down("a");
  t.started("a");
  t.fails("b");
  CHECK(t.ends("a") == "park a");
  CHECK(t.fires("b") == "start a again");
}

TEST_CASE("only the child whose start failed is restarting") {
  core_harness t{vigil::one_for_all, {9, 1h}};
  t.up({"a", "b", "c"});
  t.dies("c");
  t.shuts_down("b");
  t.shuts_down("a");
  CHECK(t.states() == "a starting, b stopped, c restarting");
  CHECK(t.fails("a") == "restarting a, timer a 0s");
  CHECK(t.states() == "a restarting, b stopped, c stopped");
  CHECK(t.terminate("c") == "park c, answer 1 ok");
  CHECK(t.fires("a") == "start a again");
  CHECK(t.started("a") == "start b again");
  CHECK(t.started("b") == "");
}

TEST_CASE("a child terminated since the group failed stays out of retries") {
  core_harness t{vigil::one_for_all, {9, 1h}};
  t.up({"a", "b", "c"});
  t.dies("c");
  t.shuts_down("b");
  t.shuts_down("a");
  t.started("a");
  t.fails("b");
  CHECK(t.terminate("a") == "stop a");
  CHECK(t.shuts_down("a") == "park a, answer 1 ok");
  CHECK(t.fires("b") == "start b again");
  CHECK(t.started("b") == "start c again");
  CHECK(t.started("c") == "");
  CHECK(t.states() == "a stopped, b running, c running");
}

TEST_CASE("the next group restart starts what was terminated in the last") {
  core_harness t{vigil::one_for_all, {9, 1h}};
  t.up({"a", "b"});
  t.dies("b");
  t.terminate("a");
  t.shuts_down("a");
  t.started("b");
  CHECK(t.dies("b") == "restarting b, start a again");
}

TEST_SUITE_END();
