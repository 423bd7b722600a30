// A hospital that heals itself. Makes one ward round, then runs until SIGTERM
// or SIGINT; `hospital once` closes after the round.

#include "staff.hpp"
#include "ward.hpp"

// doc: hospital
using namespace std::chrono_literals;

// An ordinary CAF actor function, except that its handler tells an error, which
// is only an answer, from a fault, after which the actor restarts.
ward::behavior_type ward_monitor(ward::pointer self, std::string db_path) {
  auto db = open_database(db_path);
  return vigil::behavior(
    self, [db](const std::string& patient) -> vigil::outcome<double> {
      const auto* row = db->find(patient);
      if (row == nullptr)
        return vigil::error(clinic_errc::unknown_patient);
      if (row->height == 0)
        return vigil::fault(clinic_errc::corrupt_row, "height is zero");
      return row->weight / (row->height * row->height);
    });
}

int main(int argc, char** argv) {
  const auto once = asked_for_once(argc, argv);

  auto plugins = vigil::supervisor("plugins")
                   .strategy(vigil::rest_for_one)
                   .intensity(10, 60s)
                   .child(vigil::child("loader", plugin_loader))
                   .child(vigil::child("dispenser", dispenser));

  auto root
    = vigil::supervisor("hospital")
        .intensity(3, 5s)
        .auto_shutdown(vigil::auto_shutdown::any_significant)
        .child(vigil::child(ward_key, ward_monitor, "ward.db")
                 .shutdown(5s)
                 .backoff(vigil::exponential(100ms, 10s).jitter(0.2))
                 .health_check(10s, vigil::within(2s),
                               vigil::unhealthy_after(3)))
        .child(plugins) // a supervisor is a child like any other
        .child(vigil::child("round", ward_round).transient().significant(once));

  return finish(vigil::run(argc, argv, root));
}
// doc: end
