#pragma once

#include "counting.hpp"
#include "histogram.hpp"

#include <vigil/vigil.hpp>

#include <benchmark/benchmark.h>
#include <raw_caf.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// Adds the benchmarks of this program; each program defines it.
void declare();

/// True in a run that only shows that the benchmarks work.
[[nodiscard]] bool tiny() noexcept;

/// Returns the amount of work: `full`, next to nothing in a tiny run, and not
/// very much in one that is counted, as that takes fifty times as long.
[[nodiscard]] inline std::size_t size(std::size_t full) noexcept {
  const std::size_t most = tiny() ? 20 : counted() ? 20'000 : full;
  return std::min(full, most);
}

/// A budget that is checked in full and never spent.
inline constexpr std::uint32_t any_number = 1024;
inline constexpr auto short_while = std::chrono::nanoseconds{1};

/// An actor system. One worker unless asked: what is measured is the path, not
/// the luck of two workers meeting.
class world {
public:
  explicit world(std::size_t workers = 1);

  [[nodiscard]] caf::actor_system& system() noexcept {
    return system_;
  }

  /// Starts a tree, or ends the program: a benchmark of nothing helps nobody.
  template <class Builder>
  [[nodiscard]] auto start(const Builder& root) {
    auto tree = root.start(system_);
    if (!tree)
      fail(tree.error());
    return std::move(tree).value();
  }

  [[noreturn]] static void fail(const vigil::failure& why);

  /// Has a driver do `rounds` rounds. Returns how long it says that took.
  [[nodiscard]] nanoseconds drive(const caf::actor& driver, std::size_t rounds);

private:
  struct config : caf::actor_system_config {
    explicit config(std::size_t workers);
  };

  config config_;
  caf::actor_system system_;
};

/// Has malloc use one arena for all threads and keep some 200 MB at hand: for
/// benchmarks where fresh memory would cost more than what they measure.
void keep_memory();

/// Adds a benchmark whose time is google-benchmark's.
/// @param counted_rounds how often it runs while it is counted
template <class F>
benchmark::internal::Benchmark* add_plain(const std::string& name, F f,
                                          int counted_rounds = 1000) {
  auto* result = benchmark::RegisterBenchmark(
    name.c_str(), [name, f](benchmark::State& state) {
      if (state.threads() == 1)
        begin_benchmark(name);
      f(state);
    });
  if (counted())
    result->Iterations(counted_rounds);
  return result;
}

/// Adds a benchmark that takes its own time, in `batches` batches.
template <class F>
void add(const std::string& name, int batches, F f) {
  auto* result = add_plain(name, std::move(f), 2)->UseManualTime();
  if (!counted())
    result->Iterations(tiny() ? 1 : batches);
}

/// Reports the median of what batches took.
inline void report_median(benchmark::State& state, std::vector<double> spans) {
  const auto middle = spans.begin() + std::ssize(spans) / 2;
  std::nth_element(spans.begin(), middle, spans.end());
  state.counters["median"] = *middle;
}

/// Runs `f(rounds)`, which returns nanoseconds, once to warm up and then once a
/// batch. Reports the time of one round: the mean as the benchmark's time, the
/// median of the batches, which a busy neighbour disturbs less, as `median`.
template <class F>
void each_batch(benchmark::State& state, std::size_t rounds, F f) {
  std::vector<double> spans;
  (void)f(rounds);
  counting here;
  for (auto _ : state) {
    spans.push_back(static_cast<double>(f(rounds))
                    / static_cast<double>(rounds));
    state.SetIterationTime(spans.back() * 1e-9);
  }
  here.end(state, rounds * spans.size());
  report_median(state, std::move(spans));
}

/// The same, with `after()` once a batch, which is neither timed nor counted.
template <class F, class G>
void each_batch(benchmark::State& state, std::size_t rounds, F f, G after) {
  std::vector<double> spans;
  (void)f(rounds);
  after();
  for (auto _ : state) {
    // Each counts anew: what stays is the last one.
    counting here;
    spans.push_back(static_cast<double>(f(rounds))
                    / static_cast<double>(rounds));
    here.end(state, rounds);
    state.SetIterationTime(spans.back() * 1e-9);
    after();
  }
  report_median(state, std::move(spans));
}

/// Calls `f` and returns how long it took.
template <class F>
[[nodiscard]] nanoseconds timed(F f) {
  const auto begin = stamp();
  f();
  return std::max<nanoseconds>(stamp() - begin - clock_cost(), 0);
}

/// How crashes follow each other.
enum class pace { back_to_back, isolated };

/// Waits as long as it takes until CAF's other threads sleep, if crashes come
/// alone. Keeps the processor, so that the worker stays awake.
inline void keep(pace x) {
  constexpr nanoseconds rest = 100'000;
  if (x != pace::isolated)
    return;
  const uncounted pause;
  for (const auto begin = stamp(); stamp() - begin < rest;)
    ; // a busy service
}

/// Returns how many crashes make a batch.
[[nodiscard]] inline std::size_t rounds_at(pace x) {
  return size(x == pace::isolated ? 50 : 500);
}

/// Puts a distribution into the counters of a benchmark.
void report(benchmark::State& state, const histogram& x);

} // namespace bench
