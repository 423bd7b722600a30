#include <vigil/caf.hpp>
#include <vigil/virtual_time.hpp>

namespace vigil {

void virtual_time::configure(caf::actor_system_config& cfg) {
  compat::test_driver::configure(cfg);
}

virtual_time::virtual_time(caf::actor_system& sys) : sys_(&sys) {
  // nop
}

bool virtual_time::is_active() const {
  return compat::test_driver{*sys_}.active();
}

void virtual_time::run() {
  if (compat::test_driver driver{*sys_}; driver.active())
    driver.run();
}

void virtual_time::advance(any_duration x) {
  if (compat::test_driver driver{*sys_}; driver.active())
    driver.advance_to(detail::time_after(driver.now(), x));
}

time_point virtual_time::now() const {
  return sys_->clock().now();
}

} // namespace vigil
