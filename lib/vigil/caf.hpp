#pragma once

/// The one seam between vigil and the versions of CAF. No other file of the
/// library uses what differs between versions, and one of the seam's tells them
/// apart: `caf_types.hpp`. Each version has files of its own that define the
/// same names in `vigil::compat`; the contract of a name stands where it is
/// defined, and `controller.hpp` has those that are the same for all. The test
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

#include <vigil/detail/caf/caf_job.hpp>
#include <vigil/detail/caf/caf_timer.hpp>
#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/detail/caf/controller.hpp>
#include <vigil/detail/caf/end_probe.hpp>

#include VIGIL_CAF_FILES
