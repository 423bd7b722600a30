#include <vigil/caf_error.hpp>
#include <vigil/detail/child/open_promise.hpp>

#include <utility>

namespace vigil::detail {

open_promise::~open_promise() {
  break_off({errc::promise_broken});
}

void open_promise::break_off(const failure& why) {
  if (promise.pending())
    std::exchange(promise, {}).deliver(to_caf(why));
}

} // namespace vigil::detail
