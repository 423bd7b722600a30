#include "core_harness.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using vigil::errc;

TEST_SUITE_BEGIN("decision core: budget");

TEST_CASE("the failure after the last allowed restart is one too many (S55)") {
  core_harness t{vigil::one_for_one, {2, 1h}};
  t.up({"a", "b"});
  t.dies("a");
  t.started("a");
  t.dies("a");
  t.started("a");
  CHECK(t.dies("a") == "gave_up a, stop b");
  CHECK(t.core().stopping());
  CHECK(t.shuts_down("b") == "went_down abnormal restart_limit_reached");
  CHECK_FALSE(t.farewell.start_failed);
}

TEST_CASE("a supervisor without restarts gives up at the first failure") {
  core_harness t{vigil::one_for_one, {0, 0s}};
  t.up({"a"});
  CHECK(t.dies("a") == "gave_up a, went_down abnormal restart_limit_reached");
  CHECK(t.farewell.exit.why.message == "\"a\" failed; no restart is allowed");
}

TEST_CASE("the budget is that of all children together") {
  core_harness t{vigil::one_for_one, {2, 1h}};
  t.up({"a", "b", "c"});
  t.dies("a");
  t.dies("b");
  CHECK(t.dies("c").substr(0, 9) == "gave_up c");
}

TEST_CASE("a failure counts as long as it is not older than the period (S57)") {
  core_harness t{vigil::one_for_one, {1, 1s}};
  t.up({"a"});
  t.dies("a");
  t.started("a");
  t.now += 1s + 1ns;
  CHECK(t.dies("a") == "restarting a, start a again");
  t.started("a");
  t.now += 1s;
  CHECK(t.dies("a") == "gave_up a, went_down abnormal restart_limit_reached");
}

TEST_CASE("success does not refund a restart") {
  core_harness t{vigil::one_for_one, {1, 1h}};
  t.up({"a"});
  t.dies("a");
  t.started("a");
  t.now += 59min;
  CHECK(t.dies("a").substr(0, 9) == "gave_up a");
}

TEST_CASE("giving up says which child, which limit and what came before") {
  core_harness t{vigil::one_for_one, {2, 5s}};
  t.up({"a"});
  for (int i = 0; i < 2; ++i) {
    t.dies("a");
    t.started("a");
  }
  t.dies("a");
  const auto& why = t.farewell.exit.why;
  CHECK(why.path == "top");
  CHECK(why.message
        == "\"a\" failed again; the limit is 2 restarts in 5s; before: "
           "top/a: exception: oh; top/a: exception: oh");
  REQUIRE(why.cause);
  CHECK(to_string(*why.cause) == "top/a: exception: oh");
  CHECK(why.time == t.now);
}

TEST_CASE("the history of a supervisor that gave up is not told twice") {
  core_harness t{vigil::one_for_one, {1, 5s}};
  t.up({"in"});
  auto gave_up = [](std::string why) {
    vigil::detail::child_exit how;
    how.kind = vigil::exit_kind::abnormal;
    how.why
      = vigil::failure{errc::restart_limit_reached,
                       "\"a\" failed again; before: this and that", "top/in"}
          .because({errc::exception, std::move(why), "top/in/a"});
    return how;
  };
  t.exits("in", gave_up("oh"));
  t.started("in");
  t.exits("in", gave_up("ah"));
  CHECK(t.farewell.exit.why.message
        == "\"in\" failed again; the limit is 1 restart in 5s; before: top/in: "
           "restart_limit_reached: because top/in/a: exception: oh");
}

TEST_CASE("giving up after clean ends says how the child ended") {
  core_harness t{vigil::one_for_one, {1, 5s}};
  t.up({"a"});
  t.ends("a");
  t.started("a");
  t.shuts_down("a");
  const auto& why = t.farewell.exit.why;
  CHECK(why.message
        == "\"a\" ended again; the limit is 1 restart in 5s; before: "
           "top/a: exited: it ended normally");
  CHECK(to_string(*why.cause)
          .find("top/a: exited: it ended with shutdown, and a permanent child "
                "is always started again: make it .transient() if it may end")
        == 0);
}

TEST_CASE(
  "a host that was refused by the budget makes the supervisor give up") {
  core_harness t;
  t.up({"a", "b"});
  vigil::detail::child_exit how;
  how.kind = vigil::exit_kind::abnormal;
  how.why = vigil::failure{errc::exception, "last"};
  how.budget_refused = true;
  how.earlier = {"second", "first"};
  CHECK(t.exits("a", how) == "gave_up a, stop b");
  CHECK(t.budget_used() == 0);
  t.shuts_down("b");
  CHECK(t.farewell.exit.why.message
        == "\"a\" failed again; the limit is 2 restarts in 1h; "
           "before: second; first");
  CHECK(t.farewell.exit.why.root_cause().message == "last");
}

TEST_CASE("who fails for the first time is not said to fail again") {
  core_harness t{vigil::one_for_one, {2, 1h}};
  t.up({"a", "b"});
  vigil::detail::child_exit how;
  how.kind = vigil::exit_kind::abnormal;
  how.why = vigil::failure{errc::exception, "first"};
  how.budget_refused = true;
  CHECK(t.exits("b", how) == "gave_up b, stop a");
  t.shuts_down("a");
  CHECK(t.farewell.exit.why.message
        == "\"b\" failed; the limit, spent by now, is 2 restarts in 1h");
}

TEST_CASE("a child may have a budget of its own") {
  core_harness t{vigil::one_for_one, {9, 1h}};
  auto a = t.spec("a");
  a.intensity = vigil::restart_intensity{1, 5s};
  t.add(a);
  t.add({"b"});
  t.up();
  t.dies("a");
  t.started("a");
  CHECK(t.dies("a") == "gave_up a, stop b");
  CHECK(t.budget_used() == 1);
  t.shuts_down("b");
  CHECK(t.farewell.exit.why.message.find("1 restart in 5s")
        != std::string::npos);
}

TEST_CASE("a child's own budget does not widen the supervisor's") {
  core_harness t{vigil::one_for_one, {1, 1h}};
  auto a = t.spec("a");
  a.intensity = vigil::restart_intensity{9, 5s};
  t.add(a);
  t.up();
  t.dies("a");
  t.started("a");
  CHECK(t.dies("a").substr(0, 9) == "gave_up a");
}

TEST_CASE("clean ends that are not restarted cost nothing") {
  core_harness t;
  t.add(t.transient("a"));
  t.add(t.temporary("b"));
  t.up();
  t.ends("a");
  t.dies("b");
  CHECK(t.budget_used() == 0);
}

TEST_CASE("giving up cancels the restarts of others") {
  core_harness t{vigil::one_for_one, {1, 1h}};
  t.add(t.delayed(t.spec("a"), vigil::fixed(1s)));
  t.add({"b"});
  t.up();
  t.dies("a");
  CHECK(t.dies("b")
        == "gave_up b, cancel a, went_down abnormal restart_limit_reached");
}

TEST_CASE("giving up refuses waiting calls and stops what starts") {
  core_harness t{vigil::one_for_one, {0, 0s}};
  t.up({"a"});
  t.start_child(t.spec("b"));
  CHECK(t.dies("a") == "gave_up a, answer 1 supervisor_stopping, stop b");
  CHECK(t.shuts_down("b") == "went_down abnormal restart_limit_reached");
}

TEST_CASE("failures after giving up change nothing") {
  core_harness t{vigil::one_for_one, {0, 0s}};
  t.up({"a", "b", "c"});
  t.dies("b");
  CHECK(t.stop() == "");
  CHECK(t.dies("a") == "");
  CHECK(t.shuts_down("c") == "went_down abnormal restart_limit_reached");
  CHECK(t.farewell.exit.why.message.find("\"b\"") == 0);
}

TEST_CASE("a manual restart is free") {
  core_harness t{vigil::one_for_one, {1, 1h}};
  t.up({"a"});
  for (int i = 0; i < 3; ++i) {
    t.terminate("a");
    t.shuts_down("a");
    t.restart("a");
    t.started("a");
  }
  CHECK(t.budget_used() == 0);
}

TEST_SUITE_END();
