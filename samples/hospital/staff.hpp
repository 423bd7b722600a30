#pragma once

/// The other children of the hospital: two plugins, and the ward round that
/// asks the ward and shows the tree. And its door: the command line.

#include "clinic.hpp"
#include "ward.hpp"

#include <vigil/vigil.hpp>

#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

using namespace std::chrono_literals;

// doc: loader
/// Its first incarnation fails soon after its start.
inline caf::behavior plugin_loader(caf::event_based_actor* self) {
  auto child = vigil::this_child(self);
  if (child.incarnation() == 1)
    child.run_after(20ms, [self] {
      vigil::this_child(self).fail(clinic_errc::bad_plugin, "wrong version");
    });
  return vigil::behavior(
    self, [](const std::string& plugin) { return plugin + " loaded"; });
}
// doc: end

/// Relies on the loader: rest_for_one restarts it too.
inline caf::behavior dispenser(caf::event_based_actor* self) {
  return vigil::behavior(self, [](int dose) { return dose; });
}

inline constexpr std::array<std::string_view, 4> patients{"ada", "nobody",
                                                          "zoe", "bob"};

/// Shows the tree, and ends the round.
inline void show_tree(caf::event_based_actor* self) {
  vigil::mail(self, vigil::call::take_snapshot{})
    .request(vigil::this_child(self).supervisor(), 5s)
    .then([=](const vigil::tree_snapshot& x) {
      std::cout << to_string(x) << std::flush;
      self->quit();
    });
}

inline void heard(caf::event_based_actor* self, std::string_view patient,
                  const std::string& what) {
  std::cout << patient << ": " << what << '\n';
  if (patient == patients.back())
    show_tree(self);
}

inline void visit(caf::event_based_actor* self, const ward& to) {
  for (auto patient : patients)
    vigil::mail(self, std::string{patient})
      .request(to, 5s)
      .then([=](double index) { heard(self, patient, std::to_string(index)); },
            [=](const caf::error& why) {
              heard(self, patient, to_string(vigil::to_failure(why)));
            });
}

/// Visits the patients, shows the healed tree, and ends.
inline void ward_round(caf::event_based_actor* self) {
  // doc: sibling
  auto monitor = vigil::this_child(self).sibling(ward_key);
  if (!monitor)
    return vigil::this_child(self).fail(monitor.error().code);
  visit(self, monitor.value());
  // doc: end
}

/// Returns whether the command line says `once`; ends the program if it says
/// anything else but CAF's options. From then on a file that is too large is an
/// error, see `finish`.
inline bool asked_for_once(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);
  int i = 1;
  while (i < argc && *argv[i] == '-')
    ++i;
  if (i == argc)
    return false;
  if (i + 1 == argc && argv[i] == std::string_view{"once"})
    return true;
  std::cerr << "usage: hospital [CAF's options] [once]\n";
  std::exit(2);
}

/// Returns the status, unless what was printed got lost.
inline int finish(int status) {
  if (std::cout.flush())
    return status;
  std::cerr << "hospital: cannot write to standard output\n";
  return EXIT_FAILURE;
}
