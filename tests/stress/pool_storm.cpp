#include "at_rest.hpp"
#include "rounds.hpp"

#include <vigil/vigil.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

using worker = vigil::typed_actor<caf::result<int>(int)>;

inline constexpr vigil::child_key<worker, "pool"> pool_key;
inline constexpr vigil::child_key<worker, "new"> respawned_key;
inline constexpr vigil::child_key<vigil::partitions_ref<worker>, "parts">
  parts_key;

/// Replies with its argument; 1 faults, 2 throws, 3 quits.
worker::behavior_type crasher(worker::pointer self) {
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
  auto each = [](std::size_t i) {
    auto child = vigil::child("worker", crasher);
    return i % 2 == 0 ? child : child.backoff(vigil::fixed(1ms));
  };
  auto part = vigil::child("part", crasher);
  return vigil::supervisor("storm")
    .child(vigil::pool(pool_key, 4, each).intensity(plenty, 1s))
    .child(vigil::pool(respawned_key, 3, part.respawn()).intensity(plenty, 1s))
    .child(vigil::partition_supervisor(parts_key, part)
             .partitions(4)
             .intensity(plenty, 1s));
}

struct tally {
  std::atomic<int> asked{0};
  std::atomic<int> answered{0};
  std::atomic<int> served{0};
};

void ask(caf::scoped_actor& self, const worker& to, int x, tally& counts) {
  ++counts.asked;
  self->request(to, 30s, x)
    .receive(
      [&](int) {
        ++counts.answered;
        ++counts.served;
      },
      [&](const caf::error& why) {
        if (why != caf::sec::request_timeout)
          ++counts.answered;
      });
}

template <class Tree>
void storm(caf::actor_system& sys, const Tree& tree, int seed, tally& counts) {
  caf::scoped_actor self{sys, true};
  const auto parts = tree[parts_key];
  for (int i = 0; i < rounds(); ++i) {
    ask(self, tree[pool_key], (i + seed) % 9, counts);
    ask(self, tree[respawned_key], (i + seed) % 11, counts);
    if (auto part = parts.at(i))
      ask(self, part.value(), i % 13, counts);
  }
}

/// Takes members and partitions out and brings them back.
template <class Tree>
void resize(const Tree& tree, const std::atomic<bool>& done) {
  const auto parts = tree[parts_key];
  for (std::size_t i = 0; !done; ++i) {
    const auto n = 1 + i % 4;
    CHECK(parts.resize(n));
    CHECK(parts.size() == n);
    const auto id = std::to_string(i % 4);
    CHECK(tree.terminate_child("pool/" + id));
    CHECK(tree.restart_child("pool/" + id));
    CHECK(tree.terminate_child("new/1"));
    CHECK(tree.restart_child("new/1"));
  }
}

} // namespace

TEST_CASE("no request to a pool or a partition stays without an answer while "
          "members crash and come and go") {
  caf::actor_system_config cfg;
  test::set_workers(cfg, 4);
  caf::actor_system sys{cfg};
  tally counts;
  auto started = storm_tree().start(sys);
  REQUIRE(started);
  const auto& tree = started.value();
  std::atomic<bool> done{false};
  std::thread resizer{[&] {
    resize(tree, done);
  }};
  std::vector<std::thread> threads;
  for (int seed = 0; seed < 4; ++seed)
    threads.emplace_back([&, seed] { storm(sys, tree, seed, counts); });
  for (auto& x : threads)
    x.join();
  done = true;
  resizer.join();
  CHECK(counts.answered == counts.asked);
  CHECK(counts.served > counts.asked / 2);
  caf::scoped_actor self{sys, true};
  counts.served = 0;
  for (int i = 0; i < 12; ++i) {
    ask(self, tree[pool_key], 5, counts);
    ask(self, tree[respawned_key], 5, counts);
  }
  CHECK(counts.served == 24);
  CHECK(flaw_at_rest(tree) == "");
  CHECK(tree.stop());
}
