#include "bench.hpp"

#include "messages.hpp"

#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string_view>

namespace bench {

namespace {

bool tiny_run = false;
bool counted_run = false;

// Takes our own flag out before google-benchmark sees it.
bool take_flag(int& argc, char** argv, std::string_view flag) {
  auto* const last = std::remove(argv + 1, argv + argc, flag);
  const bool found = last != argv + argc;
  argc = static_cast<int>(last - argv);
  return found;
}

} // namespace

bool tiny() noexcept {
  return tiny_run;
}

bool counted() noexcept {
  return counted_run;
}

void keep_memory() {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_MMAP_MAX, 0);
  std::vector<std::unique_ptr<char[]>> blocks(size(100'000));
  for (auto& block : blocks)
    block = std::make_unique<char[]>(2000);
}

world::config::config(std::size_t workers) {
  set_workers(*this, workers);
}

world::world(std::size_t workers) : config_(workers), system_(config_) {
  // nop
}

void world::fail(const vigil::failure& why) {
  std::fprintf(stderr, "%s\n", render(why).c_str());
  std::exit(1);
}

nanoseconds world::drive(const caf::actor& driver, std::size_t rounds) {
  nanoseconds result = 0;
  caf::scoped_actor self{system_};
  ask(self, driver, go{rounds})
    .receive([&](nanoseconds x) { result = x; },
             [](const caf::error& why) { fail(vigil::to_failure(why)); });
  return result;
}

void report(benchmark::State& state, const histogram& x) {
  auto& to = state.counters;
  const auto set = [&](const char* name, nanoseconds value) {
    to[name] = static_cast<double>(value);
  };
  set("p50", x.quantile(0.5));
  set("p99", x.quantile(0.99));
  set("p99_9", x.quantile(0.999));
  set("max", x.max());
  set("clock", clock_cost());
}

} // namespace bench

int main(int argc, char** argv) {
  bench::tiny_run = bench::take_flag(argc, argv, "--tiny");
  bench::counted_run = bench::take_flag(argc, argv, "--count");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 1;
  vigil::prepare<caf::id_block::vigil_bench>();
  bench::declare();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
