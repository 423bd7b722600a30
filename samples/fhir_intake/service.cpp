#include "service.hpp"

#include "killer.hpp"
#include "reader_actor.hpp"
#include "store_actor.hpp"
#include "validator_actor.hpp"

#include <vigil/vigil.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace fhir_intake {

namespace {

using namespace std::chrono_literals;

constexpr vigil::child_key<store, "store"> store_key;
constexpr vigil::child_key<reader, "reader"> reader_key;
constexpr vigil::child_key<vigil::tasks_ref, "checks"> checks_key;
constexpr vigil::child_key<vigil::tasks_ref, "background"> background_key;

std::string worker_id(std::size_t i) {
  return "worker-" + std::to_string(i + 1);
}

// As many restarts as were ordered on the command line, and some that were not.
std::uint32_t budget(double ordered, std::uint32_t unforeseen) {
  constexpr double most = 10'000'000;
  return unforeseen + static_cast<std::uint32_t>(std::min(ordered, most));
}

// The error kernel: all that must not be lost is in here.
auto kernel(const plan& what) {
  auto every = what.asked.kill_store;
  auto kills = every == 0 ? 0.0
                          : static_cast<double>(expected_lines(what.in))
                              / static_cast<double>(every);
  return vigil::supervisor("kernel")
    .strategy(vigil::one_for_one)
    .intensity(budget(kills, 5), 30s)
    .child(vigil::child(store_key, store_actor, what.db,
                        std::make_shared<store_killer>(every))
             .permanent()
             .shutdown(5s));
}

// Workers crash: that is what they are for.
auto validators(const plan& what) {
  auto crashes
    = 1.5 * what.asked.faults * static_cast<double>(expected_lines(what.in));
  return vigil::supervisor("validators")
    .strategy(vigil::one_for_one)
    .intensity(budget(crashes, 10), 10s)
    .children("worker", what.asked.workers,
              [](const std::string&, std::size_t i) {
                return vigil::child(worker_id(i), validator_actor);
              });
}

auto hospital(const plan& what, reader_setup setup) {
  return vigil::supervisor("hospital")
    .strategy(vigil::rest_for_one)
    .intensity(2, 5min)
    .child(kernel(what))
    .child(vigil::supervisor("intake")
             .strategy(vigil::rest_for_one)
             .intensity(1, 5min)
             .child(validators(what))
             .child(vigil::task_supervisor(checks_key))
             .child(vigil::task_supervisor(background_key).max_children(2))
             .child(vigil::child(reader_key, reader_actor, std::move(setup))
                      .transient()));
}

} // namespace

ending serve(const plan& what, const std::shared_ptr<ledger>& book,
             const std::function<bool()>& tick) {
  ending result;
  auto every = what.asked.kill_store;
  reader_setup setup{what.in, fault_plan{what.asked.faults, what.asked.seed}};
  if (every != 0)
    setup.batch_size = static_cast<std::size_t>(
      std::min<std::uint64_t>(setup.batch_size, every));
  setup.book = book;
  setup.stock = std::make_shared<inventory>();
  setup.peers = std::make_shared<peer_book>();
  auto seen = std::make_shared<watch>("hospital", "hospital/intake/reader");

  vigil::prepare<caf::id_block::fhir_intake>();
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto tree = hospital(what, setup).start(system);
  if (!tree) {
    result.what = ending::kind::not_started;
    result.why = tree.error();
    return result;
  }
  auto& root = tree.value();
  root.events().subscribe([seen](const vigil::event& x) { seen->on(x); });

  peers who{{}, root[store_key], root[checks_key], root[background_key]};
  for (std::size_t i = 0; i < what.asked.workers; ++i)
    who.workers.push_back(
      root.find<validator>("intake/validators/" + worker_id(i)).value());
  setup.peers->set(std::move(who));
  vigil::anon_mail(go{}).send(root[reader_key]);

  auto state = watch::state::working;
  while (state == watch::state::working && tick())
    state = seen->wait_for(100ms);
  if (state == watch::state::working)
    result.what = ending::kind::interrupted;
  else if (state == watch::state::gave_up)
    result.what = ending::kind::gave_up;
  if (state == watch::state::done)
    result.tree = vigil::to_string(root.snapshot());
  (void)root.stop();
  if (auto ended = root.wait(); !ended)
    result.why = ended.error();
  result.tallies = seen->tallies();
  result.stock = setup.stock->count();
  return result;
}

} // namespace fhir_intake
