// Makes the mistakes that docs/getting-started.md shows, and prints what vigil
// says to them.

#include <vigil/vigil.hpp>

#include <iostream>
#include <stdexcept>

using namespace std::chrono_literals;

namespace {

using echo_actor = vigil::typed_actor<caf::result<int>(int)>;

echo_actor::behavior_type echo(echo_actor::pointer self) {
  return vigil::behavior(self, [](int x) { return x; });
}

caf::behavior broken(caf::event_based_actor*) {
  throw std::runtime_error{"no route to the database"};
}

/// Starts well and fails at once, every time.
caf::behavior loop(caf::event_based_actor* self) {
  vigil::this_child(self).run_after(
    1ms, [self] { vigil::this_child(self).fail("the disk is full"); });
  return vigil::behavior(self, [](int x) { return x; });
}

void title(const char* name) {
  std::cout << "== " << name << '\n';
}

template <class T>
void print(const vigil::result<T>& x) {
  std::cout << (x ? "fine" : render(x.error())) << '\n';
}

template <class Root>
void try_start(caf::actor_system& system, const char* name, const Root& root) {
  title(name);
  print(root.start(system));
}

void static_mistakes(caf::actor_system& system) {
  const auto root = vigil::supervisor("office");
  // doc: duplicate
  auto twice
    = root.child(vigil::child("echo", echo)).child(vigil::child("echo", echo));
  // doc: end
  try_start(system, "duplicate", twice);
  // doc: significant
  auto lonely
    = root.child(vigil::child("echo", echo).transient().significant());
  // doc: end
  try_start(system, "significant", lonely);
  // doc: slash
  auto slash = root.child(vigil::child("a/b", echo));
  // doc: end
  try_start(system, "slash", slash);
  // doc: permanent
  auto picky
    = root.child(vigil::child("echo", echo).restart_when([](const auto& why) {
        return why.code != vigil::errc::killed;
      }));
  // doc: end
  try_start(system, "permanent", picky);
  // doc: broken
  auto deep = root.child(
    vigil::supervisor("storage").child(vigil::child("db", broken)));
  // doc: end
  try_start(system, "broken", deep);
}

void look_up(caf::actor_system& system) {
  auto tree = vigil::supervisor("office")
                .child(vigil::child("echo", echo))
                .start(system)
                .value();
  title("wrong-type");
  // doc: wrong-type
  auto b = tree.find<caf::actor>("echo"); // its handle is an echo_actor
  // doc: end
  print(b);
  title("again");
  // doc: again
  auto c = tree.start_child(vigil::child("echo", echo));
  // doc: end
  print(c);
  title("delete-running");
  // doc: delete-running
  auto d = tree.delete_child("echo");
  // doc: end
  print(d);
  title("stopped");
  // doc: stopped
  auto handle = tree.find<echo_actor>("echo").value();
  auto gone = tree.terminate_child("echo");
  caf::scoped_actor self{system};
  vigil::mail(self, 1)
    .request(handle, 5s)
    .receive([](int) {},
             [](const caf::error& why) {
               std::cout << to_string(vigil::to_failure(why)) << '\n';
             });
  // doc: end
  if (!gone)
    print(gone);
}

void crash_loop(caf::actor_system& system) {
  title("crash-loop");
  // doc: crash-loop
  auto tree = vigil::supervisor("office")
                .intensity(2, 5s)
                .child(vigil::child("loop", loop))
                .start(system);
  auto end = tree.value().wait(); // until the tree has ended
  // doc: end
  print(end);
}

} // namespace

int main() {
  vigil::prepare();
  caf::actor_system_config config;
  caf::actor_system system{config};
  static_mistakes(system);
  look_up(system);
  crash_loop(system);
}
