// A program that did not call `vigil::prepare()`: it is told, and does not
// abort.

#include <vigil/vigil.hpp>

#include <caf/init_global_meta_objects.hpp>

#include <cstdio>

int main() {
  caf::core::init_global_meta_objects();
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto child = vigil::child("idle", [] {
    return caf::behavior{[](int x) {
      return x;
    }};
  });
  auto tree = vigil::supervisor("root").child(child).start(system);
  if (tree || tree.error().code != vigil::errc::not_prepared)
    return 1;
  std::puts(render(tree.error()).c_str());
  return 0;
}
