#pragma once

#include <vigil/backoff.hpp>
#include <vigil/count.hpp>
#include <vigil/failure.hpp>
#include <vigil/health.hpp>
#include <vigil/policy.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace vigil {

/// Says what a new incarnation of a child is made of.
enum class child_placement : std::uint8_t {
  /// Event-driven actor functions restart in place; all others respawn.
  automatic,
  /// Each incarnation is a new CAF actor behind a stable handle.
  respawn,
  /// As `respawn`, and each incarnation has a thread of its own.
  detached,
};

/// Everything a supervisor has to know of a child except how to make it: OTP's
/// child specification, with the defaults filled in.
///
/// Builders (`vigil::child`) fill it; `check` tells what is wrong with it.
struct VIGIL_EXPORT child_spec {
  /// Names the child among its siblings.
  std::string id;

  child_kind kind = child_kind::worker;

  restart_policy restart = restart_policy::permanent;

  /// OTP: 5 s for workers, infinity for supervisors.
  shutdown_policy shutdown = std::chrono::seconds{5};

  /// Counts for the supervisor's `auto_shutdown`.
  bool significant = false;

  /// Delays automatic restarts.
  vigil::backoff backoff;

  /// A budget of the child's own, beside that of its supervisor.
  std::optional<restart_intensity> intensity;

  /// Ends a start that takes longer; without it a start may take for ever.
  std::optional<any_duration> start_timeout;

  /// Refines which ends of a transient or temporary child are abnormal: an end
  /// for which it returns false counts as clean. Runs in the child's or in the
  /// supervisor's thread; an exception from it counts as true.
  std::function<bool(const failure&)> restart_when;

  /// Names a setting whose function is null, if there is one: it was given, so
  /// it cannot just be left out.
  const char* null_function = nullptr;

  mailbox_policy mailbox = mailbox_policy::keep;

  child_placement placement = child_placement::automatic;

  /// How many messages wait in the gap between two incarnations of a respawned
  /// child; more are refused with `errc::gap_queue_full`. 0 refuses all.
  any_count gap_queue = 1024;

  /// Has the supervisor look whether it does its work.
  std::optional<health_policy> health;
};

/// Everything a supervisor has to know of itself. OTP: supervisor flags.
struct VIGIL_EXPORT supervisor_spec {
  /// Names the supervisor in its parent and in paths.
  std::string id;

  restart_strategy strategy = restart_strategy::one_for_one;

  restart_intensity intensity;

  vigil::auto_shutdown auto_shutdown = vigil::auto_shutdown::never;

  /// Children come and go: those that ended for good are forgotten, whatever
  /// their restart policy, and all stop at once. For `one_for_one` without
  /// static children. Elixir: `DynamicSupervisor`.
  bool dynamic = false;

  /// How many children there may be, restarting ones included; for `dynamic`.
  any_count max_children = unlimited;
};

/// Returns what is wrong with `spec`, or nothing. `path` names the child in the
/// failure; `parent` is the supervisor it is meant for.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check(const child_spec& spec, const supervisor_spec& parent,
      const std::string& path);

/// Returns what is wrong with `spec`, or nothing.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check(const supervisor_spec& spec, const std::string& path);

} // namespace vigil
