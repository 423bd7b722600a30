// What does supervision add to a message and to a request? The child, in place,
// behind a slot and as one of a pool, beside the same actor function spawned by
// hand.

#include "support/requester.hpp"

using namespace bench;

namespace {

// Plain CAF handlers: the same code for all.
caf::behavior plain(caf::event_based_actor*) {
  return {[](ping) {}, [](crash) { return pong{}; },
          [](go) {
            return nanoseconds{0};
          }};
}

// What our documentation shows.
caf::behavior outcomes(caf::event_based_actor* self) {
  return vigil::behavior(
    self, [](ping) -> vigil::outcome<void> { return vigil::success(); },
    [](crash) -> vigil::outcome<pong> { return pong{}; },
    [](go) { return nanoseconds{0}; });
}

/// Sends to a child that does not run meanwhile, then has it handle them all.
caf::behavior sender(caf::event_based_actor* self, const caf::actor& child) {
  auto begin = std::make_shared<nanoseconds>(0);
  return {[=](go x) -> caf::result<nanoseconds> {
    auto done = self->make_response_promise();
    *begin = stamp();
    for (std::size_t i = 0; i < x.rounds; ++i)
      tell(self, child, ping{});
    ask(self, child, go{}).then([=](nanoseconds) mutable {
      done.deliver(stamp() - *begin);
    });
    return done;
  }};
}

template <class Spawn>
void measure(benchmark::State& state, world& here, bool requests, Spawn get) {
  auto child = get();
  auto driver = requests ? here.system().template spawn<requester>(child)
                         : here.system().spawn(sender, child);
  each_batch(state, size(requests ? 500 : 2000),
             [&](std::size_t n) { return here.drive(driver, n); });
}

template <class Builder>
void supervised(benchmark::State& state, bool requests, const Builder& child) {
  world here;
  auto tree = here.start(vigil::supervisor("bench").child(child));
  measure(state, here, requests,
          [&] { return tree.template find<caf::actor>("child").value(); });
}

} // namespace

void bench::declare() {
  for (const bool requests : {false, true}) {
    const std::string kind = requests ? "request/" : "message/";
    const auto n = requests ? 50 : 100;
    add(kind + "raw", n, [=](benchmark::State& state) {
      world here;
      measure(state, here, requests,
              [&] { return here.system().spawn(plain); });
    });
    add(kind + "in_place", n, [=](benchmark::State& state) {
      supervised(state, requests, vigil::child("child", plain));
    });
    add(kind + "in_place_outcome", n, [=](benchmark::State& state) {
      supervised(state, requests, vigil::child("child", outcomes));
    });
    add(kind + "pool", n, [=](benchmark::State& state) {
      supervised(state, requests,
                 vigil::pool("child", 4, vigil::child("worker", plain)));
    });
    add(kind + "slot", n, [=](benchmark::State& state) {
      supervised(state, requests, vigil::child("child", plain).respawn());
    });
  }
}
