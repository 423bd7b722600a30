#include "core_harness.hpp"

#include <doctest/doctest.h>

namespace {

/// A dynamic supervisor whose children are all up.
struct dynamic_core : core_harness {
  explicit dynamic_core(ids all) : core_harness(dynamic_t{}) {
    up({});
    for (const auto* id : all) {
      start_child(spec(id));
      started(id);
    }
  }
};

} // namespace

TEST_SUITE_BEGIN("decision core: dynamic supervisors");

TEST_CASE("children of a dynamic supervisor stop all at once") {
  dynamic_core t{"a", "b", "c"};
  CHECK(t.stop() == "stop c, stop b, stop a");
  CHECK(t.shuts_down("b") == "");
  CHECK(t.shuts_down("c") == "");
  CHECK(t.shuts_down("a") == "went_down shutdown");
}

TEST_CASE("a stop of children that leave at once can be hurried") {
  dynamic_core t{"a", "b", "c"};
  t.stop();
  t.shuts_down("b");
  CHECK(t.stop(true) == "kill a, timer a 1s, kill c, timer c 1s");
  CHECK(t.stop(true) == "");
  CHECK(t.shuts_down("c") == "cancel c");
  CHECK(t.fires("a") == "left_behind a, went_down shutdown");
  CHECK(t.farewell.report.culprits.size() == 1);
}

TEST_CASE("a dynamic supervisor without children is down at once") {
  dynamic_core t{};
  CHECK(t.stop() == "went_down shutdown");
}

TEST_CASE("a dynamic supervisor keeps nothing of a child that is done") {
  dynamic_core t{"a", "b"};
  CHECK(t.terminate("a") == "stop a");
  CHECK(t.shuts_down("a") == "forget a, answer 3 ok");
  CHECK(t.ends("b") == "restarting b, start b again");
  CHECK(t.ignores("b") == "forget b");
  CHECK(t.states() == "");
}

TEST_CASE("a child of a dynamic supervisor that starts leaves with the rest") {
  dynamic_core t{"a"};
  t.start_child(core_harness::spec("b"));
  CHECK(t.stop() == "answer 2 supervisor_stopping, stop b, stop a");
  CHECK(t.fails("b") == "");
  CHECK(t.shuts_down("a") == "went_down shutdown");
}

TEST_SUITE_END();
