#include "counting.hpp"

#include <string_view>
#include <tuple>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

// Requests to valgrind, which do nothing where it does not run the program.
#if __has_include(<valgrind/callgrind.h>)
#  include <valgrind/callgrind.h>
#else
#  define CALLGRIND_ZERO_STATS
#  define CALLGRIND_TOGGLE_COLLECT
#  define CALLGRIND_DUMP_STATS_AT(text) static_cast<void>(text)
#endif

namespace bench {

namespace {

std::string current;

// To be seen by strace: no file has that number.
void mark(std::string_view text) {
  if (counted())
    std::ignore = write(-1, text.data(), text.size());
}

long switches() {
  rusage x{};
  getrusage(RUSAGE_SELF, &x);
  return x.ru_nvcsw;
}

} // namespace

void begin_benchmark(std::string name) {
  current = std::move(name);
}

uncounted::uncounted() {
  CALLGRIND_TOGGLE_COLLECT;
}

uncounted::~uncounted() {
  CALLGRIND_TOGGLE_COLLECT;
}

counting::counting(std::string step)
  : step_(std::move(step)), switches_(switches()) {
  mark("counting");
  CALLGRIND_ZERO_STATS;
}

void counting::end(benchmark::State& state, std::size_t operations) {
  // Read by bench/counts.py.
  const auto text = current + '|' + step_ + '|' + std::to_string(operations);
  CALLGRIND_DUMP_STATS_AT(text.c_str());
  mark("counted " + text);
  state.counters[step_.empty() ? "switches" : step_ + "_switches"]
    = static_cast<double>(switches() - switches_)
      / static_cast<double>(operations);
}

} // namespace bench
