#include "validator_actor.hpp"

#include "errors.hpp"
#include "validate.hpp"

#include <vigil/vigil.hpp>

#include <exception>
#include <utility>

namespace fhir_intake {

namespace {

/// Checks a line and answers. Returns whether the worker is to be trusted.
vigil::outcome<void> work(const check& x) {
  try {
    auto result = validate(x.what);
    x.answer.deliver(result);
    if (result.has_exception())
      return std::move(result).assume_exception();
    return vigil::success();
  } catch (const std::exception& e) {
    x.answer.deliver(vigil::fault(vigil::errc::exception, e.what()));
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
    x.answer.deliver(vigil::fault(why.code, why.message));
    return vigil::success();
  });
}

} // namespace fhir_intake
