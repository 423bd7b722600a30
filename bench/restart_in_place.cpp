// How long is a child that restarts in place not ready? From the moment its
// handler returns the fault, until its actor is ready for the next message: the
// way out of the handler, the budget, the end of the old state, the actor
// function, the new behavior. Two ends of the span are taken:
//
// - ready: CAF destroys the crash message as soon as the host is done with it,
//   right before it takes the next; the message notes the time,
// - next handler: the first line of the handler of the next message, which
//   waits in the mailbox already.

#include "support/raw.hpp"

using namespace bench;

namespace {

/// Where a span ends.
enum class end_of_span { ready, actor_function, next_handler };

/// What the child writes down.
struct record {
  histogram spans;
  nanoseconds begin = 0;
  end_of_span end = end_of_span::ready;

  void note(end_of_span x) {
    if (x == end && begin != 0)
      spans.since(std::exchange(begin, 0));
  }
};

} // namespace

/// A message that notes when it is no more.
struct last_message {
  last_message() = default;

  last_message(way how_, record* to_) : how(how_), to(to_) {
    // nop
  }

  last_message(last_message&& x) noexcept
    : how(x.how), to(std::exchange(x.to, nullptr)) {
    // nop
  }

  last_message(const last_message& x) = default;
  last_message& operator=(const last_message&) = delete;

  ~last_message() {
    if (to != nullptr)
      to->note(end_of_span::ready);
  }

  way how = way::value;
  record* to = nullptr;
};

CAF_BEGIN_TYPE_ID_BLOCK(vigil_bench_last, 2210)

CAF_ADD_TYPE_ID(vigil_bench_last, (last_message))

CAF_END_TYPE_ID_BLOCK(vigil_bench_last)

VIGIL_MESSAGE_TYPE(last_message)

namespace {

caf::behavior child(caf::event_based_actor* self, record* to) {
  to->note(end_of_span::actor_function);
  // One state of the user's: what a restart has to throw away and make again.
  auto counter = std::make_shared<int>(0);
  return vigil::behavior(
    self,
    [to, counter](const last_message& x) -> vigil::outcome<void> {
      ++*counter;
      to->begin = stamp();
      if (x.how == way::throws)
        throw std::runtime_error("crash");
      if (x.how == way::error)
        return vigil::success();
      return vigil::fault(vigil::errc::unspecified);
    },
    [to](ping) { to->note(end_of_span::next_handler); },
    [](go) { return nanoseconds{1}; });
}

/// Fills the mailbox of a child that cannot run meanwhile, as there is one
/// worker; so each crash finds its next message waiting.
caf::behavior feeder(caf::event_based_actor* self, const caf::actor& child,
                     way how, record* to) {
  return {[=](go x) {
    for (std::size_t i = 0; i < x.rounds; ++i) {
      tell(self, child, last_message{how, to});
      tell(self, child, ping{});
    }
    return hand_over(self, child, x);
  }};
}

void in_place(benchmark::State& state, way how, end_of_span end) {
  world here;
  record to;
  auto tree = here.start(vigil::supervisor("bench")
                           .intensity(any_number, short_while)
                           .child(vigil::child("child", child, &to)));
  auto handle = tree.find<caf::actor>("child").value();
  to.end = end;
  auto driver = here.system().spawn(feeder, handle, how, &to);
  each_batch(state, size(1000),
             [&](std::size_t n) { return here.drive(driver, n); });
  (void)tree.stop();
  report(state, to.spans);
}

// -- what it is compared with -------------------------------------------------

/// One half of a pair: takes the time from the other's `send` to its own
/// handler, then sends back. A pair of one talks to itself.
class player : public caf::event_based_actor {
public:
  player(caf::actor_config& cfg, record* to)
    : caf::event_based_actor(cfg), to_(to) {
    // nop
  }

  caf::behavior make_behavior() override {
    return {
      [this](go x, const caf::actor& other) -> caf::result<nanoseconds> {
        left_ = x.rounds;
        done_ = make_response_promise();
        serve(other);
        return done_;
      },
      [this](ping) {
        to_->spans.since(to_->begin);
        if (left_ > 0 && --left_ == 0)
          return done_.deliver(nanoseconds{1});
        serve(caf::actor_cast<caf::actor>(current_sender()));
      },
    };
  }

private:
  void serve(const caf::actor& other) {
    to_->begin = stamp();
    tell(this, other, ping{});
  }

  record* to_;
  std::size_t left_ = 0;
  caf::response_promise done_;
};

void raw_message(benchmark::State& state, bool to_itself) {
  world here;
  record to;
  auto first = here.system().spawn<player>(&to);
  auto second = to_itself ? first : here.system().spawn<player>(&to);
  caf::scoped_actor self{here.system()};
  each_batch(state, size(5000), [&](std::size_t n) {
    nanoseconds result = 0;
    ask(self, first, go{n}, second)
      .receive(
        [&](nanoseconds x) { result = x; },
        [](const caf::error& why) { world::fail(vigil::to_failure(why)); });
    return result;
  });
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
  vigil::prepare<caf::id_block::vigil_bench_last>();
  const auto by = [](const char* name, way how, end_of_span end) {
    add(name, 50, [=](benchmark::State& state) { in_place(state, how, end); });
  };
  by("value/ready", way::value, end_of_span::ready);
  by("value/actor_function", way::value, end_of_span::actor_function);
  by("value/next_handler", way::value, end_of_span::next_handler);
  by("throw/ready", way::throws, end_of_span::ready);
  by("no_crash/ready", way::error, end_of_span::ready);
  by("no_crash/next_handler", way::error, end_of_span::next_handler);
  add("raw_message/other", 20,
      [](benchmark::State& state) { raw_message(state, false); });
  add("raw_message/itself", 20,
      [](benchmark::State& state) { raw_message(state, true); });
  add("throw_catch", 20, throw_catch);
}
