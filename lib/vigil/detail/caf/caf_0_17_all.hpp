#pragma once

// All of the seam for CAF 0.17, but for brokers.
#include <vigil/detail/caf/caf_0_17_answers.hpp>
#include <vigil/detail/caf/caf_0_17_blocking.hpp>
#include <vigil/detail/caf/caf_0_17_control.hpp>
#include <vigil/detail/caf/caf_0_17_end.hpp>
#include <vigil/detail/caf/caf_0_17_forwarder.hpp>
#include <vigil/detail/caf/caf_0_17_function.hpp>
#include <vigil/detail/caf/caf_0_17_idle.hpp>
#include <vigil/detail/caf/caf_0_17_kind.hpp>
#include <vigil/detail/caf/caf_0_17_link.hpp>
#include <vigil/detail/caf/caf_0_17_mail.hpp>
#include <vigil/detail/caf/caf_0_17_message.hpp>
#include <vigil/detail/caf/caf_0_17_parting.hpp>
#include <vigil/detail/caf/caf_0_17_prepare.hpp>
#include <vigil/detail/caf/caf_0_17_relay.hpp>
#include <vigil/detail/caf/caf_0_17_request.hpp>
#include <vigil/detail/caf/caf_0_17_self.hpp>
#include <vigil/detail/caf/caf_0_17_send.hpp>
#include <vigil/detail/caf/caf_0_17_spawn.hpp>
#include <vigil/detail/caf/caf_0_17_system.hpp>
#include <vigil/detail/caf/caf_0_17_tell.hpp>
#include <vigil/detail/caf/caf_0_17_watch.hpp>
#include <vigil/detail/caf/caf_0_17_whole.hpp>
#include <vigil/detail/caf/caf_0_17_wire.hpp>
