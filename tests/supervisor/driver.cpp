#include "driver.hpp"

#include <algorithm>

namespace test {

driven_config::driven_config() {
  set("scheduler.policy", caf::atom("testing"));
  set("logger.verbosity", caf::atom("quiet"));
}

driver::driver(caf::actor_system& sys)
  : impl_(dynamic_cast<caf::scheduler::test_coordinator*>(&sys.scheduler())) {
  // nop
}

void driver::run() {
  impl_->run();
}

void driver::advance(vigil::duration d) {
  auto& clock = impl_->clock();
  const auto end = vigil::detail::time_after(clock.now(), d);
  run();
  for (;;) {
    const auto& timeouts = clock.schedule();
    if (timeouts.empty() || timeouts.begin()->first > end)
      break;
    const auto next = std::max(clock.now(), timeouts.begin()->first);
    impl_->advance_time(next - clock.now());
    run();
  }
  impl_->advance_time(end - clock.now());
}

void driver::set_time(vigil::time_point at) {
  impl_->clock().current_time = at;
}

void driver::wake(const caf::strong_actor_ptr& x) {
  auto* job = dynamic_cast<caf::resumable*>(x->get());
  caf::intrusive_ptr_add_ref(job);
  static_cast<caf::scheduler::abstract_coordinator*>(impl_)->enqueue(job);
}

vigil::time_point driver::now() const {
  return impl_->clock().now();
}

} // namespace test
