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
  // In each incarnation again: fine if the child has the name already.
  if (auto mine = names.register_name(greeter_key, self); !mine)
    vigil::this_child(self).fail(mine.error().code, mine.error().message);
  return vigil::behavior(self,
                         [](const std::string& who) { return "hello " + who; });
}
// doc: end

greeter::behavior_type welcome(greeter::pointer self) {
  return vigil::behavior(
    self, [](const std::string& who) { return "welcome " + who; });
}

std::string ask(caf::actor_system& system, const greeter& to) {
  caf::scoped_actor self{system};
  std::string result;
  vigil::mail(self, "you")
    .request(to, 5s)
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

template <class T>
void show(const vigil::result<T>& x) {
  std::cout << (x ? "fine" : to_string(x.error())) << '\n';
}

void tour(caf::actor_system& system) {
  // doc: names
  vigil::registry names; // a value: copies share the names

  auto root = vigil::supervisor("root")
                .child(vigil::child("one", greet, names))
                .child(vigil::child("two", welcome));
  auto tree = root.start(system).value();
  auto two = tree.find<greeter>("two").value();

  auto found = names.whereis(greeter_key);          // by key: result<greeter>
  auto again = names.whereis<greeter>("greeter");   // by text: the same one
  auto nobody = names.whereis<greeter>("butler");   // fails
  auto taken = names.register_name("greeter", two); // fails: it is one's
  auto not_his = names.unregister_name("greeter", two); // fails
  // doc: end
  std::cout << "== names\n" << ask(system, found.value()) << '\n';
  show(again);
  show(nobody);
  show(taken);
  show(not_his);

  // doc: groups
  auto joined = names.join(greeters_key, found.value());
  joined = names.join(greeters_key, two);
  auto members = names.members(greeters_key); // in order of joining
  auto reached = names.broadcast(greeters_key, std::string{"all of you"});
  auto left = names.leave("greeters", two);
  // doc: end
  std::cout << "== groups\n" << reached.value() << '\n';
  show(joined);
  show(members);
  show(left);

  std::cout << "== events\n";
  // doc: events
  names.subscribe(
    [](const vigil::registry_event& x) { std::cout << to_string(x) << '\n'; });
  auto gone = tree.terminate_child("one");
  auto heir = names.register_name("greeter", two); // the name is free at once
  // doc: end
  std::cout << "== end\n";
  show(gone);
  show(heir);
  auto listener = system.spawn(watcher, names);
  caf::anon_send_exit(listener, caf::exit_reason::user_shutdown);
  show(tree.stop());
}

} // namespace

int main() {
  vigil::prepare();
  caf::actor_system_config config;
  caf::actor_system system{config};
  tour(system);
}
