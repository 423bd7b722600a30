#include "core_harness.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using vigil::auto_shutdown;

namespace {

struct any_rule : core_harness {
  explicit any_rule(vigil::restart_strategy strategy = vigil::one_for_one)
    : core_harness(strategy, {2, 1h}, auto_shutdown::any_significant) {
    // nop
  }
};

struct all_rule : core_harness {
  explicit all_rule(vigil::restart_strategy strategy = vigil::one_for_one)
    : core_harness(strategy, {2, 1h}, auto_shutdown::all_significant) {
    // nop
  }
};

} // namespace

TEST_SUITE_BEGIN("decision core: auto shutdown");

TEST_CASE("the end of a significant temporary child ends the supervisor "
          "(S95)") {
  any_rule t;
  t.add({"a"});
  t.add(t.significant(t.temporary("b")));
  t.up();
  CHECK(t.dies("b") == "forget b, stop a");
  CHECK(t.shuts_down("a") == "went_down shutdown");
}

TEST_CASE("the clean end of a significant transient child does (S97)") {
  any_rule t;
  t.add({"a"});
  t.add(t.significant(t.transient("b")));
  t.up();
  CHECK(t.ends("b") == "park b, stop a");
}

TEST_CASE("the abnormal end of a significant transient child does not (S97)") {
  any_rule t;
  t.add(t.significant(t.transient("b")));
  t.up();
  CHECK(t.dies("b") == "restarting b, start b again");
}

TEST_CASE("the end of any other child does not") {
  any_rule t;
  t.add(t.significant(t.transient("a")));
  t.add(t.transient("b"));
  t.up();
  CHECK(t.ends("b") == "park b");
  CHECK(t.states() == "a running, b stopped");
}

TEST_CASE("terminate_child never ends the supervisor (S95, S97)") {
  any_rule t;
  t.add(t.significant(t.transient("a")));
  t.add(t.significant(t.temporary("b")));
  t.up();
  t.terminate("a");
  CHECK(t.ends("a") == "park a, answer 1 ok");
  t.terminate("b");
  CHECK(t.dies("b") == "forget b, answer 2 ok");
}

TEST_CASE("a start with nothing to run never ends the supervisor") {
  any_rule t;
  t.add(t.significant(t.transient("a")));
  t.add(t.significant(t.temporary("b")));
  t.start();
  t.ignores("a");
  CHECK(t.ignores("b") == "forget b, came_up");
}

TEST_CASE("a significant sibling stopped by a group restart does not") {
  any_rule t{vigil::one_for_all};
  t.add({"a"});
  t.add(t.significant(t.transient("b")));
  t.up();
  t.dies("a");
  CHECK(t.ends("b") == "start a again");
}

TEST_CASE("the last of all significant children ends the supervisor") {
  all_rule t;
  t.add({"a"});
  t.add(t.significant(t.transient("b")));
  t.add(t.significant(t.temporary("c")));
  t.up();
  CHECK(t.ends("b") == "park b");
  CHECK(t.dies("c") == "forget c, stop a");
}

TEST_CASE("a restarting significant child counts as alive") {
  all_rule t;
  t.add(t.significant(t.delayed(t.transient("a"), vigil::fixed(1s))));
  t.add(t.significant(t.transient("b")));
  t.up();
  t.dies("a");
  CHECK(t.ends("b") == "park b");
  t.fires("a");
  t.started("a");
  CHECK(t.ends("a") == "park a, went_down shutdown");
}

TEST_CASE("a terminated significant child does not count as alive") {
  all_rule t;
  t.add(t.significant(t.transient("a")));
  t.add(t.significant(t.transient("b")));
  t.up();
  t.terminate("a");
  t.shuts_down("a");
  CHECK(t.ends("b") == "park b, went_down shutdown");
}

TEST_CASE("a significant child added at run time counts") {
  all_rule t;
  t.add(t.significant(t.transient("a")));
  t.up();
  t.start_child(t.significant(t.transient("b")));
  t.started("b");
  CHECK(t.ends("a") == "park a");
  CHECK(t.ends("b") == "park b, went_down shutdown");
}

TEST_CASE("a significant end during the start counts when all are up") {
  any_rule t;
  t.add(t.significant(t.transient("a")));
  t.add({"b"});
  t.start();
  t.started("a");
  CHECK(t.ends("a") == "");
  CHECK(t.started("b") == "came_up, park a, stop b");
}

TEST_CASE("an automatic shutdown while a group waits") {
  any_rule t{vigil::rest_for_one};
  t.add(t.significant(t.transient("a")));
  t.add(t.delayed(t.spec("b"), vigil::fixed(1s)));
  t.up();
  t.dies("b");
  CHECK(t.ends("a") == "park a, cancel b, went_down shutdown");
}

TEST_SUITE_END();
