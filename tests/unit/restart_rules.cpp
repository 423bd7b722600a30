#include "core_parts.hpp"

#include <vigil/internal/decision/restart_rules.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <utility>

using namespace std::chrono_literals;
using vigil::errc;
using vigil::failure;
using vigil::restart_intensity;
using vigil::restart_window;
using vigil::time_point;
using vigil::detail::core_child;
using vigil::detail::restart_rules;

namespace {

constexpr time_point now{1h};

struct one_child {
  explicit one_child(vigil::child_spec spec = core_parts::spec("a"))
    : a(1, std::move(spec), false) {
    // nop
  }

  std::shared_ptr<restart_window> window
    = std::make_shared<restart_window>(restart_intensity{1, 1h});
  restart_rules rules{window, [] {
                        return 0.5;
                      }};
  core_child a;
};

} // namespace

TEST_SUITE_BEGIN("decision core: the rules of restarts");

TEST_CASE("the supervisor's budget refuses when it is spent") {
  one_child t;
  CHECK(t.rules.refusal(t.a, now) == nullptr);
  CHECK(t.rules.refusal(t.a, now) == &t.window->limit());
  t.rules.clear();
  CHECK(t.rules.refusal(t.a, now) == nullptr);
}

TEST_CASE("the child's budget is asked first") {
  one_child t;
  t.a.budget = std::make_shared<restart_window>(restart_intensity{0, 1h});
  CHECK(t.rules.refusal(t.a, now) == &t.a.budget->limit());
  CHECK(t.window->used(now) == 0);
}

TEST_CASE("without a backoff the next start is at once") {
  one_child t;
  CHECK(t.rules.delay(t.a) == vigil::duration::zero());
}

TEST_CASE("a child waits longer with each failure in a row") {
  auto spec = core_parts::spec("a");
  spec.backoff = vigil::exponential(1s, 60s).reset_after(10s);
  one_child t{spec};
  t.a.up_since = now;
  t.rules.count_end(t.a, now);
  const auto first = t.rules.delay(t.a);
  t.rules.count_failed_start(t.a);
  CHECK(t.a.attempts == 2);
  CHECK(t.rules.delay(t.a) > first);
  t.rules.count_end(t.a, vigil::detail::time_after(now, 11s));
  CHECK(t.a.attempts == 1);
  CHECK(t.rules.delay(t.a) == first);
}

TEST_CASE("the count of failures in a row does not start anew by itself") {
  one_child t;
  t.a.attempts = std::numeric_limits<std::uint32_t>::max();
  t.rules.count_failed_start(t.a);
  CHECK(t.a.attempts == std::numeric_limits<std::uint32_t>::max());
}

TEST_CASE("the last five failures are remembered, newest first") {
  one_child t;
  for (auto text : {"1", "2", "3", "4", "5", "6"})
    t.rules.remember(t.a, failure{errc::exception, text});
  const auto lines = t.a.history.lines();
  REQUIRE(lines.size() == 5);
  CHECK(lines.front().find('6') != std::string::npos);
  CHECK(lines.back().find('2') != std::string::npos);
}

TEST_CASE("what a host dealt with comes before the end it tells of") {
  one_child t;
  t.a.history.replace({"old"});
  auto how = vigil::detail::abnormal({errc::exception, "last"});
  how.earlier = {"second", "first"};
  t.rules.remember_end(t.a, vigil::failure{how.why}, how);
  const auto lines = t.a.history.lines();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].find("last") != std::string::npos);
  CHECK(lines[1] == "second");
}

TEST_CASE("of a clean end no advice is remembered") {
  one_child t;
  vigil::detail::child_exit how;
  t.rules.remember_end(t.a, failure{errc::exited, "it ended, do this"}, how);
  CHECK(t.a.history.lines().front().find("do this") == std::string::npos);
}

TEST_SUITE_END();
