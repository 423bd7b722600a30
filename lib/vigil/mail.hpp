#pragma once

#include <vigil/detail/caf/caf_mail.hpp>

#include <utility>

namespace vigil {

/// Sends and asks, spelled the same for each CAF. In CAF 1.x it is
/// `self->mail(xs...)`, and in CAF 0.17 `self->send(to, xs...)` and its like:
///
/// - `send(to)` sends a message;
/// - `request(to, timeout)` asks, and goes on with `then`, `await` or, in a
///   blocking actor, `receive`;
/// - `delegate(to)`, which a handler returns, has somebody else answer.
///
/// `self` is the pointer of an actor, or a `caf::scoped_actor`. Only for the
/// thread that runs it.
template <class Self, class... Ts>
[[nodiscard]] auto mail(const Self& self, Ts&&... xs) {
  return compat::mail(self, std::forward<Ts>(xs)...);
}

/// `anon_mail(xs...).send(to)` sends a message of nobody, from any thread.
template <class... Ts>
[[nodiscard]] auto anon_mail(Ts&&... xs) {
  return compat::anon_mail(std::forward<Ts>(xs)...);
}

} // namespace vigil
