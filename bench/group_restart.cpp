// One child of a group crashes. How long until all of them are up again, per
// child of the group? Beside it, a hand-written supervisor that stops all,
// waits for their down messages and spawns all.

#include "support/raw.hpp"

using namespace bench;

namespace {

/// Counts children that come up, and tells `driver` when all have.
struct roll_call {
  std::size_t up = 0;
  std::size_t all = 0;
  caf::actor driver;

  void here(caf::event_based_actor* self) {
    if (++up == all && driver)
      tell(self, driver, pong{});
  }
};

caf::behavior member(caf::event_based_actor* self, roll_call* roll) {
  roll->here(self);
  return vigil::behavior(
    self, [](crash) -> vigil::outcome<int> { return vigil::fault("crash"); });
}

/// Crashes `victim` once a round and waits until all are up again.
caf::behavior client(caf::event_based_actor* self, const caf::actor& victim,
                     roll_call* roll) {
  auto done = std::make_shared<caf::response_promise>();
  auto left = std::make_shared<std::size_t>(0);
  auto begin = std::make_shared<nanoseconds>(0);
  roll->driver = self;
  const auto round = [=] {
    roll->up = 0;
    tell(self, victim, crash{way::value});
  };
  return {
    [=](go x) -> caf::result<nanoseconds> {
      *left = x.rounds;
      *done = self->make_response_promise();
      *begin = stamp();
      round();
      return *done;
    },
    [=](pong) {
      if (--*left > 0)
        return round();
      roll->driver = nullptr;
      done->deliver(stamp() - *begin);
    },
  };
}

void ours(benchmark::State& state, vigil::restart_strategy strategy,
          std::size_t n) {
  world here;
  roll_call roll;
  std::vector<decltype(vigil::child("", member, &roll))> children;
  for (std::size_t i = 0; i < n; ++i)
    children.push_back(vigil::child(std::to_string(i), member, &roll));
  auto tree = here.start(vigil::supervisor("bench")
                           .strategy(strategy)
                           .intensity(any_number, short_while)
                           .children(children));
  roll.all = n;
  // rest_for_one: all children follow the first.
  auto victim = tree.find<caf::actor>("0").value();
  const auto rounds = size(std::max<std::size_t>(1000 / n, 1));
  each_batch(state, rounds * n, [&](std::size_t) {
    auto driver = here.system().spawn(client, victim, &roll);
    return here.drive(driver, rounds);
  });
  (void)tree.stop();
}

// -- raw ----------------------------------------------------------------------

caf::behavior raw_member(caf::event_based_actor* self) {
  return {[self](crash) {
    self->quit(caf::make_error(caf::sec::runtime_error));
  }};
}

class raw_group : public caf::event_based_actor {
public:
  raw_group(caf::actor_config& cfg, std::size_t n)
    : caf::event_based_actor(cfg), children_(n) {
    // nop
  }

  caf::behavior make_behavior() override {
    spawn_all();
    return {
      [this](go x) -> caf::result<nanoseconds> {
        left_ = x.rounds;
        done_ = make_response_promise();
        begin_ = stamp();
        tell(this, children_.front(), crash{way::quit});
        return done_;
      },
      // From the child that was spawned last: all are up.
      [this](pong) {
        if (--left_ > 0)
          return tell(this, children_.front(), crash{way::quit});
        done_.deliver(stamp() - begin_);
      },
    };
  }

  void on_exit() override {
    children_.clear();
  }

private:
  void spawn_all() {
    up_ = 0;
    for (auto& child : children_)
      child = spawn_watched<caf::no_spawn_options>(
        this, [this](const caf::actor_addr&) { on_down(); },
        [this](caf::event_based_actor* self) -> caf::behavior {
          if (++up_ == children_.size() && left_ > 0)
            tell(self, caf::actor{this}, pong{});
          return raw_member(self);
        });
    alive_ = children_.size();
  }

  void on_down() {
    if (alive_-- == children_.size())
      for (auto i = children_.rbegin(); i + 1 != children_.rend(); ++i)
        send_exit(*i, caf::exit_reason::user_shutdown);
    if (alive_ == 0)
      spawn_all();
  }

  std::vector<caf::actor> children_;
  std::size_t alive_ = 0;
  std::size_t up_ = 0;
  std::size_t left_ = 0;
  caf::response_promise done_;
  nanoseconds begin_ = 0;
};

void by_hand(benchmark::State& state, std::size_t n) {
  world here;
  auto driver = here.system().spawn<raw_group>(n);
  const auto rounds = size(std::max<std::size_t>(1000 / n, 1));
  each_batch(state, rounds * n,
             [&](std::size_t) { return here.drive(driver, rounds); });
}

} // namespace

void bench::declare() {
  for (const std::size_t full : {10UL, 100UL, 1000UL, 10'000UL}) {
    const auto n = size(full);
    const auto count = std::to_string(full);
    const auto batches = full > 1000 ? 5 : 30;
    add("one_for_all/" + count, batches,
        [n](benchmark::State& state) { ours(state, vigil::one_for_all, n); });
    add("rest_for_one/" + count, batches,
        [n](benchmark::State& state) { ours(state, vigil::rest_for_one, n); });
    add("raw/" + count, batches,
        [n](benchmark::State& state) { by_hand(state, n); });
  }
}
