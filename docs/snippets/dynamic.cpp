// The code that docs/dynamic-supervisors.md quotes, as one program.

#include <vigil/vigil.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

using namespace std::chrono_literals;

namespace {

/// What all sessions share.
struct database {
  std::string greeting = "hello ";
};

// doc: session
using session = vigil::typed_actor<caf::result<std::string>(std::string)>;

session::behavior_type serve(session::pointer self,
                             std::shared_ptr<database> db, std::string user) {
  return vigil::behavior(
    self, [=](const std::string& what) -> vigil::outcome<std::string> {
      if (what.empty())
        return vigil::fault("an empty request"); // this session restarts
      return db->greeting + user + ": " + what;
    });
}
// doc: end

// doc: keys
using sessions = vigil::keyed_dynamic_ref<std::string, session, std::string>;

inline constexpr vigil::child_key<sessions, "sessions"> sessions_key;
inline constexpr vigil::child_key<vigil::mixed_dynamic_ref, "plugins">
  plugins_key;
// doc: end

caf::behavior pump(caf::event_based_actor* self, int number) {
  return vigil::behavior(self, [number](int x) { return number + x; });
}

caf::behavior plugin(caf::event_based_actor* self) {
  return vigil::behavior(self, [](int x) { return x; });
}

auto describe(const std::shared_ptr<database>& db) {
  // doc: tree
  auto root
    = vigil::supervisor("service")
        .child(vigil::dynamic_supervisor(sessions_key, serve, db)
                 .max_children(10'000)
                 .intensity(1000, 10s)
                 .child_restart(vigil::restart_policy::transient)
                 .child_intensity(3, 1min)
                 .child_backoff(vigil::exponential(100ms, 10s))
                 .child_shutdown(2s))
        .child(
          vigil::dynamic_supervisor<caf::actor, int>("pumps", pump).eager())
        .child(vigil::dynamic_supervisor(plugins_key).max_children(50));
  // doc: end
  return root;
}

void require(bool good) {
  if (!good)
    std::exit(EXIT_FAILURE);
}

} // namespace

int main() {
  vigil::prepare();
  caf::actor_system_config cfg;
  caf::actor_system system{cfg};
  auto started = describe(std::make_shared<database>()).start(system);
  require(started.has_value());
  auto tree = std::move(started).value();

  // doc: use
  auto all = tree[sessions_key]; // copy it to wherever sessions are needed
  auto ann = all.start_child("ann", "Ann");
  if (!ann) { // max_children, supervisor_down, supervisor_stopping
    std::cerr << to_string(ann.error()) << '\n';
    return EXIT_FAILURE;
  }
  auto again = all.start_child("ann", "Ann");
  if (again && again.value().already_started)
    std::cout << "ann is here already\n";
  if (auto found = all.find("ann")) // no message, from any thread
    vigil::anon_mail("good morning").send(found.value());
  if (auto gone = all.terminate_child("ann"); !gone)
    std::cerr << to_string(gone.error()) << '\n';
  // doc: end

  // doc: bulk
  auto pumps = tree.find<vigil::dynamic_ref<caf::actor, int>>("pumps").value();
  auto equal = pumps.start_children(4, 0); // each with the argument 0
  auto numbered = pumps.start_children(
    4, [](std::size_t i) { return static_cast<int>(i); });
  // doc: end
  require(equal && numbered);

  // doc: pages
  vigil::page_cursor at;
  for (auto page = pumps.children(at, 100); !page.empty();
       page = pumps.children(at, 100))
    for (const auto& x : page)
      vigil::anon_mail(1).send(x);
  const auto counts = pumps.count_children(); // active: not restarting
  // doc: end
  require(counts.active == 8);

  // doc: mixed
  auto plugins = tree[plugins_key];
  auto loaded = plugins.start_child(
    vigil::child("clock", plugin).transient().intensity(3, 1min));
  if (loaded)
    static_cast<void>(plugins.terminate_child(loaded.value()));
  // doc: end
  require(loaded.has_value());
  require(tree.stop().has_value());
}
