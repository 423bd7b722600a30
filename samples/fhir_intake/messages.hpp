#pragma once

#include "flow.hpp"
#include "line.hpp"

#include <vigil/caf.hpp>

namespace fhir_intake {

/// Tells the reader to read.
struct go {};

/// Checks lines: answers with the resource, or why there is none.
using validator = vigil::typed_actor<caf::result<resource>(line)>;

/// Keeps resources: answers when the batch is on disk. A batch may be sent
/// again; a resource that is there already stays as it is.
using store = vigil::typed_actor<caf::result<void>(batch)>;

/// Reads the input to its end, then ends itself.
using reader = vigil::typed_actor<caf::result<void>(go)>;

} // namespace fhir_intake

VIGIL_MESSAGE_TYPE(fhir_intake::go)
VIGIL_MESSAGE_TYPE(fhir_intake::line)
VIGIL_MESSAGE_TYPE(fhir_intake::resource)
VIGIL_MESSAGE_TYPE(fhir_intake::batch)
