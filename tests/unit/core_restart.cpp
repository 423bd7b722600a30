#include "core_harness.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using vigil::errc;
using vigil::exit_kind;

namespace {

std::string after_exit(vigil::child_spec spec, exit_kind kind) {
  core_harness t;
  const auto id = spec.id;
  t.add(std::move(spec));
  t.up();
  vigil::detail::child_exit how;
  how.kind = kind;
  how.why = vigil::failure{errc::exception, "oh"};
  return t.exits(id, std::move(how));
}

} // namespace

TEST_SUITE_BEGIN("decision core: restart of one child");

TEST_CASE("a permanent child is restarted whatever its end (S47)") {
  const auto a = core_harness::spec("a");
  const std::string again = "restarting a, start a again";
  CHECK(after_exit(a, exit_kind::normal) == again);
  CHECK(after_exit(a, exit_kind::shutdown) == again);
  CHECK(after_exit(a, exit_kind::abnormal) == again);
}

TEST_CASE("a transient child is restarted after an abnormal end only "
          "(S49, S51)") {
  const auto a = core_harness::transient("a");
  CHECK(after_exit(a, exit_kind::normal) == "park a");
  CHECK(after_exit(a, exit_kind::shutdown) == "park a");
  CHECK(after_exit(a, exit_kind::abnormal) == "restarting a, start a again");
}

TEST_CASE("a temporary child is forgotten whatever its end (S91)") {
  const auto a = core_harness::temporary("a");
  CHECK(after_exit(a, exit_kind::normal) == "forget a");
  CHECK(after_exit(a, exit_kind::shutdown) == "forget a");
  CHECK(after_exit(a, exit_kind::abnormal) == "forget a");
}

TEST_CASE("restart_when has a say in what is abnormal") {
  auto a = core_harness::transient("a");
  a.restart_when = [](const vigil::failure& x) {
    return x.code != errc::exception;
  };
  CHECK(after_exit(a, exit_kind::abnormal) == "park a");
}

TEST_CASE("an exception from restart_when counts as abnormal") {
  auto a = core_harness::transient("a");
  a.restart_when = [](const vigil::failure&) -> bool {
    throw 1;
  };
  CHECK(after_exit(a, exit_kind::abnormal) == "restarting a, start a again");
}

TEST_CASE("siblings are not touched by a restart (S55)") {
  core_harness t;
  t.up({"a", "b"});
  CHECK(t.dies("a") == "restarting a, start a again");
  CHECK(t.states() == "a starting, b running");
  CHECK(t.started("a") == "");
  CHECK(t.states() == "a running, b running");
}

TEST_CASE("several children restart side by side") {
  core_harness t;
  t.up({"a", "b"});
  t.dies("a");
  CHECK(t.dies("b") == "restarting b, start b again");
  CHECK(t.states() == "a starting, b starting");
}

TEST_CASE("a child with nothing to run any more stays stopped (S83)") {
  core_harness t;
  t.up({"a"});
  t.dies("a");
  CHECK(t.ignores("a") == "park a");
  CHECK(t.states() == "a stopped");
  CHECK(t.budget_used() == 1);
}

TEST_CASE("ends of unknown, stopped and gone children are ignored") {
  core_harness t;
  t.add(t.transient("a"));
  t.up();
  t.ends("a");
  CHECK(t.dies("a") == "");
  t.note(99, "x");
  CHECK(t.dies("x") == "");
  CHECK(t.started("x") == "");
  CHECK(t.fails("x") == "");
  CHECK(t.ignores("x") == "");
  CHECK(t.started("a") == "");
  CHECK(t.fails("a") == "");
  CHECK(t.ignores("a") == "");
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("decision core: failed restarts");

TEST_CASE("a failed restart is tried again after waiting calls (S77)") {
  core_harness t{vigil::one_for_one, {8, 10s}};
  t.up({"a"});
  t.dies("a");
  CHECK(t.fails("a") == "restarting a, timer a 0s");
  CHECK(t.states() == "a restarting");
  CHECK(t.fires("a") == "start a again");
  CHECK(t.started("a") == "");
  CHECK(t.budget_used() == 2);
}

TEST_CASE("calls on a child that waits for its next try (S77)") {
  core_harness t{vigil::one_for_one, {8, 10s}};
  t.up({"a"});
  t.dies("a");
  t.fails("a");
  CHECK(t.start_child(t.spec("a")) == "answer 1 already_present");
  CHECK(t.restart("a") == "answer 2 child_restarting");
  CHECK(t.remove("a") == "answer 3 child_restarting");
  CHECK(t.terminate("a") == "cancel a, park a, answer 4 ok");
  CHECK(t.states() == "a stopped");
  CHECK(t.fires_late("a") == "");
  CHECK(t.restart("a") == "start a again");
  CHECK(t.started("a") == "answer 5 ok");
}

TEST_CASE("a child that never comes up again spends the budget (S59)") {
  core_harness t{vigil::one_for_one, {4, 1h}};
  t.up({"a", "b"});
  t.dies("a");
  for (int i = 0; i < 3; ++i) {
    CHECK(t.fails("a") == "restarting a, timer a 0s");
    t.fires("a");
  }
  CHECK(t.fails("a") == "gave_up a, stop b");
  CHECK(t.shuts_down("b") == "went_down abnormal restart_limit_reached");
  const auto& why = t.farewell.exit.why;
  REQUIRE(why.cause);
  CHECK(why.cause->code == errc::start_failed);
  CHECK(why.cause->path == "top/a");
  CHECK(why.root_cause().code == errc::exception);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("decision core: backoff");

TEST_CASE("a restart with a delay waits, and the supervisor does not") {
  core_harness t;
  t.add(t.delayed(t.spec("a"), vigil::fixed(1s)));
  t.add({"b"});
  t.up();
  CHECK(t.dies("a") == "restarting a in 1s, timer a 1s");
  CHECK(t.states() == "a restarting, b running");
  CHECK(t.dies("b") == "restarting b, start b again");
  CHECK(t.fires("a") == "start a again");
}

TEST_CASE("failures in a row wait longer, up to the cap") {
  core_harness t{vigil::one_for_one, {9, 1s}};
  t.add(t.delayed(t.spec("a"), vigil::exponential(1s, 4s)));
  t.up();
  CHECK(t.dies("a") == "restarting a in 1s, timer a 1s");
  t.fires("a");
  CHECK(t.fails("a") == "restarting a in 2s, timer a 2s");
  t.fires("a");
  t.started("a");
  CHECK(t.dies("a") == "restarting a in 4s, timer a 4s");
  t.fires("a");
  CHECK(t.fails("a") == "restarting a in 4s, timer a 4s");
}

TEST_CASE("a child that ran long enough waits the first delay again") {
  core_harness t{vigil::one_for_one, {9, 1s}};
  t.add(t.delayed(t.spec("a"), vigil::exponential(1s, 4s)));
  t.up();
  t.dies("a");
  t.fires("a");
  t.started("a");
  t.now += 8s - 1ns;
  CHECK(t.dies("a") == "restarting a in 2s, timer a 2s");
  t.fires("a");
  t.started("a");
  t.now += 8s;
  CHECK(t.dies("a") == "restarting a in 1s, timer a 1s");
}

TEST_CASE("each child has its own row of failures") {
  core_harness t{vigil::one_for_one, {9, 1h}};
  t.add(t.delayed(t.spec("a"), vigil::exponential(1s, 4s)));
  t.add(t.delayed(t.spec("b"), vigil::exponential(1s, 4s)));
  t.up();
  t.dies("a");
  t.fires("a");
  CHECK(t.fails("a") == "restarting a in 2s, timer a 2s");
  CHECK(t.dies("b") == "restarting b in 1s, timer b 1s");
}

TEST_CASE("a stale timer starts nothing") {
  core_harness t;
  t.add(t.delayed(t.spec("a"), vigil::fixed(1s)));
  t.up();
  t.dies("a");
  t.terminate("a");
  t.restart("a");
  CHECK(t.fires_late("a") == "");
  CHECK(t.states() == "a starting");
}

TEST_CASE("a child that was restarted in place may have nothing to run") {
  core_harness t;
  t.up({"a", "b"});
  CHECK(t.ignores("a") == "park a");
  CHECK(t.states() == "a stopped, b running");
  CHECK(t.budget_used() == 0);
}

TEST_SUITE_END();
