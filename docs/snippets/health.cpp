// The code that docs/health-checks.md quotes, as one program.

#include <vigil/vigil.hpp>

#include <iostream>

using namespace std::chrono_literals;

// doc: message
struct status_request {};

CAF_BEGIN_TYPE_ID_BLOCK(ward, 1000)

CAF_ADD_TYPE_ID(ward, (status_request))

CAF_END_TYPE_ID_BLOCK(ward)

VIGIL_MESSAGE_TYPE(status_request)
// doc: end

namespace {

// doc: interface
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

int main() {
  vigil::prepare<caf::id_block::ward>();
  caf::actor_system_config config;
  vigil::virtual_time::configure(config);
  caf::actor_system system{config};
  auto started = tree().start(system);
  if (!started)
    return 1;
  vigil::virtual_time clock{system};
  clock.run();
  clock.advance(10s);
  // doc: show
  std::cout << to_string(started.value().snapshot(), {.times = false});
  // doc: end
  (void)started.value().stop();
}
