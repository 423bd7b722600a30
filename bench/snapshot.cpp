// What does a picture of the whole tree cost, by its number of children?

#include "support/bench.hpp"

using namespace bench;

namespace {

caf::behavior idle(caf::event_based_actor*) {
  return {[](int x) {
    return x;
  }};
}

void take(benchmark::State& state, std::size_t n) {
  world here;
  std::vector<decltype(vigil::child("", idle))> children;
  for (std::size_t i = 0; i < n; ++i)
    children.push_back(vigil::child("child-" + std::to_string(i), idle));
  auto tree = here.start(vigil::supervisor("bench").children(children));
  each(state, [&] { benchmark::DoNotOptimize(tree.snapshot()); });
  state.counters["rows"] = static_cast<double>(tree.snapshot().rows.size());
  (void)tree.stop();
}

} // namespace

void bench::declare() {
  for (const std::size_t n : {10UL, 100UL, 1000UL, 10'000UL, 100'000UL})
    add_plain(
      "children/" + std::to_string(n),
      [n](benchmark::State& state) { take(state, size(n)); }, 5);
}
