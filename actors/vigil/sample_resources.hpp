#pragma once

#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/resource.hpp>

namespace vigil {

/// Has a resource guard read at once, beside its interval. It answers with the
/// worst level of all its limits, or with the error for which it fails.
struct VIGIL_EXPORT sample_resources {};

/// The interface of a resource guard. Most ask its `resource_gauge` instead,
/// which needs no message.
using resource_guard_handle
  = typed_actor<caf::result<resource_level>(sample_resources)>;

} // namespace vigil

VIGIL_MESSAGE_TYPE(vigil::resource_level)
VIGIL_MESSAGE_TYPE(vigil::sample_resources)
