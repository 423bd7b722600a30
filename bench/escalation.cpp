// A leaf crashes, and its supervisor has no restart left; nor have those above,
// up to the one that restarts the whole branch. How long until the leaf answers
// again, by the number of supervisors that give up on the way?

#include "support/raw.hpp"

using namespace bench;

namespace {

caf::behavior leaf(caf::event_based_actor* self) {
  return vigil::behavior(
    self, [](crash) -> vigil::outcome<int> { return vigil::fault("crash"); },
    [](ping) { return pong{}; });
}

template <class Child>
auto branch(int levels, const Child& child) {
  auto result = vigil::supervisor("level")
                  .intensity(0, std::chrono::seconds{1})
                  .child(child);
  while (--levels > 0)
    result = vigil::supervisor("level")
               .intensity(0, std::chrono::seconds{1})
               .child(result);
  return result;
}

caf::behavior client(caf::event_based_actor* self, const caf::actor& child,
                     histogram* latency) {
  struct state {
    std::size_t left = 0;
    caf::response_promise done;
    nanoseconds begin = 0;
    nanoseconds sent = 0;
  };
  auto st = std::make_shared<state>();
  const auto round = [=] {
    st->sent = stamp();
    tell(self, child, crash{way::value});
    tell(self, child, ping{});
  };
  return {
    [=](go x) -> caf::result<nanoseconds> {
      st->left = x.rounds;
      st->done = self->make_response_promise();
      st->begin = stamp();
      round();
      return st->done;
    },
    [=](pong) {
      latency->since(st->sent);
      if (--st->left > 0)
        return round();
      st->done.deliver(stamp() - st->begin);
    },
  };
}

void escalate(benchmark::State& state, int levels) {
  world here;
  auto tree = here.start(vigil::supervisor("root")
                           .intensity(any_number, short_while)
                           .child(branch(levels, vigil::child("leaf", leaf))));
  std::string path;
  for (int i = 0; i < levels; ++i)
    path += "level/";
  auto handle = tree.find<caf::actor>(path + "leaf").value();
  histogram latency;
  auto driver = here.system().spawn(client, handle, &latency);
  each_batch(state, size(100),
             [&](std::size_t n) { return here.drive(driver, n); });
  report(state, latency);
}

} // namespace

void bench::declare() {
  for (int levels = 1; levels <= 5; ++levels)
    add("levels/" + std::to_string(levels), 40,
        [levels](benchmark::State& state) { escalate(state, levels); });
}
