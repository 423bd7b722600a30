#pragma once

// All of the seam for CAF 1.x, but for brokers.
#include <vigil/detail/caf/caf_1_blocking.hpp>
#include <vigil/detail/caf/caf_1_control.hpp>
#include <vigil/detail/caf/caf_1_end.hpp>
#include <vigil/detail/caf/caf_1_function.hpp>
#include <vigil/detail/caf/caf_1_link.hpp>
#include <vigil/detail/caf/caf_1_mail.hpp>
#include <vigil/detail/caf/caf_1_message.hpp>
#include <vigil/detail/caf/caf_1_prepare.hpp>
#include <vigil/detail/caf/caf_1_relay.hpp>
#include <vigil/detail/caf/caf_1_request.hpp>
#include <vigil/detail/caf/caf_1_self.hpp>
#include <vigil/detail/caf/caf_1_spawn.hpp>
#include <vigil/detail/caf/caf_1_tell.hpp>
#include <vigil/detail/caf/caf_1_wire.hpp>
