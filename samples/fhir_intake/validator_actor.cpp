#include "validator_actor.hpp"

#include "errors.hpp"
#include "validate.hpp"

#include <vigil/vigil.hpp>

#include <exception>
#include <utility>

namespace fhir_intake {

namespace {

/// Checks a line and answers. The crash is the worker's: for the task it is an
/// answer like any other.
vigil::outcome<void> work(const check& x) {
  try {
    auto result = validate(x.what);
    if (!is_fault(result)) {
      x.answer.deliver(std::move(result));
      return vigil::success();
    }
    auto why = fault_of(std::move(result));
    x.answer.deliver(vigil::error(why.code, why.text));
    return why;
  } catch (const std::exception& e) {
    x.answer.deliver(vigil::error(vigil::errc::exception, e.what()));
    throw;
  }
}

} // namespace

validator::behavior_type validator_actor(validator::pointer self) {
  return vigil::behavior(self, [self](const check& x) -> vigil::outcome<void> {
    // Three ways to crash: a fault by value (in
    // `validate`, the usual one), an exception (there
    // too), and CAF's own.
    if (!x.what.text.empty())
      return work(x);
    vigil::failure why{intake_errc::damaged_line, "nothing left"};
    self->quit(vigil::to_caf(why));
    x.answer.deliver(vigil::error(why.code, why.message));
    return vigil::success();
  });
}

} // namespace fhir_intake
