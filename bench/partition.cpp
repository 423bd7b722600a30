// What does it cost to find the partition of a key, alone and beside another
// thread that looks too?

#include "support/bench.hpp"
#include "support/raw.hpp"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

using namespace bench;

namespace {

constexpr std::size_t count = 4;
// More keys than partitions, few enough to stay in the cache.
constexpr std::size_t keys = 64;

using parts = vigil::partitions_ref<caf::actor>;

/// A running partition supervisor, and its handles as one keeps them by hand.
struct fixture {
  fixture()
    : tree(owner.start(vigil::supervisor("bench").child(
      vigil::partition_supervisor("parts",
                                  vigil::child("part", raw::function_child))
        .partitions(count)))),
      all(tree.find<parts>("parts").value()) {
    for (std::size_t i = 0; i < count; ++i)
      handles.push_back(all[i].value());
    for (std::size_t i = 0; i < keys; ++i) {
      table.emplace(i, handles[i % count]);
      texts.push_back("patient-" + std::to_string(i));
    }
  }

  world owner;
  vigil::supervisor_ref<vigil::key_list<>> tree;
  parts all;
  std::vector<caf::actor> handles;
  std::unordered_map<std::size_t, caf::actor> table;
  std::vector<std::string> texts;
};

// Benchmarks set up and tear down with plain functions.
std::unique_ptr<fixture> here;

void set_up(const benchmark::State&) {
  here = std::make_unique<fixture>();
}

void tear_down(const benchmark::State&) {
  here.reset();
}

/// Looks up one key after the other.
template <class F>
void look_up(const std::string& name, F find) {
  auto measure = [find](benchmark::State& state) {
    auto key = static_cast<std::size_t>(state.thread_index());
    each(state, [&] {
      auto found = find(*here, ++key % keys);
      benchmark::DoNotOptimize(found);
    });
  };
  for (const int threads : {1, 2})
    add_plain(name, measure)
      ->Setup(set_up)
      ->Teardown(tear_down)
      ->Threads(threads)
      ->UseRealTime();
}

} // namespace

void bench::declare() {
  look_up("number",
          [](const fixture& x, std::size_t key) { return x.all.at(key); });
  look_up("text", [](const fixture& x, std::size_t key) {
    return x.all.at(x.texts[key]);
  });
  look_up("vector", [](const fixture& x, std::size_t key) {
    return x.handles[key % x.handles.size()];
  });
  look_up("hash_map", [](const fixture& x, std::size_t key) {
    return x.table.find(key)->second;
  });
  look_up("text_hash", [](const fixture& x, std::size_t key) {
    return x.handles[std::hash<std::string>{}(x.texts[key]) % count];
  });
}
