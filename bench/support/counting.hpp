#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>

namespace bench {

/// True in a run whose operations are counted and not timed: bench/counts.py
/// has callgrind and strace look at it.
[[nodiscard]] bool counted() noexcept;

/// Sets the name of the benchmark that runs now; google-benchmark tells it to
/// nobody.
void begin_benchmark(std::string name);

/// Brackets operations whose costs are counted: those of the benchmark, or of
/// one of its steps if it has several. Not for several threads at once.
///
/// Callgrind counts instructions, those with a lock prefix and calls of malloc
/// from construction to `end`; strace finds two system calls that do nothing,
/// and counts futex(2) between them. Voluntary context switches are the
/// kernel's own count, in each run: `switches` of the benchmark.
class counting {
public:
  explicit counting(std::string step = "");

  counting(const counting&) = delete;
  counting& operator=(const counting&) = delete;

  /// @pre Called once.
  void end(benchmark::State& state, std::size_t operations);

private:
  std::string step_;
  long switches_;
};

/// While one is there, instructions of this thread are not counted: for a pause
/// that is no part of the operation.
class uncounted {
public:
  uncounted();

  ~uncounted();

  uncounted(const uncounted&) = delete;
  uncounted& operator=(const uncounted&) = delete;
};

/// Runs `f` once an iteration, counted unless several threads do so.
template <class F>
void each(benchmark::State& state, F f) {
  if (state.threads() > 1) {
    for (auto _ : state)
      f();
    return;
  }
  // What only the first do is no part of the operation.
  for (int i = 0; counted() && i < 3; ++i)
    f();
  counting here;
  for (auto _ : state)
    f();
  here.end(state, static_cast<std::size_t>(state.iterations()));
}

} // namespace bench
