#pragma once

#include "flow.hpp"
#include "line.hpp"

#include <vigil/caf.hpp>
#include <vigil/prepare.hpp>
#include <vigil/task_promise.hpp>

namespace fhir_intake {

/// Tells the reader to read.
struct go {};

/// Asks for a line to be checked. The answer, the resource or why there is
/// none, is the result of a task.
struct check {
  line what;
  vigil::task_promise<resource> answer;
};

/// Checks lines.
using validator = vigil::typed_actor<caf::result<void>(check)>;

/// Keeps resources: answers when the batch is on disk. A batch may be sent
/// again; a resource that is there already stays as it is.
using store = vigil::typed_actor<caf::result<void>(batch)>;

/// Reads the input to its end, then ends itself.
using reader = vigil::typed_actor<caf::result<void>(go)>;

} // namespace fhir_intake

CAF_BEGIN_TYPE_ID_BLOCK(fhir_intake, 1000)

CAF_ADD_TYPE_ID(fhir_intake, (fhir_intake::go))
CAF_ADD_TYPE_ID(fhir_intake, (fhir_intake::check))
CAF_ADD_TYPE_ID(fhir_intake, (fhir_intake::batch))

CAF_END_TYPE_ID_BLOCK(fhir_intake)

VIGIL_MESSAGE_TYPE(fhir_intake::go)
VIGIL_MESSAGE_TYPE(fhir_intake::check)
VIGIL_MESSAGE_TYPE(fhir_intake::batch)
