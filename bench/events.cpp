// What does it cost to publish an event, with nobody listening and with one?

#include "support/bench.hpp"

#include <thread>

using namespace bench;

namespace {

vigil::event sample() {
  return {.type = vigil::event_type::child_restarted,
          .path = "hospital/plugins/loader",
          .incarnation = 42};
}

// As the library does it: it asks before it builds an event.
void publish(benchmark::State& state, vigil::event_stream& events) {
  each(state, [&] {
    if (events.enabled())
      vigil::detail::access::publish(events, sample());
    benchmark::ClobberMemory();
  });
}

} // namespace

void bench::declare() {
  // A program that never had a second thread counts references without locks.
  std::thread{[] {
  }}.join();
  add_plain("subscribers/0", [](benchmark::State& state) {
    vigil::event_stream events;
    publish(state, events);
  });
  add_plain("subscribers/1", [](benchmark::State& state) {
    vigil::event_stream events;
    std::uint64_t seen = 0;
    events.subscribe([&](const vigil::event&) { ++seen; });
    publish(state, events);
    benchmark::DoNotOptimize(seen);
  });
  add_plain("build_only", [](benchmark::State& state) {
    each(state, [] { benchmark::DoNotOptimize(sample()); });
  });
}
