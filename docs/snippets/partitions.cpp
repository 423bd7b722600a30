// The code that docs/partitions-and-pools.md quotes.

#include <vigil/vigil.hpp>

#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

// doc: interfaces
/// Keeps the visits of those patients that are in its care.
using ward = vigil::typed_actor<caf::result<int>(std::string)>;

ward::behavior_type run_ward(ward::pointer self, std::size_t number) {
  return vigil::behavior(
    self, [number, visits = 0](const std::string& patient) mutable {
      std::cout << patient << " in ward " << number << '\n';
      return ++visits;
    });
}

/// Renders a report; "" is a fault.
using printer = vigil::typed_actor<caf::result<std::string>(std::string)>;

printer::behavior_type run_printer(printer::pointer self) {
  return vigil::behavior(
    self, [](const std::string& text) -> vigil::outcome<std::string> {
      if (text.empty())
        return vigil::fault("nothing to print");
      return "<p>" + text + "</p>";
    });
}
// doc: end

// doc: keys
using wards = vigil::partitions_ref<ward>;
using sessions = vigil::dynamic_ref<printer>;

inline constexpr vigil::child_key<wards, "wards"> wards_key;
inline constexpr vigil::child_key<vigil::partitions_ref<sessions>, "sessions">
  sessions_key;
inline constexpr vigil::child_key<printer, "printers"> printers_key;
// doc: end

auto hospital() {
  // doc: tree
  auto ward_of = [](std::size_t i) {
    return vigil::child("any", run_ward, i);
  };
  auto any_printer = vigil::child("any", run_printer).backoff(vigil::fixed(1s));
  auto owner
    = vigil::dynamic_supervisor<printer>("any", run_printer).intensity(100, 5s);

  return vigil::supervisor("hospital")
    .child(vigil::partition_supervisor(wards_key, ward_of).partitions(4))
    .child(vigil::partition_supervisor(sessions_key, owner)) // one a core
    .child(
      vigil::pool(printers_key, 3, any_printer).intensity(30, 5s).queue(1000));
  // doc: end
}

template <class Tree>
bool routes(const Tree& tree, caf::scoped_actor& self) {
  auto fine = false;
  // doc: route
  const auto all = tree[wards_key];
  if (auto to = all.at("patient-17")) // the same ward each time
    vigil::mail(self, std::string{"patient-17"})
      .request(to.value(), 5s)
      .receive([&](int visits) { fine = visits == 1; },
               [](const caf::error&) {});
  auto third = all.at(-7); // an integer: 7 modulo 4
  auto same = all[3];      // by number
  auto any = all.next();   // one after the other
  // doc: end
  return fine && third && same && any && third.value() == same.value();
}

template <class Tree>
bool starts_sessions(const Tree& tree) {
  // doc: dynamic
  const auto all = tree[sessions_key];
  auto owner = all.at("user-4711"); // or least_loaded()
  if (!owner)
    return false;
  auto session = owner.value().start_child();
  // doc: end
  return session && all.least_loaded();
}

template <class Tree>
bool resizes(const Tree& tree) {
  // doc: resize
  const auto all = tree[wards_key];
  auto before = all.resize(2); // 4, and the wards 3 and 2 have stopped
  auto none = all.resize(0);
  auto refused = all.at("patient-17");
  std::cout << to_string(refused.error()) << '\n';
  auto again = all.resize(4);
  // doc: end
  return before && before.value() == 4 && none && again;
}

template <class Tree>
bool prints(const Tree& tree, caf::scoped_actor& self) {
  auto fine = false;
  // doc: pool
  const printer pool = tree[printers_key]; // the interface of one worker
  vigil::mail(self, std::string{"all is well"})
    .request(pool, 5s)
    .receive([&](const std::string&) { fine = true; },
             [](const caf::error& why) { // such as errc::overloaded
               std::cout << to_string(vigil::to_failure(why)) << '\n';
             });
  // doc: end
  return fine;
}

} // namespace

int main() {
  vigil::prepare();
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto tree = hospital().start(system);
  if (!tree) {
    std::cout << render(tree.error()) << '\n';
    return EXIT_FAILURE;
  }
  caf::scoped_actor self{system};
  auto fine = routes(tree.value(), self);
  fine = starts_sessions(tree.value()) && fine;
  fine = prints(tree.value(), self) && fine;
  std::cout << "== resized\n";
  fine = resizes(tree.value()) && fine;
  fine = tree.value().stop().has_value() && fine;
  return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
