// What does one supervised child cost to start if several threads start some at
// once? Beside it, raw CAF: lazy spawns from the same threads. All take memory
// that malloc has at hand.

#include "support/raw.hpp"

#include <barrier>
#include <thread>

using namespace bench;

namespace {

using pool_type = vigil::dynamic_ref<caf::actor>;

caf::behavior idle(caf::event_based_actor*) {
  return {[](int x) {
    return x;
  }};
}

/// Has `threads` threads call `f(i)` at once, each with its number. Returns the
/// mean of their times.
template <class F>
nanoseconds at_once(std::size_t threads, F f) {
  std::vector<nanoseconds> spans(threads);
  std::barrier ready{std::ssize(spans)};
  {
    std::vector<std::jthread> all;
    for (std::size_t i = 0; i < threads; ++i)
      all.emplace_back([&, i] {
        ready.arrive_and_wait();
        spans[i] = timed([&] { f(i); });
      });
  }
  nanoseconds sum = 0;
  for (auto span : spans)
    sum += span;
  return sum / static_cast<nanoseconds>(threads);
}

void dynamic_children(benchmark::State& state, std::size_t threads) {
  world here;
  auto tree = here.start(vigil::supervisor("bench").child(
    vigil::dynamic_supervisor<caf::actor>("pool", idle)));
  auto pool = tree.find<pool_type>("pool").value();
  each_batch(state, size(1000), [&](std::size_t n) {
    return at_once(threads, [&](std::size_t) {
      for (auto left = n; left > 0; --left)
        (void)pool.start_child();
    });
  });
}

// A supervisor holds its children, so who spawns by hand does so too.
void raw_actors(benchmark::State& state, std::size_t threads) {
  world here;
  std::vector<std::vector<caf::actor>> children(threads);
  each_batch(state, size(1000), [&](std::size_t n) {
    return at_once(threads, [&](std::size_t i) {
      for (auto left = n; left > 0; --left)
        children[i].push_back(here.system().spawn<caf::lazy_init>(idle));
    });
  });
}

} // namespace

void bench::declare() {
  keep_memory();
  for (std::size_t threads : {1U, 2U, 4U}) {
    const auto suffix = "/" + std::to_string(threads);
    add("dynamic" + suffix, 20, [threads](benchmark::State& state) {
      dynamic_children(state, threads);
    });
    add("raw" + suffix, 20,
        [threads](benchmark::State& state) { raw_actors(state, threads); });
  }
}
