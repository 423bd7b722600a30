// What does it cost to ask the restart budget, whatever the window holds, alone
// and beside another thread that asks too?

#include "support/bench.hpp"

using namespace bench;

namespace {

void admit(benchmark::State& state, vigil::restart_window& window) {
  auto time = vigil::time_point{} + std::chrono::hours{1};
  std::uint64_t admitted = 0;
  each(state, [&] {
    time += std::chrono::nanoseconds{1};
    admitted += window.admit(time) ? 1U : 0U;
  });
  benchmark::DoNotOptimize(admitted);
}

} // namespace

void bench::declare() {
  for (const std::uint32_t entries : {1U, 100U, 10'000U})
    for (const int threads : {1, 2}) {
      auto window = std::make_shared<vigil::restart_window>(
        vigil::restart_intensity{entries, short_while});
      const auto name = "admit/" + std::to_string(entries);
      add_plain(name,
                [window](benchmark::State& state) { admit(state, *window); })
        ->Threads(threads)
        ->UseRealTime();
    }
}
