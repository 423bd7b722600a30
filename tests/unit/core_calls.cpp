#include "core_harness.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using vigil::errc;

TEST_SUITE_BEGIN("decision core: start_child");

TEST_CASE("a child added at run time is appended and answered when it is up") {
  core_harness t;
  t.up({"a"});
  CHECK(t.start_child(t.spec("b")) == "start b");
  CHECK(t.states() == "a running, b starting");
  CHECK(t.started("b") == "answer 1 ok");
  CHECK(t.core().find("b")->dynamic);
  CHECK(t.stop() == "stop b");
}

TEST_CASE("a known id is refused, whatever its child does (S35)") {
  core_harness t{vigil::one_for_one, {9, 1h}};
  t.up({"a", "b"});
  CHECK(t.start_child(t.spec("a")) == "answer 1 already_started");
  t.terminate("a");
  CHECK(t.start_child(t.spec("a")) == "answer 3 already_started");
  t.shuts_down("a");
  CHECK(t.start_child(t.spec("a")) == "answer 4 already_present");
  t.dies("b");
  CHECK(t.start_child(t.spec("b")) == "answer 5 already_started");
  t.fails("b");
  CHECK(t.start_child(t.spec("b")) == "answer 6 already_present");
  CHECK(t.refusal.path == "top/b");
  CHECK(t.refusal.message
        == "it is being restarted; terminate_child cancels that");
}

TEST_CASE("a mistake in the spec is the answer (S103)") {
  core_harness t;
  t.up({"a"});
  CHECK(t.start_child(t.significant(t.transient("b")))
        == "answer 1 bad_combination");
  CHECK(t.start_child(t.spec("")) == "answer 2 empty_id");
  CHECK(t.states() == "a running");
}

TEST_CASE("a child that cannot start is forgotten (S11)") {
  core_harness t;
  t.up({"a"});
  t.start_child(t.spec("b"));
  CHECK(t.fails("b", {errc::exited, "no disk"})
        == "answer 1 start_failed, forget b");
  CHECK(t.refusal.path == "top/b");
  CHECK(t.refusal.root_cause().message == "no disk");
  CHECK(t.states() == "a running");
  CHECK(t.budget_used() == 0);
  CHECK(t.start_child(t.spec("b")) == "start b");
}

TEST_CASE("a child with nothing to run is an ok, and kept (S3)") {
  core_harness t;
  t.up({});
  t.start_child(t.spec("a"));
  CHECK(t.ignores("a") == "answer 1 ok, park a");
  CHECK(t.states() == "a stopped");
}

TEST_CASE("a temporary child with nothing to run is an ok, and forgotten "
          "(S5)") {
  core_harness t;
  t.up({});
  t.start_child(t.temporary("a"));
  CHECK(t.ignores("a") == "answer 1 ok, forget a");
  CHECK(t.states() == "");
}

TEST_CASE("children start side by side at run time") {
  core_harness t;
  t.up({});
  CHECK(t.start_child(t.spec("a")) == "start a");
  CHECK(t.start_child(t.spec("b")) == "start b");
  CHECK(t.started("b") == "answer 2 ok");
  CHECK(t.started("a") == "answer 1 ok");
}

TEST_CASE("a child that came by call is restarted as any other (S19)") {
  core_harness t;
  t.up({});
  t.start_child(t.spec("a"));
  t.started("a");
  CHECK(t.dies("a") == "restarting a, start a again");
  CHECK(t.fails("a") == "restarting a, timer a 0s");
}

TEST_CASE("a call that nobody waits for is not answered") {
  core_harness t;
  t.up({"a"});
  t.core().terminate_child(0, "a", t.now);
  t.core().terminate_child(0, "x", t.now);
  CHECK(t.log() == "stop a");
  CHECK(t.shuts_down("a") == "park a");
  t.core().restart_child(0, "a", t.now);
  CHECK(t.log() == "start a again");
  CHECK(t.started("a") == "");
}

TEST_CASE("a failed start that nobody waits for is not retried either") {
  core_harness t;
  t.up({"a"});
  t.terminate("a");
  t.shuts_down("a");
  t.core().restart_child(0, "a", t.now);
  t.log();
  CHECK(t.fails("a") == "park a");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("decision core: terminate_child");

TEST_CASE("a running child is stopped, its spec kept (S35)") {
  core_harness t;
  t.up({"a", "b"});
  CHECK(t.terminate("a") == "stop a");
  CHECK(t.states() == "a stopping, b running");
  CHECK(t.shuts_down("a") == "park a, answer 1 ok");
  CHECK(t.states() == "a stopped, b running");
  CHECK(t.terminate("a") == "answer 2 ok");
}

TEST_CASE("an unknown child is not found (S35)") {
  core_harness t;
  t.up({"a"});
  CHECK(t.terminate("x") == "answer 1 not_found");
  CHECK(t.restart("x") == "answer 2 not_found");
  CHECK(t.remove("x") == "answer 3 not_found");
  CHECK(t.refusal.path == "top/x");
}

TEST_CASE("a temporary child is forgotten") {
  core_harness t;
  t.add(t.temporary("a"));
  t.up();
  t.terminate("a");
  CHECK(t.dies("a") == "forget a, answer 1 ok");
  CHECK(t.terminate("a") == "answer 2 not_found");
}

TEST_CASE("all who ask for the same child are answered when it is gone") {
  core_harness t;
  t.up({"a"});
  CHECK(t.terminate("a") == "stop a");
  CHECK(t.terminate("a") == "");
  CHECK(t.shuts_down("a") == "park a, answer 1 ok, answer 2 ok");
}

TEST_CASE("a child is asked, killed and left behind, then it is an ok") {
  core_harness t;
  auto a = t.spec("a");
  a.shutdown = 2s;
  t.add(a);
  t.up();
  CHECK(t.terminate("a") == "stop a, timer a 2s");
  CHECK(t.fires("a") == "killed a, kill a, timer a 1s");
  CHECK(t.fires("a") == "left_behind a, park a, answer 1 ok");
  CHECK(t.dies("a") == "");
  CHECK(t.states() == "a stopped");
  CHECK(t.restart("a") == "start a again");
}

TEST_CASE("a child left behind and forgotten is not missed") {
  core_harness t;
  t.up({});
  auto a = t.temporary("a");
  a.shutdown = vigil::brutal_kill;
  t.start_child(a);
  t.started("a");
  t.terminate("a");
  CHECK(t.fires("a") == "left_behind a, forget a, answer 2 ok");
  CHECK(t.dies("a") == "");
  t.start_child(t.spec("a"));
  t.started("a");
  CHECK(t.dies("a") == "restarting a, start a again");
}

TEST_CASE("the culprits of a call are not those of going down") {
  core_harness t;
  auto a = t.spec("a");
  a.shutdown = 2s;
  t.add(a);
  t.up();
  t.terminate("a");
  t.fires("a");
  t.shuts_down("a");
  t.stop();
  CHECK(t.farewell.report.culprits.empty());
}

TEST_CASE("a child that starts by call is stopped, that call refused") {
  core_harness t;
  t.up({});
  t.start_child(t.spec("a"));
  CHECK(t.terminate("a") == "answer 1 child_stopped, stop a");
  CHECK(t.started("a") == "");
  CHECK(t.shuts_down("a") == "park a, answer 2 ok");
}

TEST_CASE("a child that restarts right now is stopped") {
  core_harness t;
  t.up({"a"});
  t.dies("a");
  CHECK(t.terminate("a") == "stop a");
  CHECK(t.fails("a") == "park a, answer 1 ok");
  CHECK(t.budget_used() == 1);
}

TEST_CASE("a child in its delay is stopped at once") {
  core_harness t;
  t.add(t.delayed(t.spec("a"), vigil::fixed(1s)));
  t.up();
  t.dies("a");
  CHECK(t.terminate("a") == "cancel a, park a, answer 1 ok");
}

TEST_CASE("a running member of a group that stops is taken out of it") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b", "c"});
  t.dies("b");
  CHECK(t.terminate("a") == "stop a");
  CHECK(t.shuts_down("a") == "park a, answer 1 ok");
  CHECK(t.shuts_down("c") == "start b again");
  CHECK(t.started("b") == "start c again");
  CHECK(t.started("c") == "");
}

TEST_CASE("the member that a group stops right now is taken out of it") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b"});
  t.dies("a");
  CHECK(t.terminate("b") == "");
  CHECK(t.shuts_down("b") == "park b, answer 1 ok, start a again");
  CHECK(t.started("a") == "");
}

TEST_CASE("the member that a group starts right now is taken out of it") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b"});
  t.dies("b");
  t.shuts_down("a");
  CHECK(t.terminate("a") == "stop a");
  CHECK(t.fails("a") == "park a, answer 1 ok, start b again");
}

TEST_CASE("a child terminated before its group fails starts with it") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b"});
  t.terminate("b");
  CHECK(t.dies("a") == "restarting a");
  CHECK(t.shuts_down("b") == "answer 1 ok, start a again");
  CHECK(t.started("a") == "start b again");
}

TEST_CASE("a child whose end is kept is gone already") {
  core_harness t{vigil::rest_for_one};
  t.up({"a", "b", "c"});
  t.dies("b");
  t.dies("a");
  CHECK(t.terminate("a") == "park a, answer 1 ok");
  t.shuts_down("c");
  t.started("b");
  CHECK(t.started("c") == "");
  CHECK(t.states() == "a stopped, b running, c running");
}

TEST_CASE("a child revived by call is not stopped for its former group") {
  core_harness t{vigil::one_for_all};
  t.up({"a", "b", "c"});
  t.dies("c");
  t.terminate("a");
  t.shuts_down("a");
  CHECK(t.restart("a") == "start a again");
  CHECK(t.shuts_down("b") == "start b again");
  CHECK(t.started("a") == "answer 2 ok");
  CHECK(t.started("b") == "start c again");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("decision core: restart_child and delete_child");

TEST_CASE("a stopped child starts again, free of charge") {
  core_harness t;
  t.up({"a"});
  t.terminate("a");
  t.shuts_down("a");
  CHECK(t.restart("a") == "start a again");
  CHECK(t.started("a") == "answer 2 ok");
  CHECK(t.budget_used() == 0);
}

TEST_CASE("a finished transient child can be started again (S49)") {
  core_harness t;
  t.add(t.transient("a"));
  t.up();
  t.ends("a");
  t.restart("a");
  CHECK(t.started("a") == "answer 1 ok");
}

TEST_CASE("a failed restart by call is not retried (S13)") {
  core_harness t;
  t.up({"a"});
  t.terminate("a");
  t.shuts_down("a");
  t.restart("a");
  CHECK(t.fails("a") == "answer 2 start_failed, park a");
  CHECK(t.states() == "a stopped");
  CHECK(t.restart("a") == "start a again");
}

TEST_CASE(
  "a start by call does not bring a supervisor up that is told to stop") {
  core_harness t;
  auto in = t.transient("in");
  in.kind = vigil::child_kind::supervisor;
  t.add(in);
  t.up();
  t.ends("in");
  t.restart("in");
  CHECK(t.ends("in") == "answer 1 child_stopped, park in");
  CHECK(t.states() == "in stopped");
  auto more = t.spec("more");
  more.kind = vigil::child_kind::supervisor;
  t.start_child(more);
  CHECK(t.ends("more")
        == "answer 2 child_stopped, restarting more, start more again");
}

TEST_CASE("a restart by call with nothing to run is an ok") {
  core_harness t;
  t.up({"a"});
  t.terminate("a");
  t.shuts_down("a");
  t.restart("a");
  CHECK(t.ignores("a") == "answer 2 ok, park a");
}

TEST_CASE("a child that is not stopped cannot be restarted or deleted (S45)") {
  core_harness t;
  t.up({"a"});
  t.start_child(t.spec("b"));
  CHECK(t.restart("a") == "answer 2 child_running");
  CHECK(t.remove("a") == "answer 3 child_running");
  CHECK(t.restart("b") == "answer 4 child_running");
  CHECK(t.remove("b") == "answer 5 child_running");
  t.terminate("a");
  CHECK(t.restart("a") == "answer 7 child_running");
  CHECK(t.remove("a") == "answer 8 child_running");
}

TEST_CASE("a stopped child can be deleted, and its id used again (S45)") {
  core_harness t;
  t.up({"a"});
  t.terminate("a");
  t.shuts_down("a");
  CHECK(t.remove("a") == "forget a, answer 2 ok");
  CHECK(t.states() == "");
  CHECK(t.start_child(t.spec("a")) == "start a");
  CHECK(t.uid("a") == 2);
}

TEST_CASE("a child before a waiting group can be deleted") {
  core_harness t{vigil::rest_for_one, {9, 1h}};
  t.up({"a", "b", "c"});
  t.terminate("a");
  t.shuts_down("a");
  t.dies("b");
  t.shuts_down("c");
  t.fails("b");
  CHECK(t.remove("a") == "forget a, answer 2 ok");
  CHECK(t.fires("b") == "start b again");
}

TEST_CASE("the first child of a group can be deleted while it stops") {
  core_harness t{vigil::rest_for_one, {9, 1h}};
  t.up({"a", "b", "c", "d"});
  t.dies("b");
  CHECK(t.terminate("b") == "park b, answer 1 ok");
  CHECK(t.remove("b") == "forget b, answer 2 ok");
  t.shuts_down("d");
  CHECK(t.shuts_down("c") == "start c again");
  CHECK(t.started("c") == "start d again");
}

TEST_SUITE_END();
