#include "core_harness.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

using namespace std::chrono_literals;
using vigil::detail::child_uid;
using vigil::detail::decision_core;
namespace action = vigil::detail::action;

namespace {

constexpr child_uid many = 100'000;

/// An owner whose children start and stop at once.
struct obedient_owner {
  explicit obedient_owner(vigil::restart_strategy strategy)
    : core(
      {"top", strategy, {9, 1h}, vigil::auto_shutdown::never}, "top",
      std::make_shared<vigil::restart_window>(vigil::restart_intensity{9, 1h}),
      [] { return 0.5; }) {
    for (child_uid i = 1; i <= many; ++i)
      core.add_child(core_harness::spec(std::to_string(i)));
  }

  void run() {
    for (auto all = core.take_actions(); !all.empty();
         all = core.take_actions())
      for (const auto& x : all)
        carry_out(x);
  }

  void carry_out(const vigil::detail::action_t& x) {
    ++actions;
    if (const auto* start = std::get_if<action::start_child>(&x))
      core.started(start->child, now);
    else if (const auto* stop = std::get_if<action::stop_child>(&x))
      core.exited(stop->child, {vigil::exit_kind::shutdown, {}, false, {}},
                  now);
  }

  vigil::time_point now{1h};
  decision_core core;
  std::uint64_t actions = 0;
};

} // namespace

TEST_SUITE_BEGIN("decision core: scale (S87, S89)");

TEST_CASE("a hundred thousand children start, end and stop in linear time") {
  obedient_owner t{vigil::one_for_one};
  t.core.start(t.now);
  t.run();
  CHECK(t.actions == many + 1);
  for (child_uid i = 1; i <= many; ++i)
    t.core.terminate_child(0, std::to_string(i), t.now);
  t.run();
  CHECK(t.core.find("77")->state == vigil::child_state::stopped);
  for (child_uid i = 1; i <= many; ++i)
    t.core.restart_child(0, std::to_string(i), t.now);
  t.run();
  t.core.stop({}, false, t.now);
  t.run();
  CHECK(t.core.down());
}

TEST_CASE("a hundred thousand children come and go at run time") {
  obedient_owner t{vigil::one_for_one};
  t.core.start(t.now);
  t.run();
  for (child_uid i = 1; i <= many; ++i)
    t.core.start_child(i, core_harness::temporary('t' + std::to_string(i)),
                       t.now);
  t.run();
  CHECK(t.core.children().size() == 2 * many);
  for (child_uid i = 1; i <= many; ++i)
    t.core.exited(many + i, {}, t.now);
  t.run();
  CHECK(t.core.children().size() == many);
}

TEST_CASE("a hundred thousand children restart as one group") {
  obedient_owner t{vigil::one_for_all};
  t.core.start(t.now);
  t.run();
  t.actions = 0;
  t.core.exited(many / 2, {}, t.now);
  t.run();
  CHECK(t.actions == 2 * many);
  CHECK(t.core.children().back().state == vigil::child_state::running);
}

TEST_SUITE_END();
