// The code that docs/health-checks.md quotes, as one program.

#include <vigil/vigil.hpp>

#include <iostream>

using namespace std::chrono_literals;

namespace {

// doc: interface
struct status_request {};

using device = vigil::typed_actor<caf::result<int>(int),
                                  caf::result<vigil::health>(status_request)>;

device::behavior_type talk(device::pointer self) {
  return vigil::behavior(
    self, [](int x) { return x; },
    [](status_request) { return vigil::health::degraded; });
}
// doc: end

auto tree() {
  // doc: checks
  return vigil::supervisor("ward")
    // It has to handle messages.
    .child(vigil::child("echo",
                        [] {
                          return caf::behavior{[](int) {
                          }};
                        })
             .health_check(10s, vigil::within(2s), vigil::unhealthy_after(3)))
    // It has to answer this message; nobody is restarted.
    .child(vigil::child("device", talk)
             .health_check(5s, vigil::report_only)
             .probe(status_request{}));
  // doc: end
}

} // namespace

VIGIL_MESSAGE_TYPE(status_request)

int main() {
  caf::actor_system_config config;
  auto virtual_time = caf::atom("testing");
  config.set("scheduler.policy", virtual_time);
  caf::actor_system system{config};
  auto started = tree().start(system);
  if (!started)
    return 1;
  auto& clock
    = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  clock.run();
  clock.advance_time(10s);
  clock.run();
  // doc: show
  std::cout << to_string(started.value().snapshot(), {.times = false});
  // doc: end
  (void)started.value().stop();
}
