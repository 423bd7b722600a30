#pragma once

#include <vigil/exit_kind.hpp>
#include <vigil/failure.hpp>
#include <vigil/health.hpp>
#include <vigil/resource.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigil {

/// What can happen in a tree.
enum class event_type : std::uint8_t {
  /// A child came up (first start or a start by call).
  child_started,
  /// A child did not start.
  start_failed,
  /// A child ended by itself, a supervisor below the root too; `why` says how.
  child_exited,
  /// A restart is decided and will happen after `after`.
  child_restarting,
  /// A child is up again, in place or as a new actor.
  child_restarted,
  /// A child was stopped by its supervisor.
  child_stopped,
  /// A child did not stop within its deadline and was killed.
  child_killed,
  /// A child did not even react to the kill and was left behind.
  child_left_behind,
  /// A child and its spec are gone.
  child_removed,
  /// A supervisor and all of its static children are up.
  supervisor_started,
  /// The restart budget of a supervisor is spent; `why` has the chain.
  gave_up,
  /// A supervisor and all of its children are down.
  supervisor_stopped,
  /// Messages died with an incarnation, or were refused by a child that does
  /// not run; `count` says how many.
  messages_lost,
  /// A health check changed its mind; `status` is the news, and `why` says
  /// what was wrong if it is bad.
  health_changed,
  /// A resource guard saw a resource enter another level; `resource` has the
  /// numbers, and `why` says them in words unless the level is normal.
  resource_changed,
};

[[nodiscard]] VIGIL_EXPORT std::string_view to_string(event_type x) noexcept;

/// One thing that happened in a tree. A plain value.
struct VIGIL_EXPORT event {
  event_type type{};
  /// When, on the clock of the actor system.
  time_point time{};
  /// The child or supervisor concerned, from the root's id on.
  std::string path{};
  /// The incarnation that this is about, which may have ended by now: of a
  /// child, or of a supervisor below the root. 0 for the root, which has one.
  std::uint64_t incarnation = 0;
  /// How an ended child ended.
  exit_kind exit = exit_kind::normal;
  /// Why, where there is a why.
  std::optional<failure> why{};
  /// When a restart is due, from now.
  duration after{};
  /// How many messages.
  std::uint64_t count = 0;
  /// What a health check says.
  health status = health::unknown;
  /// What a resource guard read.
  std::optional<resource_reading> resource{};
};

/// Returns one line without the time.
[[nodiscard]] VIGIL_EXPORT std::string to_string(const event& x);

} // namespace vigil
