#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/blocking_actor.hpp>
#include <caf/scheduled_actor.hpp>

#include <functional>

namespace vigil::compat {

/// Closes the mailbox of an actor and shows `f` all messages that were in it.
VIGIL_EXPORT void drain_mailbox(caf::scheduled_actor& self,
                                const std::function<void(mailbox_element&)>& f);

/// The same for an actor that blocks.
VIGIL_EXPORT void drain_mailbox(caf::blocking_actor& self,
                                const std::function<void(mailbox_element&)>& f);

} // namespace vigil::compat
