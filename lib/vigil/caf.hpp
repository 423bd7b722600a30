#pragma once

/// The one seam between vigil and the versions of CAF. But for `caf_types.hpp`,
/// no other file of the library tests a CAF version, or uses what differs
/// between versions. Each version has files of its own that define the same
/// names in `vigil::compat`; the contract of a name stands where it is defined,
/// and `controller.hpp` has those that are the same for all. The test
/// `unit/seam.cpp` lists all names, and compiles only where all are there. They
/// are about:
///
/// - interfaces and functions: how they are spelled and taken apart;
/// - messages: what carries them, who sent them, of which kind they are, making
///   and sending them, hearing of what becomes of one;
/// - requests and answers: asking, standing between a requester and who
///   answers, and in whose name an answer comes;
/// - errors: a failure inside a CAF error, in this process and across;
/// - actors: making them, with a mailbox (`control`, `blocking_control`) or
///   without one (`forwarder`), their links, their ends and those who watch;
/// - messages of an actor to itself, and which incarnation of it sent them;
/// - time and the scheduler: timers, jobs, virtual time.

#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/detail/caf/controller.hpp>

#if CAF_MAJOR_VERSION == 0 && CAF_MINOR_VERSION == 17
// NOLINTNEXTLINE(bugprone-macro-parentheses): the name of a header
#  define VIGIL_CAF_IO_FILES <vigil/detail/caf/caf_0_17_io.hpp>
#  include <vigil/detail/caf/caf_0_17_blocking.hpp>
#  include <vigil/detail/caf/caf_0_17_control.hpp>
#  include <vigil/detail/caf/caf_0_17_function.hpp>
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
#endif

namespace vigil {

using compat::typed_actor;

} // namespace vigil
