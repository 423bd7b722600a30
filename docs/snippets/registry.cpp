// The code that the page on the registry quotes, as one program.

#include <vigil/vigil.hpp>

#include <iostream>

using namespace std::chrono_literals;

namespace {

// doc: keys
using greeter = vigil::typed_actor<caf::result<std::string>(std::string)>;

inline constexpr vigil::child_key<greeter, "greeter"> greeter_key;
inline constexpr vigil::child_key<greeter, "greeters"> greeters_key;
// doc: end

// doc: self
greeter::behavior_type greet(greeter::pointer self, vigil::registry names) {
  // In each life again: fine if the child has the name already.
  if (auto mine = names.register_name(greeter_key, self); !mine)
    vigil::this_child(self).fail(mine.error().code, mine.error().message);
  return vigil::behavior(self, [](const std::string& who) {
    return "hello " + who;
  });
}
// doc: end

std::string ask(caf::actor_system& system, const greeter& to) {
  caf::scoped_actor self{system};
  std::string result;
  self->request(to, 5s, "you")
    .receive([&](const std::string& x) { result = x; },
             [&](const caf::error& why) {
               result = to_string(vigil::to_failure(why));
             });
  return result;
}

// doc: watcher
caf::behavior watcher(caf::event_based_actor* self, vigil::registry names) {
  names.subscribe("greeter", caf::actor{self});
  return {[](const vigil::registry_event& x) {
    std::cout << "the watcher hears: " << to_string(x) << '\n';
  }};
}
// doc: end

void tour(caf::actor_system& system) {
  // doc: names
  vigil::registry names; // a value: copies share the names

  auto root = vigil::supervisor("root")
                .child(vigil::child("one", greet, names))
                .child(vigil::child("two", [](greeter::pointer self) {
                  return vigil::behavior(self, [](const std::string& who) {
                    return "good day " + who;
                  });
                }));
  auto tree = root.start(system).value();
  auto two = tree.find<greeter>("two").value();

  auto found = names.whereis(greeter_key);             // by key: result<greeter>
  auto again = names.whereis<greeter>("greeter");      // by text
  auto wrong = names.whereis<caf::actor>("greeter");   // wrong_handle_type
  auto taken = names.register_name("greeter", two);    // already_started
  auto other = names.unregister_name("greeter", two);  // not_found: not its own
  // doc: end
  std::cout << "== names\n" << ask(system, found.value()) << '\n';
  std::cout << (again.value() == found.value()) << '\n';
  std::cout << to_string(wrong.error().code.value() == 0 ? wrong.error()
                                                         : taken.error())
            << '\n';
  std::cout << to_string(other.error()) << '\n';

  // doc: groups
  names.join(greeters_key, found.value());
  names.join(greeters_key, two);
  auto all = names.members(greeters_key);               // in order of joining
  names.broadcast(greeters_key, std::string{"all of you"});
  names.leave("greeters", two);
  // doc: end
  std::cout << "== groups\n" << all.value().size() << '\n';

  std::cout << "== events\n";
  // doc: events
  names.subscribe([](const vigil::registry_event& x) {
    std::cout << to_string(x) << '\n';
  });
  tree.terminate_child("one");
  names.register_name("greeter", two); // free at once
  // doc: end
  static_cast<void>(tree.stop());
}

} // namespace

int main() {
  caf::actor_system_config config;
  caf::actor_system system{config};
  tour(system);
}
