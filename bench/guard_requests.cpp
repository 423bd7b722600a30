// What do guards before an actor add to a request? The same actor, raw, behind
// a circuit breaker, and behind a whole chain.

#include "support/requester.hpp"

using namespace bench;

namespace {

caf::behavior plain(caf::event_based_actor*) {
  return {[](crash) {
    return pong{};
  }};
}

/// Measures requests to what `guard(target)` makes of an actor.
template <class F>
void row(const char* name, F guard) {
  add(name, 50, [guard](benchmark::State& state) {
    world here;
    auto target = here.system().spawn(plain);
    auto driver = here.system().spawn<requester>(guard(here, target));
    each_batch(state, size(500),
               [&](std::size_t n) { return here.drive(driver, n); });
    caf::anon_send_exit(target, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(driver, caf::exit_reason::user_shutdown);
  });
}

caf::actor started(world& here, const vigil::guard_builder<caf::actor>& x) {
  auto made = x.start(here.system());
  if (!made)
    world::fail(made.error());
  return made.value();
}

} // namespace

void bench::declare() {
  using std::chrono::seconds;
  constexpr auto many = 1'000'000U;
  row("raw", [](world&, const caf::actor& x) { return x; });
  row("breaker", [](world& here, const caf::actor& x) {
    return started(here, vigil::guard(x).breaker({}));
  });
  row("timeout", [](world& here, const caf::actor& x) {
    return started(here, vigil::guard(x).timeout(seconds{10}));
  });
  row("bulkhead", [](world& here, const caf::actor& x) {
    return started(here, vigil::guard(x).bulkhead({}));
  });
  row("rate_limit", [](world& here, const caf::actor& x) {
    return started(here, vigil::guard(x).rate_limit({many, seconds{1}}));
  });
  row("retry", [](world& here, const caf::actor& x) {
    return started(here, vigil::guard(x).retry({}));
  });
  row("chain", [](world& here, const caf::actor& x) {
    return started(
      here,
      vigil::guard(x).retry({}).breaker({}).bulkhead({}).timeout(seconds{10}));
  });
}
