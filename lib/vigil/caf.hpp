#pragma once

/// The one seam between vigil and the versions of CAF. No other file of the
/// library tests a CAF version, and what differs between versions belongs here;
/// each version has files of its own that define the same names in
/// `vigil::compat`:
///
/// - `typed_actor<caf::result<Out...>(In...)...>`: interfaces, one spelling;
/// - `handle_fits_v<From, To>`: whether one handle can stand for another;
/// - `context`, `mailbox_element`, `element_ptr`: what runs and carries;
/// - `tracked`: a message that tells when it is gone;
/// - `control<Base>`: a base for actors that see each message first and may
///   outlive their own end, which is what hosts are made of;
/// - `forwarder`: a base for handles that pass messages on;
/// - `spawn_hidden`, `spawn_lazy`, `make_forwarder`: making actors;
/// - `send_urgent`, `send_normal`, `send_exit`, `reply`,
///   `reply_error`, `request_timeout`: messages;
/// - `timers`, `timer`: messages that come later;
/// - `takes_v`, `request_then`, `then_within`: requests and answers;
/// - `kind_of`, `kind_name`: which message that is, for people;
/// - `job`, `is_scheduler_thread`: work for the scheduler that is no actor;
/// - `requester`, `take_requester`, `readdress`, `answer`, `refuse`,
///   `make_request`, `copy_content`, `error_in`: standing between a requester
///   and who answers;
/// - `answer_relay`, `answer_through`, `answer_stage`, `answer_oneself`: whose
///   answer it is;
/// - `life_links`: links of what an actor outlives;
/// - `own_message`, `own_messages`, `mark_own`: messages of an actor to itself,
///   and which incarnation of it sent them;
/// - `watch`, `monitor`, `end_probe`: a hook on an actor's end, and a look at
///   it;
/// - `telling<Base>`: an actor that tells of ends of what it stands
///   for;
/// - `scheduler_workers`: how many threads run actors;
/// - `make_error`, `is_ours`, `error_payload`: errors;
/// - `announce_types`: what errors carry to another process;
/// - `test_driver`: virtual time.

// CAF_VERSION is not to be trusted: 1.0 and 1.1 spell it as an octal literal.
#include <caf/config.hpp>

#if CAF_MAJOR_VERSION == 0 && CAF_MINOR_VERSION == 17
// NOLINTNEXTLINE(bugprone-macro-parentheses): the name of a header
#  define VIGIL_CAF_IO_FILES <vigil/detail/caf/caf_0_17_io.hpp>
#  include <vigil/detail/caf/caf_0_17.hpp>
#  include <vigil/detail/caf/caf_0_17_control.hpp>
#  include <vigil/detail/caf/caf_0_17_job.hpp>
#  include <vigil/detail/caf/caf_0_17_link.hpp>
#  include <vigil/detail/caf/caf_0_17_message.hpp>
#  include <vigil/detail/caf/caf_0_17_relay.hpp>
#  include <vigil/detail/caf/caf_0_17_request.hpp>
#  include <vigil/detail/caf/caf_0_17_self.hpp>
#  include <vigil/detail/caf/caf_0_17_spawn.hpp>
#  include <vigil/detail/caf/caf_0_17_tell.hpp>
#  include <vigil/detail/caf/caf_0_17_timer.hpp>
#  include <vigil/detail/caf/caf_0_17_wire.hpp>
#else
#  error "vigil needs CAF 0.17.x (such as Debian's libcaf-dev)"
#endif

namespace vigil {

using compat::typed_actor;

} // namespace vigil
