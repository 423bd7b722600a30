#include <vigil/detail/task/task_base.hpp>
#include <vigil/internal/child/slot.hpp>
#include <vigil/internal/pool/pool_front.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

// The tables in slot.hpp, pool_front.hpp and task_base.hpp: each sentence,
// broken alone.

using vigil::detail::pool_front;
using vigil::detail::slot;
using vigil::detail::task_base;

namespace {

slot::books in(slot::mode x) {
  slot::books result;
  result.mode = x;
  if (x == slot::mode::serving) {
    result.incarnation = 1;
    result.alive = result.current = true;
  }
  return result;
}

/// Sets something in the books of a slot in each mode, and returns in which
/// that may be.
template <class F>
std::string slots(F set) {
  std::string result;
  for (const auto& [mode, name] : {std::pair{slot::mode::holding, "holding"},
                                   {slot::mode::serving, "serving"},
                                   {slot::mode::refusing, "refusing"}}) {
    auto x = in(mode);
    set(x);
    if (slot::flaw(x) == nullptr)
      result += (result.empty() ? "" : " ") + std::string{name};
  }
  return result;
}

/// The same for a task in each phase.
template <class F>
std::string tasks(F set) {
  using phase = task_base::phase;
  std::string result;
  for (const auto& [at, name] : {std::pair{phase::queued, "queued"},
                                 {phase::running, "running"},
                                 {phase::waiting, "waiting"},
                                 {phase::over, "over"}}) {
    task_base::books x;
    x.phase = at;
    x.incarnation = at == phase::running || at == phase::waiting;
    set(x);
    if (task_base::flaw(x) == nullptr)
      result += (result.empty() ? "" : " ") + std::string{name};
  }
  return result;
}

} // namespace

TEST_CASE("a slot may be in every mode with nothing else set") {
  CHECK(slots([](auto&) {}) == "holding serving refusing");
}

TEST_CASE("each thing that a slot holds belongs to some modes") {
  CHECK(slots([](auto& x) { x.incarnation = 0; }) == "holding refusing");
  CHECK(slots([](auto& x) { x.incarnation = 2; })
        == "holding serving refusing");
  CHECK(slots([](auto& x) { x.alive = false; }) == "holding refusing");
  CHECK(slots([](auto& x) { x.alive = true; }) == "serving");
  CHECK(slots([](auto& x) {
          x.incarnation = 2;
          x.alive = true;
        })
        == "holding serving refusing");
  CHECK(slots([](auto& x) { x.current = false; }) == "holding refusing");
  CHECK(slots([](auto& x) {
          x.incarnation = 2;
          x.alive = x.current = true;
        })
        == "holding serving");
  CHECK(slots([](auto& x) { x.waiting = 1; }) == "holding");
  CHECK(slots([](auto& x) { x.passing = true; }) == "");
  CHECK(slots([](auto& x) { x.foreign = true; }) == "serving");
}

TEST_CASE("what the members of a pool are is what the pool knows of them") {
  auto flaw = [](auto set) {
    pool_front::books x{
      .not_parked = 3, .idle = 1, .listed = 2, .expected = 3, .in_list = 2};
    set(x);
    const auto* text = pool_front::flaw(x);
    return std::string{text != nullptr ? text : ""};
  };
  CHECK(flaw([](auto&) {}) == "");
  CHECK(flaw([](auto& x) { x.parked_and_up = 1; }) == "parked: not up");
  CHECK(flaw([](auto& x) { x.up_without_handle = 1; }) == "up: a handle");
  CHECK(flaw([](auto& x) { x.idle_unlisted = 1; }) == "idle: listed");
  CHECK(flaw([](auto& x) { x.skips_for_nothing = 1; }) == "skips: given");
  CHECK(flaw([](auto& x) { x.awaited_for_nothing = 1; }) == "awaited: given");
  CHECK(flaw([](auto& x) { x.in_list = 3; }) == "listed: in the list, once");
  CHECK(flaw([](auto& x) { x.expected = 2; })
        == "expected: all that are not parked");
  CHECK(flaw([](auto& x) { x.waiting = 1; }) == "waiting: nobody is idle");
  CHECK(flaw([](auto& x) {
          x.waiting = 1;
          x.idle = 0;
        })
        == "");
  CHECK(flaw([](auto& x) {
          x.waiting = 1;
          x.expected = x.not_parked = 0;
        })
        == "waiting: somebody is expected");
}

TEST_CASE("a task may be in every phase with nothing else set") {
  CHECK(tasks([](auto&) {}) == "queued running waiting over");
}

TEST_CASE("each thing that a task holds belongs to some phases") {
  CHECK(tasks([](auto& x) { x.incarnation = false; }) == "queued over");
  CHECK(tasks([](auto& x) { x.incarnation = true; })
        == "queued running waiting over");
  CHECK(tasks([](auto& x) { x.stopping = true; }) == "running over");
  CHECK(tasks([](auto& x) { x.stopping = x.polite = true; })
        == "running waiting over");
  CHECK(tasks([](auto& x) { x.killed = true; }) == "");
  CHECK(tasks([](auto& x) { x.killed = x.stopping = x.polite = true; })
        == "running over");
  CHECK(tasks([](auto& x) { x.kept = true; }) == "running over");
  CHECK(tasks([](auto& x) { x.claimed = true; }) == "");
  CHECK(tasks([](auto& x) { x.claimed = x.answered = true; }) == "over");
  CHECK(tasks([](auto& x) {
          x.claimed = x.answered = x.killed = x.stopping = true;
        })
        == "running over");
  CHECK(tasks([](auto& x) { x.let_go = true; }) == "over");
  CHECK(tasks([](auto& x) { x.linked = true; })
        == "queued running waiting over");
  CHECK(tasks([](auto& x) { x.tie = true; }) == "");
  CHECK(tasks([](auto& x) { x.tie = x.linked = true; })
        == "queued running waiting over");
  CHECK(tasks([](auto& x) { x.listeners = true; })
        == "queued running waiting over");
  CHECK(tasks([](auto& x) { x.listeners = x.claimed = x.answered = true; })
        == "");
}
