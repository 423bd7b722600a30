#pragma once

#include <vigil/child_state.hpp>
#include <vigil/detail/state/child_exit.hpp>
#include <vigil/detail/state/restart_window.hpp>
#include <vigil/detail/state/shared_spec.hpp>
#include <vigil/failure.hpp>
#include <vigil/internal/decision/action.hpp>
#include <vigil/internal/decision/failure_history.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vigil::detail {

/// What a child's timer is for.
enum class alarm : std::uint8_t {
  start_limit, // its start takes too long
  retry,       // it is due for its next start
  deadline,    // it was asked to stop and should be gone
  grace,       // it was killed and should be gone
};

/// The call that a start answers.
enum class start_call : std::uint8_t { none, start_child, restart_child };

/// Everything the decision core knows of one child.
///
/// What may stand beside what between two inputs of the core; `-` is: not,
/// `any`: may be or not. `flaw` says the same in code.
///
///               stopped     starting    running    stopping    restarting
///   up          any         -           yes        any         any
///   doomed      -           any         any        any         -
///   planned     any         if doomed   if doomed  if doomed   any
///   left_out    not both    -           -          not both    -
///   parked      any         -           -          -           -
///   killed      -           -           -          any         -
///   kept_exit   -           -           any        -           -
///   timer       -           start_limit -          deadline,   retry
///                           or none                grace, none or none
///   start_error -           -           -          if killed   -
///   ailment     -           -           -          if killed   -
///   called_by   if planned  any         -          any         -
///   waiters     -           if doomed   if doomed  any         -
///
/// "Not both": `left_out` only without `planned`. Besides: who is restarting
/// without a timer is `planned`; `up` only with `been_up`; of `start_error` and
/// `ailment` one at most, and no `ailment` without `up`; `call` only with
/// `called_by`; `deadline` only without `killed`, `grace` only with it; a
/// `budget` if the spec wants one.
struct core_child {
  core_child(child_uid uid_, shared_spec spec_, bool dynamic_)
    : uid(uid_), spec(std::move(spec_)), dynamic(dynamic_) {
    // nop
  }

  /// It is forgotten when it has ended for good.
  [[nodiscard]] bool temporary() const noexcept {
    return fleeting || spec->restart == restart_policy::temporary;
  }

  [[nodiscard]] bool active() const noexcept {
    return state == child_state::running || state == child_state::starting
           || state == child_state::stopping;
  }

  /// It runs for all that the core has looked at.
  [[nodiscard]] bool runs() const noexcept {
    return state == child_state::running && kept_exit == 0;
  }

  child_uid uid;
  shared_spec spec;
  /// It came by `start_child`.
  bool dynamic;
  /// Its supervisor keeps no spec of an ended child.
  bool fleeting = false;
  child_state state = child_state::stopped;

  /// It came up at least once.
  bool been_up = false;
  /// Its current incarnation, or the last one, came up.
  bool up = false;
  /// The plan will stop it, and its end is expected until then.
  bool doomed = false;
  /// The plan will start it.
  bool planned = false;
  /// A call stopped it, or did not bring it up, since the group restart began,
  /// which goes on without it.
  bool left_out = false;
  /// It was told to refuse messages.
  bool parked = false;
  /// It was killed and not only asked.
  bool killed = false;

  start_call called_by = start_call::none;
  alarm timer_kind{};
  /// Failures in a row.
  std::uint32_t attempts = 0;
  call_id call = 0;
  /// 0: no timer.
  std::uint64_t timer = 0;
  /// Not 0: it is gone already, and this kept exit is still to be handled.
  std::uint64_t kept_exit = 0;
  time_point up_since{};

  /// Its start is over, but it has to be killed first.
  std::unique_ptr<failure> start_error;
  /// It is being killed because it ran, but did not do its work.
  std::unique_ptr<failure> ailment;
  std::shared_ptr<restart_window> budget;
  /// Calls of `terminate_child` that wait for its end.
  std::vector<call_id> waiters;
  failure_history history;
};

/// Returns the first sentence of the table above that does not hold for `x`, or
/// null. For tests.
[[nodiscard]] const char* flaw(const core_child& x) noexcept;

/// Returns whether the table above holds for `x`. For tests.
[[nodiscard]] bool consistent(const core_child& x) noexcept;

} // namespace vigil::detail
