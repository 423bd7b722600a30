#include "validator_actor.hpp"

#include "errors.hpp"
#include "validate.hpp"

#include <vigil/vigil.hpp>

namespace fhir_intake {

validator::behavior_type validator_actor(validator::pointer self) {
  return vigil::behavior(
    self, [self](const line& x) -> vigil::outcome<resource> {
      // Three ways to crash: a fault by value (in `validate`, the usual one),
      // an exception (there too), and CAF's own.
      if (x.text.empty()) {
        self->quit(vigil::to_caf({intake_errc::damaged_line, "nothing left"}));
        return vigil::error(intake_errc::damaged_line, "nothing left");
      }
      return validate(x);
    });
}

} // namespace fhir_intake
