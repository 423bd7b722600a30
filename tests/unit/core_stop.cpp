#include "core_harness.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using vigil::errc;

namespace {

vigil::child_spec within(std::string id, vigil::shutdown_policy how) {
  auto result = core_harness::spec(std::move(id));
  result.shutdown = how;
  return result;
}

} // namespace

TEST_SUITE_BEGIN("decision core: stop");

TEST_CASE("children stop in reverse order, one after the other (S75)") {
  core_harness t;
  t.up({"a", "b", "c"});
  CHECK(t.stop() == "stop c");
  CHECK(t.core().stopping());
  CHECK(t.shuts_down("c") == "stop b");
  CHECK(t.shuts_down("b") == "stop a");
  CHECK(t.shuts_down("a") == "went_down shutdown");
  CHECK(t.core().down());
  CHECK_FALSE(t.core().stopping());
  CHECK(t.states() == "a stopped, b stopped, c stopped");
}

TEST_CASE("a stop passes on the exit that it was given (S1, S29)") {
  core_harness t;
  t.up({});
  t.core().stop({vigil::exit_kind::normal, {}, false, {}}, false, t.now);
  CHECK(t.log() == "went_down normal");
}

TEST_CASE("a supervisor that is down ignores a stop") {
  core_harness t;
  CHECK(t.stop() == "");
  t.up({"a"});
  t.stop();
  t.shuts_down("a");
  CHECK(t.stop() == "");
  CHECK(t.stop(true) == "");
}

TEST_CASE("a second stop changes nothing") {
  core_harness t;
  t.up({"a"});
  t.stop();
  t.core().stop({vigil::exit_kind::normal, {}, false, {}}, false, t.now);
  CHECK(t.log() == "");
  CHECK(t.shuts_down("a") == "went_down shutdown");
}

TEST_CASE("however a stopped child dies, its end is expected (S27)") {
  core_harness t;
  t.up({"a", "b"});
  t.stop();
  CHECK(t.dies("b") == "stop a");
  CHECK(t.dies("a") == "went_down shutdown");
  CHECK(t.budget_used() == 0);
}

TEST_CASE("a child that ends before its turn is not asked to stop") {
  core_harness t;
  t.up({"a", "b", "c"});
  t.stop();
  CHECK(t.dies("b") == "");
  CHECK(t.shuts_down("c") == "stop a");
  CHECK(t.shuts_down("a") == "went_down shutdown");
}

TEST_CASE("a child that obeys within its deadline is not killed (S23)") {
  core_harness t;
  t.add(within("a", 5s));
  t.up();
  CHECK(t.stop() == "stop a, timer a 5s");
  CHECK(t.shuts_down("a") == "cancel a, went_down shutdown");
  CHECK(t.farewell.report.culprits.empty());
}

TEST_CASE("a child that misses its deadline is killed and reported (S23)") {
  core_harness t;
  t.add(within("a", 5s));
  t.add(within("b", 1s));
  t.up();
  t.stop();
  CHECK(t.fires("b") == "killed b, kill b, timer b 1s");
  CHECK(t.dies("b") == "cancel b, stop a, timer a 5s");
  t.shuts_down("a");
  REQUIRE(t.farewell.report.culprits.size() == 1);
  CHECK(t.farewell.report.culprits[0].path == "top/b");
  CHECK(t.farewell.report.culprits[0].what == errc::shutdown_timeout);
}

TEST_CASE("a brutal child is killed without being asked (S25)") {
  core_harness t;
  t.add(within("a", 1s));
  t.add(within("b", vigil::brutal_kill));
  t.up();
  CHECK(t.stop() == "kill b, timer b 1s");
  CHECK(t.dies("b") == "cancel b, stop a, timer a 1s");
  t.shuts_down("a");
  CHECK(t.farewell.report.culprits.empty());
}

TEST_CASE("a deadline of zero asks first and kills soon after") {
  core_harness t;
  t.add(within("a", 0s));
  t.up();
  CHECK(t.stop() == "stop a, timer a 0s");
  CHECK(t.fires("a") == "killed a, kill a, timer a 1s");
}

TEST_CASE("a child without a deadline is waited for") {
  core_harness t;
  t.up({"a"});
  CHECK(t.stop() == "stop a");
}

TEST_CASE("a child that ignores the kill is left behind and reported") {
  core_harness t;
  t.add({"a"});
  t.add(within("b", 1s));
  t.up();
  t.stop();
  t.fires("b");
  CHECK(t.fires("b") == "left_behind b, stop a");
  CHECK(t.shuts_down("a") == "went_down shutdown");
  REQUIRE(t.farewell.report.culprits.size() == 1);
  CHECK(t.farewell.report.culprits[0].what == errc::child_stuck);
}

TEST_CASE("a brutal child that ignores the kill is reported as stuck") {
  core_harness t;
  t.add(within("a", vigil::brutal_kill));
  t.up();
  t.stop();
  CHECK(t.fires("a") == "left_behind a, went_down shutdown");
  CHECK(t.farewell.report.culprits[0].what == errc::child_stuck);
}

TEST_CASE("the late end of a child left behind is ignored") {
  core_harness t;
  t.add({"a"});
  t.add(within("b", vigil::brutal_kill));
  t.up();
  t.stop();
  t.fires("b");
  CHECK(t.dies("b") == "");
  CHECK(t.shuts_down("a") == "went_down shutdown");
}

TEST_CASE("the late end does not disturb the next incarnation") {
  core_harness t;
  t.add(within("a", vigil::brutal_kill));
  t.up();
  t.stop();
  t.fires("a");
  t.start();
  t.started("a");
  CHECK(t.dies("a") == "");
  CHECK(t.states() == "a running");
  CHECK(t.dies("a") == "restarting a, start a again");
}

TEST_CASE("the late end of a child left behind and deleted is ignored, that of "
          "its next incarnation is not") {
  core_harness t;
  t.add(within("a", vigil::brutal_kill));
  t.up();
  t.terminate("a");
  CHECK(t.fires("a") == "left_behind a, park a, answer 1 ok");
  CHECK(t.remove("a") == "forget a, answer 2 ok");
  CHECK(t.dies("a") == "");
  t.stop();
  t.start();
  t.started("a");
  CHECK(t.dies("a") == "restarting a, start a again");
}

TEST_CASE("a start that fails after a child was left behind is a failure") {
  core_harness t;
  t.add(within("a", vigil::brutal_kill));
  t.up();
  t.stop();
  t.fires("a");
  t.start();
  CHECK(t.fails("a") == "went_down abnormal start_failed");
}

TEST_CASE("a stop by force kills each child at its turn") {
  core_harness t;
  t.up({"a", "b"});
  CHECK(t.stop(true) == "kill b, timer b 1s");
  CHECK(t.dies("b") == "cancel b, kill a, timer a 1s");
}

TEST_CASE("a stop by force hurries an earlier one") {
  core_harness t;
  t.add({"a"});
  t.add(within("b", 5s));
  t.up();
  CHECK(t.stop() == "stop b, timer b 5s");
  CHECK(t.stop(true) == "kill b, timer b 1s");
  CHECK(t.fires_late("b") == "");
  CHECK(t.stop(true) == "");
  CHECK(t.dies("b") == "cancel b, kill a, timer a 1s");
  CHECK(t.dies("a") == "cancel a, went_down shutdown");
  CHECK(t.farewell.report.culprits.empty());
}

TEST_CASE("a child that is stopping already is waited for at its turn") {
  core_harness t;
  t.up({"a", "b", "c"});
  t.terminate("b");
  CHECK(t.stop() == "stop c");
  CHECK(t.shuts_down("c") == "");
  CHECK(t.shuts_down("b") == "answer 1 ok, stop a");
  CHECK(t.shuts_down("a") == "went_down shutdown");
}

TEST_CASE("a stop by force kills at its turn a child that was only asked") {
  core_harness t;
  t.up({"a", "b", "c"});
  t.terminate("b");
  t.stop(true);
  CHECK(t.dies("c") == "cancel c, kill b, timer b 1s");
}

TEST_CASE("waiting restarts are cancelled by a stop") {
  core_harness t;
  t.add(t.delayed(t.spec("a"), vigil::fixed(1s)));
  t.add({"b"});
  t.up();
  CHECK(t.dies("a") == "restarting a in 1s, timer a 1s");
  CHECK(t.stop() == "cancel a, stop b");
  CHECK(t.fires_late("a") == "");
  CHECK(t.shuts_down("b") == "went_down shutdown");
}

TEST_CASE("a start by call is refused and its child stopped by a stop") {
  core_harness t;
  t.up({"a"});
  t.start_child(t.spec("b"));
  CHECK(t.stop() == "answer 1 supervisor_stopping, stop b");
  CHECK(t.fails("b") == "stop a");
  CHECK(t.shuts_down("a") == "went_down shutdown");
}

TEST_CASE("a start that fails before its turn to stop is not tried again") {
  core_harness t;
  t.up({"a", "b"});
  t.dies("a");
  CHECK(t.stop() == "stop b");
  CHECK(t.fails("a") == "");
  CHECK(t.shuts_down("b") == "went_down shutdown");
  CHECK(t.budget_used() == 1);
}

TEST_CASE("a start with nothing to run before its turn to stop is over") {
  core_harness t;
  t.up({"a"});
  t.start_child(t.temporary("b"));
  t.start_child(t.spec("c"));
  t.stop();
  CHECK(t.ignores("b") == "");
  CHECK(t.states() == "a running, b stopped, c stopping");
}

TEST_CASE("a start that takes too long before its turn to stop is killed") {
  core_harness t;
  auto a = t.spec("a");
  a.start_timeout = 3s;
  t.add(a);
  t.add({"b"});
  t.up();
  t.dies("a");
  t.stop();
  CHECK(t.fires("a") == "kill a, timer a 1s");
  CHECK(t.shuts_down("b") == "");
  CHECK(t.dies("a") == "cancel a, went_down shutdown");
}

TEST_CASE("calls while it stops") {
  core_harness t;
  t.up({"a", "b"});
  t.stop();
  t.shuts_down("b");
  CHECK(t.start_child(t.spec("c")) == "answer 1 supervisor_stopping");
  CHECK(t.restart("b") == "answer 2 supervisor_stopping");
  CHECK(t.remove("b") == "answer 3 supervisor_stopping");
  CHECK(t.terminate("x") == "answer 4 not_found");
  CHECK(t.terminate("b") == "answer 5 ok");
  CHECK(t.terminate("a") == "");
  CHECK(t.shuts_down("a") == "answer 6 ok, went_down shutdown");
}

TEST_CASE("calls when it is down") {
  core_harness t;
  t.add({"a"});
  CHECK(t.start_child(t.spec("c")) == "answer 1 supervisor_down");
  CHECK(t.restart("a") == "answer 2 supervisor_down");
  CHECK(t.remove("a") == "answer 3 supervisor_down");
  CHECK(t.terminate("a") == "answer 4 supervisor_down");
}

TEST_CASE("a temporary child that was stopped is known until the next start") {
  core_harness t;
  t.add(t.temporary("a"));
  t.up();
  t.stop();
  CHECK(t.shuts_down("a") == "went_down shutdown");
  CHECK(t.states() == "a stopped");
}

TEST_SUITE_END();
