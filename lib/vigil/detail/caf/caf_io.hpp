#pragma once

/// The part of the seam (see `vigil/caf.hpp`) that needs `caf_io`; included by
/// the header for brokers only.
///
/// - `has_middleman`: whether an actor system has loaded it;
/// - `closing_broker`: a broker that leaves no socket open;
/// - `spawn_broker`: making actors that live in there.

#include <vigil/detail/caf/caf_types.hpp>

// Named where the version is looked at.
#include VIGIL_CAF_IO_FILES
