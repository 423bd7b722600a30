#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/blocking_actor.hpp>
#include <caf/mixin/subscriber.hpp>
#include <caf/scheduled_actor.hpp>

#include <functional>
#include <type_traits>

namespace vigil::compat {

template <class F>
constexpr bool is_caf_cleanup(F) {
  return std::is_same_v<F,
                        bool (caf::scheduled_actor::*)(caf::error&&, context*)>;
}

template <class B, class S>
constexpr bool
is_caf_cleanup(bool (caf::mixin::subscriber<B, S>::*)(caf::error&&, context*)) {
  return true;
}

/// Whether an actor class ends as CAF's do: one of the user's may have an end
/// of its own.
template <class Base>
inline constexpr bool ends_as_usual_v = [] {
  if constexpr (requires { &Base::cleanup; })
    return is_caf_cleanup(&Base::cleanup);
  else
    return false;
}();

/// Closes the mailbox of an actor and shows `f` all messages that were in it.
VIGIL_EXPORT void drain_mailbox(caf::scheduled_actor& self,
                                const std::function<void(mailbox_element&)>& f);

/// The same for an actor that blocks.
VIGIL_EXPORT void drain_mailbox(caf::blocking_actor& self,
                                const std::function<void(mailbox_element&)>& f);

} // namespace vigil::compat
