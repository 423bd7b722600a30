// How long is a child that restarts in place not ready? From the moment its
// handler returns the fault, to the first line of the handler of the next
// message, which waits in the mailbox already. So the span holds everything:
// the way out of the handler, the budget, the end of the old state, the actor
// function, the new behavior, and the dispatch of the next message.

#include "support/raw.hpp"

using namespace bench;

namespace {

/// What the child writes down.
struct record {
  histogram spans;
  nanoseconds begin = 0;
  bool at_entry = false;
};

caf::behavior child(caf::event_based_actor* self, record* to) {
  // One state of the user's: what a restart has to throw away and make again.
  auto counter = std::make_shared<int>(0);
  if (to->at_entry && to->begin != 0)
    to->spans.since(to->begin);
  return vigil::behavior(
    self,
    [to, counter](crash x) -> vigil::outcome<int> {
      ++*counter;
      if (x.how == way::throws) {
        to->begin = stamp();
        throw std::runtime_error("crash");
      }
      if (x.how == way::error) {
        to->begin = stamp();
        return 1;
      }
      to->begin = stamp();
      return vigil::fault(vigil::errc::unspecified);
    },
    [to](ping) {
      if (!to->at_entry)
        to->spans.since(to->begin);
    },
    [](go) { return nanoseconds{1}; });
}

/// Fills the mailbox of a child that cannot run meanwhile, as there is one
/// worker; so each crash finds its next message waiting.
caf::behavior feeder(caf::event_based_actor* self, const caf::actor& child,
                     way how) {
  return {[=](go x) {
    for (std::size_t i = 0; i < x.rounds; ++i) {
      self->send(child, crash{how});
      self->send(child, ping{});
    }
    return self->delegate(child, x);
  }};
}

void in_place(benchmark::State& state, way how, bool at_entry) {
  world here;
  record to;
  auto tree = here.start(vigil::supervisor("bench")
                           .intensity(any_number, short_while)
                           .child(vigil::child("child", child, &to)));
  auto handle = tree.find<caf::actor>("child").value();
  to.at_entry = at_entry;
  auto driver = here.system().spawn(feeder, handle, how);
  each_batch(state, size(1000),
             [&](std::size_t n) { return here.drive(driver, n); });
  (void)tree.stop();
  report(state, to.spans);
}

// -- what it is compared with -------------------------------------------------

/// Sends itself a message and takes the time until it is there.
caf::behavior self_sender(caf::event_based_actor* self, record* to) {
  auto left = std::make_shared<std::size_t>(0);
  auto done = std::make_shared<caf::response_promise>();
  const auto send = [=] {
    to->begin = stamp();
    self->send(self, ping{});
  };
  return {
    [=](go x) -> caf::result<nanoseconds> {
      *left = x.rounds;
      *done = self->make_response_promise();
      send();
      return *done;
    },
    [=](ping) {
      to->spans.since(to->begin);
      if (--*left > 0)
        return send();
      done->deliver(nanoseconds{1});
    },
  };
}

void raw_message(benchmark::State& state) {
  world here;
  record to;
  auto driver = here.system().spawn(self_sender, &to);
  each_batch(state, size(5000),
             [&](std::size_t n) { return here.drive(driver, n); });
  report(state, to.spans);
}

[[gnu::noinline]] void thrower() {
  throw std::runtime_error("crash");
}

void throw_catch(benchmark::State& state) {
  histogram spans;
  const auto once = [&] {
    const auto begin = stamp();
    try {
      thrower();
    } catch (const std::exception& e) {
      benchmark::DoNotOptimize(e.what());
    }
    spans.since(begin);
  };
  each_batch(state, size(1000), [&](std::size_t n) {
    return timed([&] {
      for (; n > 0; --n)
        once();
    });
  });
  report(state, spans);
}

} // namespace

void bench::declare() {
  const auto by = [](const char* name, way how, bool at_entry) {
    add(name, 50,
        [=](benchmark::State& state) { in_place(state, how, at_entry); });
  };
  by("in_place/value", way::value, false);
  by("in_place/value_to_actor_function", way::value, true);
  by("in_place/throw", way::throws, false);
  by("in_place/no_crash", way::error, false);
  add("raw_message", 20, raw_message);
  add("throw_catch", 20, throw_catch);
}
