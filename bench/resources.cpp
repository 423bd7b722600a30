// What does it cost to ask a resource guard's gauge for admission, beside the
// load of a flag; and what does a reading of the process cost?

#include "support/bench.hpp"

#include <atomic>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace bench;

namespace {

void load(benchmark::State& state) {
  static std::atomic<bool> full{false};
  std::uint64_t admitted = 0;
  each(state, [&] {
    admitted += full.load(std::memory_order_relaxed) ? 0U : 1U;
    benchmark::ClobberMemory();
  });
  benchmark::DoNotOptimize(admitted);
}

void admit(benchmark::State& state, const vigil::resource_gauge& gauge) {
  std::uint64_t admitted = 0;
  each(state, [&] {
    admitted += gauge.admit() ? 1U : 0U;
    benchmark::ClobberMemory();
  });
  benchmark::DoNotOptimize(admitted);
}

void shedding(benchmark::State& state, const vigil::resource_gauge& gauge) {
  std::uint64_t refused = 0;
  each(state, [&] {
    refused += gauge.shedding() ? 1U : 0U;
    benchmark::ClobberMemory();
  });
  benchmark::DoNotOptimize(refused);
}

/// A gauge whose guard saw too much.
vigil::resource_gauge full_gauge() {
  vigil::resource_gauge result;
  const vigil::resource_reading queue{.name = "queue",
                                      .level = vigil::resource_level::exceeded,
                                      .value = 12,
                                      .limit = 10};
  vigil::detail::access::state(result)->write({queue}, &queue, "service/guard");
  return result;
}

void sample(benchmark::State& state, const vigil::resource_query& what,
            std::size_t more) {
  std::vector<int> files(more);
  for (auto& x : files)
    x = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto source = vigil::process_resources();
  each(state, [&] { benchmark::DoNotOptimize(source(what)); });
  for (auto x : files)
    close(x);
}

} // namespace

void bench::declare() {
  for (const int threads : {1, 2}) {
    const vigil::resource_gauge gauge;
    add_plain("load", load)->Threads(threads);
    add_plain("admit", [gauge](benchmark::State& state) {
      admit(state, gauge);
    })->Threads(threads);
  }
  add_plain("shedding",
            [](benchmark::State& state) { shedding(state, full_gauge()); });
  add_plain("refuse",
            [](benchmark::State& state) { admit(state, full_gauge()); });
  add_plain("read/memory_cpu", [](benchmark::State& state) {
    sample(state, {.memory = true, .cpu = true}, 0);
  });
  for (const std::size_t n : {10U, 500U}) {
    const auto name = "read/descriptors/" + std::to_string(n);
    add_plain(name, [n](benchmark::State& state) {
      sample(state, {.descriptors = true, .connections = true}, n);
    });
  }
}
