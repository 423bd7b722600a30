#include <vigil/internal/decision/farewell.hpp>

#include <doctest/doctest.h>

using vigil::errc;
using vigil::stop_report;
using vigil::detail::farewell;
using culprits = std::vector<stop_report::culprit>;

TEST_SUITE_BEGIN("decision core: the farewell");

TEST_CASE("a farewell says how it ended, once") {
  farewell t;
  t.begin(vigil::detail::abnormal({errc::killed}), true);
  const auto x = t.take();
  CHECK(x.exit.why.code == errc::killed);
  CHECK(x.start_failed);
  CHECK(x.report.culprits.empty());
  CHECK(t.take().exit.kind == vigil::exit_kind::normal);
}

TEST_CASE("a child is blamed for the last thing it did") {
  farewell t;
  t.begin({}, false);
  t.blame("top/a", errc::shutdown_timeout);
  t.blame("top/b", errc::shutdown_timeout);
  t.blame("top/a", errc::child_stuck);
  CHECK(t.take().report.culprits
        == culprits{{"top/b", errc::shutdown_timeout},
                    {"top/a", errc::child_stuck}});
}

TEST_CASE("who is blamed again and again is in the report once") {
  farewell t;
  t.begin({}, false);
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 20'000; ++i)
      t.blame("top/" + std::to_string(i % (10'000 * (round + 1))),
              round < 2 ? errc::shutdown_timeout : errc::child_stuck);
  const auto all = t.take().report.culprits;
  REQUIRE(all.size() == 20'000);
  for (std::size_t i = 0; i < all.size(); ++i) {
    REQUIRE(all[i].path == "top/" + std::to_string(i));
    REQUIRE(all[i].what == errc::child_stuck);
  }
}

TEST_CASE("a supervisor's culprits are its parent's too") {
  farewell t;
  t.begin({}, false);
  t.add({{"top/s/a", errc::child_stuck}});
  CHECK(t.take().report.culprits == culprits{{"top/s/a", errc::child_stuck}});
}

TEST_CASE("nothing is left of an earlier farewell") {
  farewell t;
  t.begin({}, true);
  t.blame("top/a", errc::child_stuck);
  t.begin({}, false);
  const auto x = t.take();
  CHECK(!x.start_failed);
  CHECK(x.report.culprits.empty());
}

TEST_SUITE_END();
