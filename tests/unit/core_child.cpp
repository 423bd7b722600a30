#include "core_parts.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string_view>
#include <utility>

// The table in core_child.hpp: each sentence of it, broken alone.

using vigil::child_state;
using vigil::errc;
using vigil::failure;
using vigil::detail::alarm;
using vigil::detail::consistent;
using vigil::detail::core_child;
using vigil::detail::start_call;

namespace {

core_child in(child_state state,
              vigil::child_spec spec = core_parts::spec("a")) {
  core_child x{1, std::move(spec), false};
  x.state = state;
  if (state == child_state::running)
    x.been_up = x.up = true;
  if (state == child_state::restarting) {
    x.timer = 1;
    x.timer_kind = alarm::retry;
  }
  return x;
}

std::string_view flaw_of(const core_child& x) {
  const auto* result = vigil::detail::flaw(x);
  return result == nullptr ? "" : result;
}

constexpr child_state all[]
  = {child_state::stopped, child_state::starting, child_state::running,
     child_state::restarting, child_state::stopping};

/// Sets something in a child of each state, and returns in which that may be.
template <class F>
std::string legal(F set) {
  std::string result;
  for (const auto state : all) {
    auto x = in(state);
    set(x);
    if (consistent(x))
      result += (result.empty() ? "" : " ") + std::string{to_string(state)};
  }
  return result;
}

} // namespace

TEST_SUITE_BEGIN("decision core: a child's books");

TEST_CASE("a child may be in every state with nothing else set") {
  CHECK(legal([](auto&) {}) == "stopped starting running restarting stopping");
}

TEST_CASE("each mark of a child belongs to some states") {
  CHECK(legal([](auto& x) { x.up = x.been_up = true; })
        == "stopped running restarting stopping");
  CHECK(legal([](auto& x) { x.up = false; })
        == "stopped starting restarting stopping");
  CHECK(legal([](auto& x) { x.doomed = true; }) == "starting running stopping");
  CHECK(legal([](auto& x) { x.planned = true; }) == "stopped restarting");
  CHECK(legal([](auto& x) { x.planned = x.doomed = true; })
        == "starting running stopping");
  CHECK(legal([](auto& x) { x.left_out = true; }) == "stopped stopping");
  CHECK(legal([](auto& x) { x.left_out = x.planned = x.doomed = true; }) == "");
  CHECK(legal([](auto& x) { x.parked = true; }) == "stopped");
  CHECK(legal([](auto& x) { x.killed = true; }) == "stopping");
  CHECK(legal([](auto& x) { x.kept_exit = 1; }) == "running");
  CHECK(legal([](auto& x) { x.waiters.push_back(1); }) == "stopping");
  CHECK(legal([](auto& x) {
          x.waiters.push_back(1);
          x.doomed = true;
        })
        == "starting running stopping");
}

TEST_CASE("each timer of a child belongs to one state") {
  auto with = [](vigil::detail::alarm kind) {
    return legal([kind](auto& x) {
      x.timer = 7;
      x.timer_kind = kind;
    });
  };
  CHECK(with(alarm::start_limit) == "starting");
  CHECK(with(alarm::retry) == "restarting");
  CHECK(with(alarm::deadline) == "stopping");
  CHECK(with(alarm::grace) == "");
  auto killed = in(child_state::stopping);
  killed.killed = true;
  killed.timer = 7;
  killed.timer_kind = alarm::grace;
  CHECK(consistent(killed));
  killed.timer_kind = alarm::deadline;
  CHECK(flaw_of(killed) == "timer: of the right kind");
}

TEST_CASE("a child that restarts has a timer or a plan") {
  auto x = in(child_state::restarting);
  x.timer = 0;
  CHECK(flaw_of(x) == "restarting: timer or planned");
  x.planned = true;
  CHECK(consistent(x));
}

TEST_CASE("why a child is killed is known of killed ones only, once") {
  auto x = in(child_state::stopping);
  x.start_error = std::make_unique<failure>(failure{errc::start_timeout});
  CHECK(flaw_of(x) == "start_error: stopping, killed");
  x.killed = true;
  CHECK(consistent(x));
  x.ailment = std::make_unique<failure>(failure{errc::unhealthy});
  CHECK(flaw_of(x) == "ailment: stopping, killed, up");
  x.been_up = x.up = true;
  CHECK(flaw_of(x) == "not both start_error and ailment");
  x.start_error.reset();
  CHECK(consistent(x));
}

TEST_CASE("a call for a start waits for it") {
  CHECK(legal([](auto& x) { x.called_by = start_call::restart_child; })
        == "starting stopping");
  CHECK(legal([](auto& x) { x.call = 3; }) == "");
  auto x = in(child_state::stopped);
  x.called_by = start_call::restart_child;
  x.call = 3;
  x.planned = true;
  CHECK(consistent(x));
}

TEST_CASE("what a child has come to fits its past and its spec") {
  auto x = in(child_state::stopped);
  x.up = true;
  CHECK(flaw_of(x) == "up: it has been up");
  x.been_up = true;
  CHECK(consistent(x));
  auto limited = core_parts::spec("a");
  limited.intensity = vigil::restart_intensity{};
  CHECK(flaw_of(in(child_state::stopped, limited))
        == "budget: the spec wants one");
}

TEST_SUITE_END();
