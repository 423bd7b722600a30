// Supervision inside a program that owns its actor system.

#include <vigil/vigil.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

using namespace std::chrono_literals;

namespace {

// doc: adder
using adder = vigil::typed_actor<caf::result<int>(int)>;

/// Adds up what it gets; a negative number is a fault.
adder::behavior_type add_up(adder::pointer self) {
  auto sum = std::make_shared<int>(0);
  return vigil::behavior(self, [sum](int x) -> vigil::outcome<int> {
    if (x < 0)
      return vigil::fault("negative number");
    return *sum += x;
  });
}

inline constexpr vigil::child_key<adder, "adder"> adder_key;
// doc: end

caf::behavior echo(caf::event_based_actor* self) {
  return vigil::behavior(self, [](const std::string& x) { return x; });
}

int report(const vigil::failure& why) {
  std::cerr << render(why) << '\n';
  return EXIT_FAILURE;
}

/// Returns the status, unless what was printed got lost.
int finish() {
  if (std::cout.flush())
    return EXIT_SUCCESS;
  std::cerr << "embedded: cannot write to standard output\n";
  return EXIT_FAILURE;
}

int usage(std::string_view option) {
  const auto asked = option == "--help";
  (asked ? std::cout : std::cerr) << "usage: embedded\n";
  return asked ? finish() : 2;
}

/// Asks from outside of all actors, where blocking is fine.
std::string ask(caf::actor_system& system, const adder& to, int x) {
  caf::scoped_actor self{system};
  std::string answer;
  vigil::mail(self, x).request(to, 5s).receive(
    [&](int sum) { answer = std::to_string(sum); },
    [&](const caf::error& why) { answer = to_string(vigil::to_failure(why)); });
  return answer;
}

} // namespace

int main(int argc, char** argv) {
  if (argc > 1)
    return usage(argv[1]);
  std::signal(SIGXFSZ, SIG_IGN); // a file that is too large is an error
  // doc: start
  vigil::prepare(); // CAF 1.x has to know the types of messages by now
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto root
    = vigil::supervisor("office").child(vigil::child(adder_key, add_up));
  auto tree = root.start(system); // returns when all children are up
  if (!tree)
    return report(tree.error()); // names the child that failed, and why
  // doc: end

  // doc: events
  auto& events = tree.value().events();
  auto id = events.subscribe([](const vigil::event& x) {
    std::cout << "event: " << to_string(x) << '\n';
  });
  // doc: end

  // doc: handles
  adder a = tree.value()[adder_key];             // checked when you compile
  auto same = tree.value().find<adder>("adder"); // checked when you run
  // doc: end
  if (!same)
    return report(same.error());
  std::string answers;
  for (auto x : {1, 2, -1, 3})
    answers += std::to_string(x) + " -> " + ask(system, a, x) + '\n';
  std::cout << answers;

  // doc: dynamic
  auto e = tree.value().start_child(vigil::child("echo", echo).transient());
  if (!e)
    return report(e.error());
  // doc: end

  // doc: picture
  std::cout << to_string(tree.value().snapshot());
  // doc: end

  // doc: stop
  auto stopped = tree.value().stop(); // in reverse order
  if (!stopped)
    return report(stopped.error());
  for (const auto& x : stopped.value().culprits)
    std::cout << x.path << " did not stop: " << to_string(x.what) << '\n';
  // doc: end
  events.unsubscribe(id);
  return finish();
}
