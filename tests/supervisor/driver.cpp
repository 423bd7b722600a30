#include "driver.hpp"

namespace test {

driven_config::driven_config() {
  vigil::compat::test_driver::configure(*this);
}

driver::driver(caf::actor_system& sys) : impl_(sys) {
  // nop
}

void driver::run() {
  impl_.run();
}

void driver::advance(vigil::duration d) {
  impl_.advance_to(vigil::detail::time_after(impl_.now(), d));
}

void driver::set_time(vigil::time_point at) {
  impl_.set_time(at);
}

void driver::wake(const caf::strong_actor_ptr& x) {
  impl_.wake(x);
}

vigil::time_point driver::now() const {
  return impl_.now();
}

} // namespace test
