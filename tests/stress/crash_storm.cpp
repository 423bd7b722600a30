#include "at_rest.hpp"
#include "rounds.hpp"

#include <vigil/vigil.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// Replies with its argument; 1 faults, 2 throws, 3 quits.
caf::behavior crasher(caf::event_based_actor* self) {
  return vigil::behavior(self, [self](int x) -> vigil::outcome<int> {
    if (x == 1)
      return vigil::fault("one");
    if (x == 2)
      throw std::runtime_error("two");
    if (x == 3)
      self->quit(caf::make_error(caf::sec::runtime_error));
    return x;
  });
}

auto storm_tree() {
  constexpr auto plenty = 1'000'000U;
  return vigil::supervisor("storm")
    .intensity(plenty, 1s)
    .child(vigil::child("in-place", crasher))
    .child(vigil::child("drops", crasher).mailbox(vigil::drop))
    .child(vigil::child("respawned", crasher).respawn())
    .child(vigil::supervisor("group")
             .strategy(vigil::one_for_all)
             .intensity(plenty, 1s)
             .child(vigil::child("left", crasher))
             .child(vigil::child("right", crasher).respawn()));
}

struct tally {
  std::atomic<int> asked{0};
  std::atomic<int> answered{0};
  std::atomic<int> timeouts{0};
};

void ask(caf::scoped_actor& self, const caf::actor& to, int x, tally& counts) {
  ++counts.asked;
  self->request(to, 30s, x)
    .receive([&](int) { ++counts.answered; },
             [&](const caf::error& why) {
               if (vigil::to_failure(why).code == vigil::errc::timeout)
                 ++counts.timeouts;
               else
                 ++counts.answered;
             });
}

/// Crashes children, looks them up, and adds and removes others.
void storm(caf::actor_system& sys, vigil::tree_ref tree, int seed,
           tally& counts) {
  const std::vector<std::string> paths{"in-place", "drops", "respawned",
                                       "group/left", "group/right"};
  caf::scoped_actor self{sys, true};
  for (int i = 0; i < rounds(); ++i) {
    const auto n = static_cast<std::size_t>(i + seed);
    auto child = tree.find<caf::actor>(paths[n % paths.size()]);
    if (child)
      ask(self, child.value(), i % 7, counts);
    if (child && i % 11 == 0)
      caf::anon_send_exit(child.value(), caf::exit_reason::kill);
    if (i % 13 == 0)
      CHECK(tree.snapshot().rows.size() >= 7);
    if (i % 17 == 0) {
      const auto id = "extra-" + std::to_string(seed) + std::to_string(i);
      if (auto extra = tree.start_child(vigil::child(id, crasher)))
        ask(self, extra.value(), 5, counts);
      static_cast<void>(tree.terminate_child(id));
      static_cast<void>(tree.delete_child(id));
    }
  }
}

} // namespace

TEST_CASE("no request stays without an answer while many threads crash and "
          "change a tree, and it stops in the end") {
  caf::actor_system_config cfg;
  test::set_workers(cfg, 4);
  caf::actor_system sys{cfg};
  tally counts;
  auto tree = storm_tree().start(sys);
  REQUIRE(tree);
  std::atomic<int> events{0};
  tree.value().events().subscribe([&](const vigil::event&) { ++events; });
  std::vector<std::thread> threads;
  for (int seed = 0; seed < 4; ++seed)
    threads.emplace_back([&, seed] { storm(sys, tree.value(), seed, counts); });
  for (auto& x : threads)
    x.join();
  CHECK(counts.timeouts == 0);
  CHECK(counts.answered == counts.asked);
  CHECK(events > 0);
  CHECK(flaw_at_rest(tree.value()) == "");
  CHECK(tree.value().stop());
  CHECK(!tree.value().running());
}

TEST_CASE("a tree that is stopped in the middle of a storm answers all") {
  caf::actor_system_config cfg;
  test::set_workers(cfg, 4);
  caf::actor_system sys{cfg};
  tally counts;
  auto tree = storm_tree().start(sys);
  REQUIRE(tree);
  auto target = tree.value().find<caf::actor>("in-place").value();
  auto other = tree.value().find<caf::actor>("respawned").value();
  std::vector<std::thread> threads;
  for (int seed = 0; seed < 2; ++seed)
    threads.emplace_back([&, seed] {
      caf::scoped_actor self{sys, true};
      for (int i = 0; i < rounds(); ++i)
        ask(self, (i + seed) % 2 == 0 ? target : other, i % 5, counts);
    });
  CHECK(tree.value().stop());
  for (auto& x : threads)
    x.join();
  CHECK(counts.timeouts == 0);
  CHECK(counts.answered == counts.asked);
}
