#pragma once

#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/child/guarded_handler.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/detail/child/running.hpp>

#include <type_traits>
#include <utility>

namespace vigil {

/// Makes the behavior of an actor function from handlers that may return
/// `vigil::outcome<T>`: a value is the reply, an error is the reply, a fault is
/// the reply and restarts the child. `T` is what the interface says.
///
/// Other handlers may stand beside them; for those that return a value, void, a
/// `caf::result` or a `vigil::promise`, exceptions are caught right here, which
/// costs less than catching them further up. Without a supervisor a fault ends
/// the actor. A handler that is a null function fails the start.
///
/// Returns `self`'s behavior type: `caf::behavior` or a typed one.
template <class Self, class... Fs>
[[nodiscard]] auto behavior(Self* self, Fs... fs) {
  static_assert((detail::has_call_operator<Fs> && ...),
                "vigil: behavior(self, ...) takes handlers with known "
                "parameters; give the parameters of a generic lambda their "
                "types");
  auto* context = detail::context_of(*self);
  // Found now and not with the first message.
  if ((detail::is_null(fs) || ...))
    detail::raise_fault(*self, context,
                        {errc::null_handle, "a handler of behavior is null"});
  using result_type = compat::behavior_of<Self>;
  return result_type{detail::guard_handler(self, context, std::move(fs))...};
}

} // namespace vigil
