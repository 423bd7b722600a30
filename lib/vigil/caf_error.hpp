#pragma once

#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/exit_kind.hpp>
#include <vigil/failure.hpp>

#include <system_error>

namespace vigil {

/// Wraps a failure into an error that CAF can carry. The code is that of `errc`
/// if the failure has one, else `errc::unspecified`; the failure itself travels
/// along, to another process only if both actor systems know the type: see
/// `add_message_types`.
[[nodiscard]] VIGIL_EXPORT caf::error to_caf(const failure& x);

/// Lets failures cross the border of a process with code, text, path and
/// causes. To be called for the configuration of each actor system that talks
/// to another one about actors of vigil, before it is made; else CAF says
/// `cannot serialize message`, and whoever asked gets no answer. `vigil::run`
/// has done it.
VIGIL_EXPORT void add_message_types(caf::actor_system_config& cfg);

/// Makes codes of that category the same after they crossed the border of a
/// process: to be called on the side that compares them. The category has to
/// live as long as the process. Thread-safe.
VIGIL_EXPORT void add_error_category(const std::error_category& x);

/// Returns the failure that `to_caf` wrapped, with nothing lost; for errors of
/// others a failure `errc::exited` with the text of the error. CAF's own
/// `kill`, `unreachable`, `request_timeout`, `request_receiver_down` and
/// `broken_promise` become `errc::killed`, `unreachable`, `timeout`,
/// `child_stopped` and `promise_broken`.
[[nodiscard]] VIGIL_EXPORT failure to_failure(const caf::error& x);

/// Tells how an actor ended that has this exit reason. OTP's `normal` is CAF's
/// empty error, OTP's `shutdown` is `caf::exit_reason::user_shutdown`.
[[nodiscard]] VIGIL_EXPORT exit_kind exit_kind_of(const caf::error& reason);

/// Finds `errc` by argument-dependent look-up wherever CAF wants an error.
[[nodiscard]] VIGIL_EXPORT caf::error make_error(errc code);

} // namespace vigil
