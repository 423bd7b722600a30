#pragma once

#include <vigil/caf.hpp>
#include <vigil/child_exit.hpp>
#include <vigil/failure.hpp>

VIGIL_MESSAGE_TYPE(vigil::failure)

namespace vigil {

/// Wraps a failure into an error that CAF can carry. The code is that of `errc`
/// if the failure has one, else `errc::unspecified`; the failure itself travels
/// along, inside one process.
[[nodiscard]] caf::error to_caf(const failure& x);

/// Returns the failure that `to_caf` wrapped, with nothing lost; for errors of
/// others a failure `errc::exited` with the text of the error. CAF's own
/// `kill`, `unreachable`, `request_timeout` and `request_receiver_down` become
/// `errc::killed`, `unreachable`, `timeout` and `child_stopped`.
[[nodiscard]] failure to_failure(const caf::error& x);

/// Tells how an actor ended that has this exit reason. OTP's `normal` is CAF's
/// empty error, OTP's `shutdown` is `caf::exit_reason::user_shutdown`.
[[nodiscard]] exit_kind exit_kind_of(const caf::error& reason);

/// Tells how an actor ended that has this exit reason, and why.
[[nodiscard]] child_exit exit_of(const caf::error& reason);

/// Finds `errc` by argument-dependent look-up wherever CAF wants an error.
[[nodiscard]] caf::error make_error(errc code);

} // namespace vigil
