// How long does it take from the message that crashes a child until the
// replacement has answered the next message? Seen by the client, for each way
// to crash, beside the textbook supervisor on bare CAF. Back to back, and with
// a pause before each crash, as crashes come in a service.

#include "support/raw.hpp"

using namespace bench;

namespace {

// -- ours ---------------------------------------------------------------------

vigil::outcome<void> crash_by(caf::event_based_actor* self, way how) {
  switch (how) {
    case way::value:
      return vigil::fault("crash");
    case way::error:
      return vigil::error("no crash");
    case way::fail:
      vigil::this_child(self).fail("crash");
      return vigil::success();
    case way::throws:
      throw std::runtime_error("crash");
    default:
      self->quit(caf::make_error(caf::sec::runtime_error));
      return vigil::success();
  }
}

caf::behavior in_place(caf::event_based_actor* self) {
  return vigil::behavior(
    self, [self](crash x) { return crash_by(self, x.how); },
    [](ping) { return pong{}; });
}

/// Crashes its child once a round, as the raw supervisor does. It holds one
/// handle for ever. If the mailbox survives, it need not know of the restart;
/// else the next message may die with the old one: then it asks again, as any
/// client has to.
class client : public caf::event_based_actor {
public:
  client(caf::actor_config& cfg, caf::actor child, way how, bool respawns,
         pace speed, histogram* latency)
    : caf::event_based_actor(cfg), child_(std::move(child)), how_(how),
      respawns_(respawns), pace_(speed), latency_(latency) {
    // nop
  }

  caf::behavior make_behavior() override {
    return {
      [this](go x) -> caf::result<nanoseconds> {
        left_ = x.rounds;
        done_ = make_response_promise();
        begin_ = stamp();
        round();
        return done_;
      },
      [this](pong) { answered(); },
    };
  }

private:
  void round() {
    keep(pace_);
    sent_ = stamp();
    if (how_ == way::kill)
      send_exit(child_, caf::exit_reason::kill);
    else
      tell(this, child_, crash{how_});
    if (respawns_)
      ask();
    else
      tell(this, child_, ping{});
  }

  void ask() {
    bench::ask(this, child_, ping{})
      .then([this](pong) { answered(); }, [this](const caf::error&) { ask(); });
  }

  void answered() {
    latency_->since(sent_);
    if (--left_ > 0)
      return round();
    done_.deliver(stamp() - begin_);
  }

  caf::actor child_;
  way how_;
  bool respawns_;
  pace pace_;
  histogram* latency_;
  std::size_t left_ = 0;
  caf::response_promise done_;
  nanoseconds begin_ = 0;
  nanoseconds sent_ = 0;
};

template <class Builder>
void ours(benchmark::State& state, const Builder& child, way how,
          bool respawns = false, pace speed = pace::back_to_back) {
  world here;
  auto tree = here.start(
    vigil::supervisor("bench").intensity(any_number, short_while).child(child));
  auto handle = tree.template find<caf::actor>("child").value();
  histogram latency;
  auto driver
    = here.system().spawn<client>(handle, how, respawns, speed, &latency);
  each_batch(state, rounds_at(speed),
             [&](std::size_t n) { return here.drive(driver, n); });
  report(state, latency);
}

// -- raw ----------------------------------------------------------------------

// The client's own messages, and nothing else: what CAF alone asks for.
void raw_messages(benchmark::State& state) {
  world here;
  histogram latency;
  auto child = here.system().spawn([]() -> caf::behavior {
    return {[](crash) {},
            [](ping) {
              return pong{};
            }};
  });
  auto driver = here.system().spawn<client>(child, way::error, false,
                                            pace::back_to_back, &latency);
  each_batch(state, size(500),
             [&](std::size_t n) { return here.drive(driver, n); });
  report(state, latency);
}

/// A supervisor by hand that is the handle of its child, so that it stays: what
/// comes goes to the child that is there, once that one has said that it is
/// up. What dies with a child is for the client to ask again.
class raw_keeper : public caf::event_based_actor {
public:
  explicit raw_keeper(caf::actor_config& cfg) : caf::event_based_actor(cfg) {
    // nop
  }

  caf::behavior make_behavior() override {
    spawn_child();
    return {
      [this](crash x) { tell(this, child_, x); },
      [this](ping) -> caf::result<caf::message> {
        if (up_)
          return hand_over(this, child_, ping{});
        waiting_.push_back(make_response_promise());
        return waiting_.back();
      },
      [this](pong) { came_up(); },
      [](const caf::error&) {},
    };
  }

  void on_exit() override {
    child_ = nullptr;
  }

private:
  void spawn_child() {
    up_ = false;
    child_ = spawn_watched<caf::no_spawn_options>(
      this, [this](const caf::actor_addr&) { spawn_child(); },
      [this](caf::event_based_actor* self) {
        tell(self, caf::actor{this}, pong{});
        return raw::function_child(self);
      });
  }

  void came_up() {
    up_ = true;
    for (auto& x : std::exchange(waiting_, {}))
      bench::ask(this, child_, ping{}).then([x](pong) mutable {
        x.deliver(pong{});
      });
  }

  caf::actor child_;
  bool up_ = false;
  std::vector<caf::response_promise> waiting_;
};

void raw_kept(benchmark::State& state) {
  world here;
  histogram latency;
  auto keeper = here.system().spawn<raw_keeper>();
  auto driver = here.system().spawn<client>(keeper, way::quit, true,
                                            pace::back_to_back, &latency);
  each_batch(state, size(500),
             [&](std::size_t n) { return here.drive(driver, n); });
  report(state, latency);
}

template <class Spawn>
void raw_loop(benchmark::State& state, way how,
              pace speed = pace::back_to_back) {
  world here;
  histogram latency;
  auto driver
    = here.system().spawn<raw::supervisor<Spawn>>(how, speed, &latency);
  each_batch(state, rounds_at(speed),
             [&](std::size_t n) { return here.drive(driver, n); });
  report(state, latency);
}

} // namespace

void bench::declare() {
  const auto in_place_by = [](const char* name, way how) {
    add(name, 40, [how](benchmark::State& state) {
      ours(state, vigil::child("child", in_place), how);
    });
  };
  in_place_by("in_place/value", way::value);
  in_place_by("in_place/fail", way::fail);
  in_place_by("in_place/quit", way::quit);
  in_place_by("in_place/throw", way::throws);
  in_place_by("in_place/kill", way::kill);
  in_place_by("in_place/no_crash_error_reply", way::error);
  const auto respawn_by = [](const char* name, way how) {
    add(name, 40, [how](benchmark::State& state) {
      ours(state, vigil::child("child", in_place).respawn(), how, true);
    });
  };
  respawn_by("respawn/value", way::value);
  respawn_by("respawn/quit", way::quit);
  respawn_by("respawn/throw", way::throws);
  const auto class_by = [](const char* name, way how) {
    add(name, 40, [how](benchmark::State& state) {
      ours(state, vigil::child<raw::class_child>("child"), how, true);
    });
  };
  class_by("respawn_class/quit", way::quit);
  class_by("respawn_class/throw", way::throws);
  const auto raw_by = [](const char* name, auto spawn, way how) {
    add(name, 40, [how](benchmark::State& state) {
      raw_loop<decltype(spawn)>(state, how);
    });
  };
  add("isolated/in_place", 40, [](benchmark::State& state) {
    ours(state, vigil::child("child", in_place), way::value, false,
         pace::isolated);
  });
  add("isolated/respawn", 40, [](benchmark::State& state) {
    ours(state, vigil::child<raw::class_child>("child"), way::quit, true,
         pace::isolated);
  });
  add("isolated/raw", 40, [](benchmark::State& state) {
    raw_loop<raw::spawn_class>(state, way::quit, pace::isolated);
  });
  add("raw_no_crash", 40, raw_messages);
  add("raw_kept", 40, raw_kept);
  raw_by("raw_function/quit", raw::spawn_function{}, way::quit);
  raw_by("raw_function/throw", raw::spawn_function{}, way::throws);
  raw_by("raw_class/quit", raw::spawn_class{}, way::quit);
  raw_by("raw_class/throw", raw::spawn_class{}, way::throws);
}
