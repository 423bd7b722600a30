#include <vigil/snapshot.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace std::chrono_literals;
using vigil::child_kind;
using vigil::child_state;
using vigil::errc;
using vigil::format_duration;
using vigil::restart_policy;
using vigil::tree_snapshot;

namespace {

tree_snapshot::row worker(std::size_t parent, std::string path) {
  tree_snapshot::row result;
  result.parent = parent;
  result.id = path.substr(path.rfind('/') + 1);
  result.path = std::move(path);
  result.state = child_state::running;
  result.uptime = 3h + 12min;
  return result;
}

tree_snapshot::row supervisor(std::size_t parent, std::string path,
                              vigil::restart_strategy strategy) {
  auto result = worker(parent, std::move(path));
  result.kind = child_kind::supervisor;
  result.strategy = strategy;
  result.budget = vigil::restart_intensity{5, 10s};
  return result;
}

tree_snapshot example() {
  tree_snapshot result;
  auto& rows = result.rows;
  rows.push_back(
    supervisor(tree_snapshot::no_parent, "root", vigil::one_for_one));
  rows[0].budget_used = 2;
  rows.push_back(worker(0, "root/config"));
  rows.push_back(supervisor(0, "root/ingest", vigil::rest_for_one));
  rows.push_back(worker(2, "root/ingest/reader"));
  rows[3].restarts = 1;
  rows[3].uptime = 42s;
  rows[3].messages_lost = 2;
  rows[3].last_failure
    = vigil::failure{errc::exception, "eof", "root/ingest/reader"};
  rows.push_back(worker(2, "root/ingest/writer"));
  rows[4].state = child_state::restarting;
  rows[4].restart = restart_policy::transient;
  rows.push_back(worker(0, "root/zoo"));
  rows[5].state = child_state::stopped;
  rows[5].restart = restart_policy::temporary;
  return result;
}

} // namespace

TEST_SUITE_BEGIN("snapshot");

TEST_CASE("a tree is drawn with its states, budgets and failures") {
  CHECK(to_string(example())
        == "root  one_for_one  2/5 in 10s  up 3h12m\n"
           "├─ ● config  worker  permanent  restarts 0  up 3h12m\n"
           "├─ ● ingest  rest_for_one  permanent  0/5 in 10s  restarts 0  "
           "up 3h12m\n"
           "│  ├─ ● reader  worker  permanent  restarts 1  up 42s  lost 2  "
           "last: root/ingest/reader: exception: eof\n"
           "│  └─ ◌ writer  worker  transient  restarts 0  restarting\n"
           "└─ ○ zoo     worker  temporary  restarts 0  stopped\n");
}

TEST_CASE("a tree can be drawn in ASCII and without times") {
  vigil::tree_format plain;
  plain.unicode = false;
  plain.times = false;
  CHECK(to_string(example(), plain)
        == "root  one_for_one  2/5 in 10s\n"
           "|- * config  worker  permanent  restarts 0\n"
           "|- * ingest  rest_for_one  permanent  0/5 in 10s  restarts 0\n"
           "|  |- * reader  worker  permanent  restarts 1  lost 2  "
           "last: root/ingest/reader: exception: eof\n"
           "|  `- ~ writer  worker  transient  restarts 0  restarting\n"
           "`- - zoo     worker  temporary  restarts 0  stopped\n");
}

TEST_CASE("every state has a glyph") {
  tree_snapshot x;
  x.rows.push_back(
    supervisor(tree_snapshot::no_parent, "top", vigil::one_for_all));
  for (auto state :
       {child_state::stopped, child_state::starting, child_state::running,
        child_state::restarting, child_state::stopping}) {
    x.rows.push_back(worker(0, "top/a"));
    x.rows.back().state = state;
  }
  vigil::tree_format format;
  format.times = false;
  const std::string common = " a  worker  permanent  restarts 0";
  CHECK(to_string(x, format)
        == "top  one_for_all  0/5 in 10s\n"
           "├─ ○"
             + common + "  stopped\n├─ ◐" + common + "  starting\n├─ ●" + common
             + "\n├─ ◌" + common + "  restarting\n└─ ◑" + common
             + "  stopping\n");
}

TEST_CASE("colours wrap the name of a row and nothing else") {
  tree_snapshot x;
  x.rows.push_back(
    supervisor(tree_snapshot::no_parent, "top", vigil::one_for_all));
  x.rows.push_back(worker(0, "top/a"));
  x.rows[1].state = child_state::restarting;
  vigil::tree_format format;
  format.times = false;
  format.color = true;
  CHECK(to_string(x, format)
        == "\x1b[32mtop\x1b[0m  one_for_all  0/5 in 10s\n"
           "└─ \x1b[31m◌ a\x1b[0m  worker  permanent  restarts 0  "
           "restarting\n");
}

TEST_CASE("ids beyond ASCII are aligned by characters") {
  tree_snapshot x;
  x.rows.push_back(
    supervisor(tree_snapshot::no_parent, "top", vigil::one_for_all));
  x.rows.push_back(worker(0, "top/käse"));
  x.rows.push_back(worker(0, "top/brot-"));
  vigil::tree_format format;
  format.times = false;
  CHECK(to_string(x, format)
        == "top  one_for_all  0/5 in 10s\n"
           "├─ ● käse   worker  permanent  restarts 0\n"
           "└─ ● brot-  worker  permanent  restarts 0\n");
}

TEST_CASE("a failure of several lines stays in its row") {
  tree_snapshot x;
  x.rows.push_back(worker(tree_snapshot::no_parent, "a"));
  x.rows[0].last_failure = vigil::failure{errc::exception, "one\ntwo\x1b[31m"};
  vigil::tree_format format;
  format.times = false;
  CHECK(to_string(x, format) == "a  worker  last: exception: one two [31m\n");
}

TEST_CASE("rows are drawn below their parent, wherever they stand") {
  tree_snapshot x;
  x.rows.push_back(worker(tree_snapshot::no_parent, "r"));
  x.rows.push_back(worker(0, "r/a"));
  x.rows.push_back(worker(0, "r/b"));
  x.rows.push_back(worker(1, "r/a/x"));
  vigil::tree_format format;
  format.times = false;
  CHECK(to_string(x, format)
        == "r  worker\n"
           "├─ ● a  worker  permanent  restarts 0\n"
           "│  └─ ● x  worker  permanent  restarts 0\n"
           "└─ ● b  worker  permanent  restarts 0\n");
}

TEST_CASE("an empty snapshot is an empty text") {
  CHECK(to_string(tree_snapshot{}).empty());
}

TEST_CASE("a row is found by its path") {
  const auto x = example();
  REQUIRE(x.find("root/ingest/writer") != nullptr);
  CHECK(x.find("root/ingest/writer")->id == "writer");
  CHECK(x.find("writer") == nullptr);
  CHECK(x.find("") == nullptr);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("format_duration");

TEST_CASE("a duration is told in the unit that fits") {
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(7ns) == "7ns");
  CHECK(format_duration(42us) == "42us");
  CHECK(format_duration(250ms) == "250ms");
  CHECK(format_duration(5s) == "5s");
  CHECK(format_duration(3min) == "3m");
  CHECK(format_duration(1h) == "1h");
  CHECK(format_duration(24h) == "1d");
}

TEST_CASE("a small number has a tenth, if there is one") {
  CHECK(format_duration(1600ms) == "1.6s");
  CHECK(format_duration(9999ms) == "9.9s");
  CHECK(format_duration(10600ms) == "10s");
  CHECK(format_duration(1050ms) == "1s");
  CHECK(format_duration(2500us) == "2.5ms");
  CHECK(format_duration(1500ns) == "1.5us");
}

TEST_CASE("a long duration has two units") {
  CHECK(format_duration(3h + 12min + 59s) == "3h12m");
  CHECK(format_duration(1min + 5s) == "1m5s");
  CHECK(format_duration(49h + 30min) == "2d1h");
  CHECK(format_duration(48h + 30min) == "2d");
}

TEST_CASE("a duration is cut, never rounded up to what did not pass") {
  CHECK(format_duration(1min - 1ns) == "59s");
  CHECK(format_duration(1h - 1ns) == "59m59s");
  CHECK(format_duration(1us - 1ns) == "999ns");
}

TEST_CASE("negative and extreme durations are told, too") {
  CHECK(format_duration(-5s) == "-5s");
  CHECK(format_duration(vigil::duration::max()) == "106751d23h");
  CHECK(format_duration(vigil::duration::min()) == "-106751d23h");
}

TEST_SUITE_END();
