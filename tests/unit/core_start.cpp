#include "core_harness.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using vigil::errc;

TEST_SUITE_BEGIN("decision core: initial start");

TEST_CASE("a supervisor without children is up at once") {
  core_harness t;
  CHECK(t.core().down());
  CHECK(t.start() == "came_up");
  CHECK_FALSE(t.core().down());
  CHECK(t.stop() == "went_down shutdown");
  CHECK(t.core().down());
}

TEST_CASE("children start in order, each after the one before is up") {
  core_harness t;
  t.add({"a", "b", "c"});
  CHECK(t.start() == "start a");
  CHECK(t.core().coming_up());
  CHECK(t.started("a") == "start b");
  CHECK(t.states() == "a running, b starting, c stopped");
  CHECK(t.started("b") == "start c");
  CHECK(t.started("c") == "came_up");
  CHECK_FALSE(t.core().coming_up());
}

TEST_CASE("a failed start stops those before it in reverse order (S9)") {
  core_harness t;
  t.add({"a", "b", "c", "d"});
  t.start();
  t.started("a");
  t.started("b");
  CHECK(t.fails("c") == "stop b");
  CHECK(t.core().stopping());
  CHECK(t.shuts_down("b") == "stop a");
  CHECK(t.shuts_down("a") == "went_down abnormal start_failed");
  CHECK(t.farewell.start_failed);
  CHECK(t.farewell.exit.why.path == "top/c");
  CHECK(t.farewell.exit.why.root_cause().code == errc::exception);
  CHECK(t.budget_used() == 0);
}

TEST_CASE("a failed start of the first child takes nothing with it") {
  core_harness t;
  t.add({"a", "b"});
  t.start();
  CHECK(t.fails("a") == "went_down abnormal start_failed");
  CHECK(t.states() == "a stopped, b stopped");
}

TEST_CASE("a supervisor that ends cleanly while it starts has not failed") {
  core_harness t;
  t.add(t.spec("a"));
  auto b = t.transient("b");
  b.kind = vigil::child_kind::supervisor;
  t.add(b);
  t.add(t.spec("c"));
  t.start();
  t.started("a");
  CHECK(t.ends("b") == "start c");
  CHECK(t.started("c") == "came_up, park b");
  CHECK(t.states() == "a running, b stopped, c running");
  CHECK(t.restart("b").find("start b") == 0);
  CHECK(t.shuts_down("b").find("park b") != std::string::npos);
  CHECK(t.states() == "a running, b stopped, c running");
}

TEST_CASE("a child that has nothing to run is kept, the next one starts (S3)") {
  core_harness t;
  t.add({"a", "b"});
  t.start();
  CHECK(t.ignores("a") == "park a, start b");
  CHECK(t.started("b") == "came_up");
  CHECK(t.states() == "a stopped, b running");
}

TEST_CASE("a temporary child that has nothing to run is forgotten (S5)") {
  core_harness t;
  t.add(t.temporary("a"));
  t.add({"b"});
  t.start();
  CHECK(t.ignores("a") == "forget a, start b");
  CHECK(t.states() == "b starting");
}

TEST_CASE("a child that ends during the start is handled when all are up") {
  core_harness t;
  t.add({"a", "b"});
  t.start();
  t.started("a");
  CHECK(t.dies("a") == "");
  CHECK(t.states() == "a running, b starting");
  CHECK(t.started("b") == "came_up, restarting a, start a again");
}

TEST_CASE("children that end during the start are handled in their order") {
  core_harness t;
  t.add({"a", "b", "c"});
  t.start();
  t.started("a");
  t.started("b");
  CHECK(t.dies("b") == "");
  CHECK(t.dies("a") == "");
  CHECK(t.started("c")
        == "came_up, restarting b, start b again, restarting a, "
           "start a again");
}

TEST_CASE("a child that came up and ended is not stopped by a failed start") {
  core_harness t;
  t.add({"a", "b", "c"});
  t.start();
  t.started("a");
  t.started("b");
  t.dies("b");
  CHECK(t.fails("c") == "stop a");
  CHECK(t.states() == "a stopping, b stopped, c stopped");
}

TEST_CASE("a stop during the start stops the starting child first") {
  core_harness t;
  t.add({"a", "b", "c"});
  t.start();
  t.started("a");
  CHECK(t.stop() == "stop b");
  CHECK(t.started("b") == "");
  CHECK(t.shuts_down("b") == "stop a");
  CHECK(t.shuts_down("a") == "went_down shutdown");
  CHECK_FALSE(t.farewell.start_failed);
}

TEST_CASE("a start that fails after it was stopped counts as gone") {
  core_harness t;
  t.add({"a", "b"});
  t.start();
  t.started("a");
  t.stop();
  CHECK(t.fails("b") == "stop a");
}

TEST_CASE("a start with nothing to run after it was stopped counts as gone") {
  core_harness t;
  t.add({"a", "b"});
  t.start();
  t.started("a");
  t.stop();
  CHECK(t.ignores("b") == "stop a");
}

TEST_CASE("a child that ends before it reports is a failed start") {
  core_harness t;
  t.add({"a"});
  t.start();
  CHECK(t.ends("a") == "went_down abnormal start_failed");
  CHECK(t.farewell.exit.why.root_cause().code == errc::exited);
}

TEST_CASE("calls during the start wait until all are up, in order") {
  core_harness t;
  t.add({"a", "b"});
  t.start();
  CHECK(t.start_child(t.spec("c")) == "");
  CHECK(t.terminate("a") == "");
  CHECK(t.restart("b") == "");
  CHECK(t.remove("b") == "");
  t.started("a");
  CHECK(t.started("b")
        == "came_up, start c, stop a, answer 3 child_running, "
           "answer 4 child_running");
  CHECK(t.started("c") == "answer 1 ok");
  CHECK(t.shuts_down("a") == "park a, answer 2 ok");
}

TEST_CASE("a bad spec is refused even during the start") {
  core_harness t;
  t.add({"a"});
  t.start();
  CHECK(t.start_child(t.spec("x/y")) == "answer 1 invalid_id");
}

TEST_CASE("a child added during the start under a known id is released") {
  core_harness t;
  t.add({"a"});
  t.start();
  const auto uid = t.core().start_child(7, t.spec("a"), t.now);
  CHECK(uid != 0);
  CHECK(uid != t.uid("a"));
  t.note(uid, "second");
  CHECK(t.log() == "");
  t.core().started(1, t.now);
  CHECK(t.log() == "came_up, answer 7 already_started, forget second");
}

TEST_CASE("calls during a start that fails learn that it is over") {
  core_harness t;
  t.add({"a"});
  t.start();
  t.start_child(t.spec("c"));
  t.terminate("a");
  t.restart("a");
  t.remove("a");
  CHECK(t.fails("a")
        == "answer 1 supervisor_stopping, forget c, "
           "answer 2 supervisor_stopping, answer 3 supervisor_stopping, "
           "answer 4 supervisor_stopping, went_down abnormal start_failed");
}

TEST_CASE("an exit and a call during the start keep their order") {
  core_harness t;
  t.add({"a", "b"});
  t.start();
  t.started("a");
  t.terminate("a");
  t.dies("a");
  CHECK(t.started("b") == "came_up, park a, answer 1 ok");
  CHECK(t.budget_used() == 0);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("decision core: start after it was down");

TEST_CASE("a supervisor that was down starts all static children again") {
  core_harness t;
  t.add(t.temporary("a"));
  t.add({"b", "c"});
  t.up();
  CHECK(t.ends("a") == "forget a");
  t.terminate("b");
  t.shuts_down("b");
  CHECK(t.remove("b") == "forget b, answer 2 ok");
  t.stop();
  t.shuts_down("c");
  CHECK(t.start() == "start a again");
  CHECK(t.started("a") == "start b again");
  CHECK(t.started("b") == "start c again");
  CHECK(t.started("c") == "came_up");
  CHECK(t.states() == "a running, b running, c running");
}

TEST_CASE("children added at run time are lost with the restart (S85)") {
  core_harness t;
  t.up({"a"});
  t.start_child(t.spec("d"));
  t.started("d");
  CHECK(t.core().find("d")->dynamic);
  t.stop();
  t.shuts_down("d");
  CHECK(t.shuts_down("a") == "went_down shutdown");
  CHECK(t.states() == "a stopped, d stopped");
  CHECK(t.start() == "forget d, start a again");
  CHECK(t.states() == "a starting");
}

TEST_CASE("a restarted supervisor has its whole budget") {
  core_harness t{vigil::one_for_one, {1, 1h}};
  t.up({"a"});
  t.dies("a");
  t.started("a");
  CHECK(t.dies("a") == "gave_up a, went_down abnormal restart_limit_reached");
  t.start();
  t.started("a");
  CHECK(t.budget_used() == 0);
  CHECK(t.dies("a") == "restarting a, start a again");
}

TEST_CASE("a child that never came up starts for the first time again") {
  core_harness t;
  t.add({"a", "b"});
  t.start();
  t.started("a");
  t.fails("b");
  t.shuts_down("a");
  CHECK(t.start() == "start a again");
  CHECK(t.started("a") == "start b");
}

TEST_SUITE_END();
