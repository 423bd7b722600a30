// The program all three ways of using vigil build and run.

#include <vigil/vigil.hpp>

#include <cstdio>

namespace {

caf::behavior echo(caf::event_based_actor*) {
  return {[](int x) {
    return x;
  }};
}

} // namespace

int main() {
  if (vigil::linked_version() != vigil::version) {
    std::puts("headers and library differ");
    return 1;
  }
  // All that users include has to be installed.
  vigil::prepare();
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto tree
    = vigil::supervisor("root").child(vigil::child("echo", echo)).start(system);
  if (!tree || !tree.value().find<caf::actor>("echo")) {
    std::puts("no tree");
    return 1;
  }
  std::printf("vigil %s\n", vigil::version.data());
  return 0;
}
