#pragma once

/// The part of the seam (see `vigil/caf.hpp`) on which its other files build:
/// interfaces, contexts, messages. Picks the files of the CAF that is there;
/// nobody else asks which one that is. Headers of users include this and the
/// themes that they need, `caf_<theme>.hpp`; sources `vigil/caf.hpp`.

// CAF_VERSION is not to be trusted: 1.0 and 1.1 spell it as an octal literal.
#include <caf/config.hpp>

#if CAF_MAJOR_VERSION == 0 && CAF_MINOR_VERSION == 17
// NOLINTBEGIN(bugprone-macro-parentheses): the names of headers
#  define VIGIL_CAF_FILES <vigil/detail/caf/caf_0_17_all.hpp>
#  define VIGIL_CAF_ANSWERS <vigil/detail/caf/caf_0_17_answers.hpp>
#  define VIGIL_CAF_BLOCKING <vigil/detail/caf/caf_0_17_blocking.hpp>
#  define VIGIL_CAF_CONTROL <vigil/detail/caf/caf_0_17_control.hpp>
#  define VIGIL_CAF_FUNCTION <vigil/detail/caf/caf_0_17_function.hpp>
#  define VIGIL_CAF_IDLE <vigil/detail/caf/caf_0_17_idle.hpp>
#  define VIGIL_CAF_IO_FILES <vigil/detail/caf/caf_0_17_io.hpp>
#  define VIGIL_CAF_JOB <vigil/detail/caf/caf_0_17_job.hpp>
#  define VIGIL_CAF_LINK <vigil/detail/caf/caf_0_17_link.hpp>
#  define VIGIL_CAF_MESSAGE <vigil/detail/caf/caf_0_17_message.hpp>
#  define VIGIL_CAF_RELAY <vigil/detail/caf/caf_0_17_relay.hpp>
#  define VIGIL_CAF_REQUEST <vigil/detail/caf/caf_0_17_request.hpp>
#  define VIGIL_CAF_SEND <vigil/detail/caf/caf_0_17_send.hpp>
#  define VIGIL_CAF_SPAWN <vigil/detail/caf/caf_0_17_spawn.hpp>
#  define VIGIL_CAF_TELL <vigil/detail/caf/caf_0_17_tell.hpp>
#  define VIGIL_CAF_TIMER <vigil/detail/caf/caf_0_17_timer.hpp>
#  define VIGIL_CAF_WATCH <vigil/detail/caf/caf_0_17_watch.hpp>
#  define VIGIL_CAF_WHOLE <vigil/detail/caf/caf_0_17_whole.hpp>
// NOLINTEND(bugprone-macro-parentheses)
#  include <vigil/detail/caf/caf_0_17.hpp>
#elif CAF_MAJOR_VERSION == 1
// NOLINTBEGIN(bugprone-macro-parentheses): the names of headers
#  define VIGIL_CAF_FILES <vigil/detail/caf/caf_1_all.hpp>
#  define VIGIL_CAF_ANSWERS <vigil/detail/caf/caf_1_relay.hpp>
#  define VIGIL_CAF_BLOCKING <vigil/detail/caf/caf_1_blocking.hpp>
#  define VIGIL_CAF_CONTROL <vigil/detail/caf/caf_1_control.hpp>
#  define VIGIL_CAF_FUNCTION <vigil/detail/caf/caf_1_function.hpp>
#  define VIGIL_CAF_IDLE <vigil/detail/caf/caf_1_spawn.hpp>
#  define VIGIL_CAF_IO_FILES <vigil/detail/caf/caf_1_io.hpp>
#  define VIGIL_CAF_JOB <vigil/detail/caf/caf_1_job.hpp>
#  define VIGIL_CAF_LINK <vigil/detail/caf/caf_1_link.hpp>
#  define VIGIL_CAF_MESSAGE <vigil/detail/caf/caf_1_message.hpp>
#  define VIGIL_CAF_RELAY <vigil/detail/caf/caf_1_relay.hpp>
#  define VIGIL_CAF_REQUEST <vigil/detail/caf/caf_1_request.hpp>
#  define VIGIL_CAF_SEND <vigil/detail/caf/caf_1.hpp>
#  define VIGIL_CAF_SPAWN <vigil/detail/caf/caf_1_spawn.hpp>
#  define VIGIL_CAF_TELL <vigil/detail/caf/caf_1_tell.hpp>
#  define VIGIL_CAF_TIMER <vigil/detail/caf/caf_1_timer.hpp>
#  define VIGIL_CAF_WATCH <vigil/detail/caf/caf_1_spawn.hpp>
#  define VIGIL_CAF_WHOLE <vigil/detail/caf/caf_1_function.hpp>
// NOLINTEND(bugprone-macro-parentheses)
#  include <vigil/detail/caf/caf_1.hpp>
#else
#  error "vigil needs CAF 0.17.x, 1.0.x or 1.1.x"
#endif

namespace vigil {

using compat::typed_actor;

namespace compat {

struct own_messages;
class timer;
class timers;

} // namespace compat

} // namespace vigil
