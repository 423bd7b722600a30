// The code that docs/resource-guards.md quotes, as one program.

#include <vigil/vigil.hpp>

#include <iostream>

using namespace std::chrono_literals;
using vigil::resource_limit;

namespace {

constexpr double mib = 1024.0 * 1024.0;

// doc: admit
caf::behavior front_desk(caf::event_based_actor* self,
                         vigil::resource_gauge gauge) {
  return vigil::behavior(
    self, [gauge](const std::string& name) -> vigil::outcome<std::string> {
      if (auto room = gauge.admit(); !room)
        return vigil::error(room.error().code, room.error().message);
      return "welcome, " + name;
    });
}
// doc: end

caf::behavior cache(caf::event_based_actor*) {
  return {[](int) {
  }};
}

// doc: tree
auto clinic(const vigil::resource_gauge& gauge, const std::size_t& waiting) {
  return vigil::supervisor("clinic")
    .strategy(vigil::rest_for_one)
    .child(vigil::child("front-desk", front_desk, gauge))
    .child(vigil::resource_guard("guard")
             .limit(resource_limit::descriptors(900).warn(700))
             .limit(resource_limit::connections(500))
             .limit(resource_limit::cpu(1.8).report())
             .limit(resource_limit::custom(
               "waiting", [&] { return static_cast<double>(waiting); }, 20))
             .limit(resource_limit::memory(4096 * mib).fail())
             .every(1s) // the default
             .gauge(gauge))
    .child(vigil::child("cache", cache)); // restarts when memory runs out
}
// doc: end

} // namespace

int main() {
  vigil::prepare();
  caf::actor_system_config config;
  vigil::virtual_time::configure(config);
  caf::actor_system system{config};
  vigil::virtual_time clock{system};
  const vigil::resource_gauge gauge;
  std::size_t waiting = 0;
  auto started = clinic(gauge, waiting).start(system);
  if (!started)
    return 1;
  const auto& tree = started.value();
  clock.run();
  // doc: events
  tree.events().subscribe([](const vigil::event& x) {
    if (x.type == vigil::event_type::resource_changed)
      std::cout << to_string(x) << '\n';
  });
  // doc: end
  auto pass = [&](std::size_t now) {
    waiting = now;
    clock.advance(1s);
  };
  std::cout << "== events\n";
  pass(25);
  if (auto room = gauge.admit(); !room)
    std::cout << to_string(room.error()) << '\n';
  pass(19);
  pass(17);
  (void)started.value().stop();
}
