#include "core_harness.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using vigil::errc;

namespace {

vigil::child_spec limited(std::string id) {
  auto result = core_harness::spec(std::move(id));
  result.start_timeout = 3s;
  return result;
}

} // namespace

TEST_SUITE_BEGIN("decision core: start timeout");

TEST_CASE("a start in time needs its timer no more") {
  core_harness t;
  t.add(limited("a"));
  CHECK(t.start() == "start a, timer a 3s");
  CHECK(t.started("a") == "cancel a, came_up");
  CHECK(t.fires_late("a") == "");
}

TEST_CASE("a start that takes too long is killed, then it has failed") {
  core_harness t;
  t.add({"a"});
  t.add(limited("b"));
  t.start();
  t.started("a");
  CHECK(t.fires("b") == "kill b, timer b 1s");
  CHECK(t.dies("b") == "cancel b, stop a");
  CHECK(t.shuts_down("a") == "went_down abnormal start_failed");
  CHECK(t.farewell.start_failed);
  CHECK(t.farewell.exit.why.root_cause().code == errc::start_timeout);
  CHECK(t.farewell.report.culprits.empty());
}

TEST_CASE("a start that hangs for good is left behind, then it has failed") {
  core_harness t;
  t.add(limited("a"));
  t.start();
  t.fires("a");
  CHECK(t.fires("a") == "left_behind a, went_down abnormal start_failed");
}

TEST_CASE("a start that ends after its limit has failed all the same") {
  core_harness t;
  t.up({});
  t.start_child(limited("a"));
  t.fires("a");
  CHECK(t.started("a") == "");
  CHECK(t.shuts_down("a") == "cancel a, answer 1 start_failed, forget a");
  CHECK(t.refusal.root_cause().code == errc::start_timeout);
  CHECK(t.refusal.root_cause().message == "its limit is 3s");
}

TEST_CASE("a restart that takes too long is tried again") {
  core_harness t;
  t.add(limited("a"));
  t.up();
  CHECK(t.dies("a") == "restarting a, start a again, timer a 3s");
  CHECK(t.fires("a") == "kill a, timer a 1s");
  CHECK(t.states() == "a stopping");
  CHECK(t.fails("a") == "cancel a, restarting a, timer a 0s");
}

TEST_CASE("a start in a group that takes too long is tried again") {
  core_harness t{vigil::rest_for_one};
  t.add({"a"});
  t.add(limited("b"));
  t.up();
  t.dies("a");
  t.shuts_down("b");
  t.started("a");
  t.fires("b");
  CHECK(t.dies("b") == "cancel b, restarting b, timer b 0s");
  CHECK(t.fires("b") == "start b again, timer b 3s");
}

TEST_CASE("a start that takes too long can be terminated meanwhile") {
  core_harness t;
  t.up({});
  t.start_child(limited("a"));
  t.fires("a");
  CHECK(t.terminate("a") == "answer 1 child_stopped");
  CHECK(t.dies("a") == "cancel a, park a, answer 2 ok");
}

TEST_CASE("a start that takes too long may be waited for by a stop") {
  core_harness t;
  t.add({"a"});
  t.add(limited("b"));
  t.start();
  t.started("a");
  t.fires("b");
  CHECK(t.stop() == "");
  CHECK(t.dies("b") == "cancel b, stop a");
  CHECK(t.shuts_down("a") == "went_down shutdown");
}

TEST_CASE("a stop of a starting child replaces its timer") {
  core_harness t;
  auto a = limited("a");
  a.shutdown = 5s;
  t.add(a);
  t.start();
  CHECK(t.stop() == "stop a, timer a 5s");
  CHECK(t.fires_late("a") == "");
  CHECK(t.fires("a") == "killed a, kill a, timer a 1s");
}

TEST_CASE("a stop without a deadline cancels the timer of the start") {
  core_harness t;
  t.add(limited("a"));
  t.start();
  CHECK(t.stop() == "stop a, cancel a");
  CHECK(t.fires_late("a") == "");
}

TEST_SUITE_END();
