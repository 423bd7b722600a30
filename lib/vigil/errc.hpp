#pragma once

#include <vigil/detail/base/language.hpp>

#include <string>
#include <system_error>

namespace vigil {

/// Every failure that the library itself reports. The values are stable: new
/// ones are appended, none is reused.
///
/// An `errc` converts to `std::error_code` (category `"vigil"`), so it compares
/// with `failure::code` directly.
enum class errc {
  /// A child or supervisor has an empty id.
  empty_id = 1,
  /// An id holds what a path cannot hold: `/` or a control character.
  invalid_id,
  /// Two children of one supervisor have the same id. OTP:
  /// `duplicate_child_name`.
  duplicate_id,
  /// Intensity above zero needs a period above zero. OTP: `invalid_period`.
  zero_period,
  /// A delay, deadline, period or timeout is negative.
  negative_delay,
  /// A number is outside its range, such as a jitter above 1.
  out_of_range,
  /// Two settings contradict each other. OTP: `bad_combination`.
  bad_combination,
  /// A factory returned a null handle.
  null_handle,
  /// The supervisor has no child of that id or path. OTP: `not_found`.
  not_found,
  /// The child is there, but its handle is of another type.
  wrong_handle_type,
  /// A child of that id is running. OTP: `already_started`.
  already_started,
  /// A child of that id is known but not running. OTP: `already_present`.
  already_present,
  /// The call needs a child that is not running. OTP: `running`.
  child_running,
  /// The call needs a child that is not about to restart. OTP: `restarting`.
  child_restarting,
  /// The supervisor is stopping and starts nothing any more.
  supervisor_stopping,
  /// The supervisor is not running. OTP: `noproc`.
  supervisor_down,
  /// A child did not start; the cause says why. OTP: `failed_to_start_child`.
  start_failed,
  /// A child did not finish its start within its start timeout.
  start_timeout,
  /// A child's start said that there is nothing to run. OTP: `ignore`.
  ignored,
  /// An actor function, constructor or handler threw; the message is `what()`.
  exception,
  /// A child quit with a reason of its own; the message renders it.
  exited,
  /// A child was killed by an exit message. OTP: `killed`.
  killed,
  /// A child vanished because nobody held a handle to it.
  unreachable,
  /// The restart budget is spent. OTP: `reached_max_restart_intensity`.
  restart_limit_reached,
  /// A child did not stop within its deadline and was killed.
  shutdown_timeout,
  /// A child did not even react to the kill and was left behind.
  child_stuck,
  /// A blocking call did not get its answer in time.
  timeout,
  /// The child is stopped, so it takes no messages.
  child_stopped,
  /// The message was in the mailbox of an incarnation that ended.
  message_lost,
  /// The incarnation that owed this answer ended before it gave it.
  promise_broken,
  /// More messages came during a restart than the gap queue holds.
  gap_queue_full,
  /// A plain value without a code of its own, as in `fault("text")`.
  unspecified,
  /// The dynamic supervisor has as many children as it may have.
  max_children,
  /// A child failed its health check; the message says how.
  unhealthy,
  /// All members of a pool are busy, and its queue is full.
  overloaded,
  /// Another call of the same kind is under way.
  in_progress,
  /// The call would block a thread that runs actors, or wait for itself.
  would_block,
  /// The result of the task was taken before; there is only one.
  result_taken,
  /// A circuit breaker refused the call; `failure::retry_after` says for how
  /// long.
  breaker_open,
  /// A bulkhead had no room for the call, nor in its queue, nor in time.
  bulkhead_full,
  /// A rate limiter refused the call; `failure::retry_after` says for how long.
  rate_limited,
  /// All attempts of a retry failed; the cause is the last failure.
  retries_exhausted,
  /// The process uses more of a resource than its guard allows; the message
  /// says of which, how much, and what the limit is.
  resource_exhausted,
  /// CAF was not told of vigil's types before the actor system was made: see
  /// `vigil::prepare`.
  not_prepared,
};

/// Returns the category of `errc`; its name is `"vigil"`. Thread-safe.
[[nodiscard]] VIGIL_EXPORT const std::error_category& vigil_category() noexcept;

/// Makes `errc` usable wherever a `std::error_code` is expected.
[[nodiscard]] VIGIL_EXPORT std::error_code make_error_code(errc code) noexcept;

/// Returns the name of the enumerator, such as `"restart_limit_reached"`, or
/// `"unknown"` for a value that is none.
[[nodiscard]] VIGIL_EXPORT std::string to_string(errc code);

} // namespace vigil

template <>
struct std::is_error_code_enum<vigil::errc> : std::true_type {};
