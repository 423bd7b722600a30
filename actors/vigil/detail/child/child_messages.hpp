#pragma once

#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/detail/child/health_message.hpp>
#include <vigil/detail/state/cell_access.hpp>
#include <vigil/detail/state/child_exit.hpp>
#include <vigil/detail/state/child_uid.hpp>

#include <cstdint>

namespace vigil::detail {

/// What a supervisor tells the host of a child.
struct VIGIL_EXPORT host_command {
  enum class what : std::uint8_t {
    /// Begin an incarnation. Answered by a `child_note`.
    start,
    /// Ask the incarnation to stop.
    stop,
    /// End the incarnation.
    kill,
    /// No start is to be expected: refuse messages.
    park,
    /// End for good.
    forget,
    /// Nobody waits any more; what is in the mailbox goes to the successor.
    abandon,
  };
  what kind;
};

/// What a `child_note` tells.
enum class child_note_kind : std::uint8_t {
  started,
  start_failed,
  ignored,
  exited,
};

/// What a host tells the supervisor of its child. Every `start` is answered by
/// `started`, `start_failed` or `ignored`, every `started` is followed by one
/// `exited`, or by one `ignored` if a restart in place found nothing to run.
struct VIGIL_EXPORT child_note {
  using what = child_note_kind;
  child_uid child;
  std::uint64_t incarnation;
  what kind;
  /// For `exited`, and its `why` for `start_failed`.
  child_exit how;
};

/// Reminds an incarnation of a call that it put off. Names the call instead of
/// holding it, so that user code and what it captured end with the incarnation.
struct VIGIL_EXPORT child_timer {
  std::uint64_t incarnation;
  std::uint64_t call;
  /// How a monitored actor ended.
  caf::error reason;
};

/// Marks the end of the messages that an ended incarnation left behind.
struct VIGIL_EXPORT mailbox_marker {
  std::uint64_t incarnation;
};

/// Asks a child whether it handles messages; answered with `health`.
struct VIGIL_EXPORT liveness_probe {};

/// Returns whether a message is for one incarnation of its receiver and no
/// other.
[[nodiscard]] VIGIL_EXPORT bool
is_for_one_incarnation(compat::mailbox_element& x);

/// Returns whether a message that nobody handles counts as lost: not if it
/// belongs to one incarnation of its receiver, or if the library or CAF made
/// it.
[[nodiscard]] VIGIL_EXPORT bool counts_when_lost(compat::mailbox_element& x);

/// Sends a note about one incarnation of a child to its supervisor.
VIGIL_EXPORT void notify(child_cell& cell, std::uint64_t incarnation,
                         compat::context* ctx, child_note_kind kind);
VIGIL_EXPORT void notify(child_cell& cell, std::uint64_t incarnation,
                         compat::context* ctx, child_note_kind kind,
                         child_exit&& how);

} // namespace vigil::detail

VIGIL_MESSAGE_TYPE(vigil::detail::host_command)
VIGIL_MESSAGE_TYPE(vigil::detail::child_note)
VIGIL_MESSAGE_TYPE(vigil::detail::child_timer)
VIGIL_MESSAGE_TYPE(vigil::detail::mailbox_marker)
VIGIL_MESSAGE_TYPE(vigil::detail::liveness_probe)
