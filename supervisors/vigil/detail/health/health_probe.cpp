#include <vigil/caf.hpp>
#include <vigil/caf_error.hpp>
#include <vigil/detail/health/health_probe.hpp>

namespace vigil::detail {

health_probe::~health_probe() {
  // nop
}

void health_probe::say_failed(const callback& done, const caf::error& why) {
  done(to_failure(why));
}

} // namespace vigil::detail
