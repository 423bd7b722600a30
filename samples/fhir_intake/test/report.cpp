#include "report.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace fhir_intake;

namespace {

summary healthy() {
  summary x;
  x.count = {10, 8, 2, 2};
  x.reasons = {{"worker crashed: damaged line", 2, "generated:3"}};
  x.end.tallies["worker"] = {2, 2, 0};
  x.end.tree = "hospital\n";
  x.rows = census{8, 7, 20};
  x.db_path = "x.db";
  return x;
}

bool says(const summary& x, const std::string& words) {
  return to_string(x).find(words) != std::string::npos;
}

} // namespace

TEST_CASE("a run is a success if all was stored but what was damaged") {
  auto x = healthy();
  CHECK(consistent(x));
  CHECK(status_of(x) == exit_status::success);
  x.count.damaged = 1;
  CHECK(status_of(x) == exit_status::rejections);
}

TEST_CASE("counts that do not agree are a failure, and said") {
  auto x = healthy();
  SUBCASE("the sum") {
    x.count.read = 11;
    CHECK(says(x, "check     FAILED: stored 8 + rejected 2 = read 11"));
  }
  SUBCASE("the database") {
    x.rows->lines = 9;
    CHECK(says(x, "check     FAILED: the database has 9 lines"));
  }
  SUBCASE("no database to ask") {
    x.rows.reset();
  }
  CHECK_FALSE(consistent(x));
  CHECK(status_of(x) == exit_status::failed);
}

TEST_CASE("a run that did not end says what is unsettled") {
  auto x = healthy();
  x.count.read = 15;
  x.end.what = ending::kind::interrupted;
  CHECK(status_of(x) == exit_status::interrupted);
  CHECK(says(x, "unsettled         5\n"));
  CHECK_FALSE(says(x, "check"));
  x.end.what = ending::kind::gave_up;
  CHECK(status_of(x) == exit_status::failed);
}

TEST_CASE("the report has it all") {
  CHECK(to_string(healthy())
        == "read             10\n"
           "stored            8\n"
           "rejected          2  (2 damaged on request)\n"
           "                  2  worker crashed: damaged line, first at "
           "generated:3\n"
           "crashes           2  (worker 2)\n"
           "restarts          2  (worker 2)\n"
           "\n"
           "hospital\n"
           "\n"
           "check     ok: stored 8 + rejected 2 = read 10\n"
           "check     ok: the database has 8 lines of this run, as 7 resources "
           "(1 replaced by a later line with the same id)\n"
           "database  x.db (20 resources in all)\n");
}

TEST_CASE("failed starts are told if there are any") {
  auto x = healthy();
  x.end.tallies["store"].failed_starts = 3;
  CHECK(says(x, "no start          3  (store 3)\n"));
}

TEST_CASE("rare reasons are summed up") {
  auto x = healthy();
  x.reasons.clear();
  for (int i = 0; i < 12; ++i)
    x.reasons.push_back({"reason " + std::to_string(i), 1, "x:1"});
  x.count = {12, 0, 12, 0};
  CHECK(says(x, "reason 9"));
  CHECK_FALSE(says(x, "reason 10"));
  CHECK(says(x, "2  for other reasons"));
}
