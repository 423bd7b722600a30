// What does one supervised child cost to start, by who asks for it? Beside it,
// raw CAF: spawned only, and spawned and run.
//
// All take memory that malloc has at hand. Fresh memory costs three times as
// much as all the rest, and the same for all: bench/million.cpp has that.

#include "support/raw.hpp"

#include <deque>
#include <memory>
#include <optional>

using namespace bench;

namespace {

caf::behavior idle(caf::event_based_actor*) {
  return {[](int x) {
    return x;
  }};
}

auto numbered(std::size_t& count) {
  return vigil::child("child-" + std::to_string(count++), idle).temporary();
}

// -- ours ---------------------------------------------------------------------

/// Asks a supervisor for children, all at once, and waits until all are up.
caf::behavior asker(caf::event_based_actor* self,
                    const vigil::supervisor_handle& supervisor) {
  struct state {
    std::size_t left = 0;
    std::size_t count = 0;
    caf::response_promise done;
    nanoseconds begin = 0;
  };
  auto st = std::make_shared<state>();
  return {[=](go x) -> caf::result<nanoseconds> {
    st->left = x.rounds;
    st->done = self->make_response_promise();
    st->begin = stamp();
    for (std::size_t i = 0; i < x.rounds; ++i)
      ask(self, supervisor, vigil::call::start_child{numbered(st->count)})
        .then([=](const vigil::child_info&) {
          if (--st->left == 0)
            st->done.deliver(stamp() - st->begin);
        });
    return st->done;
  }};
}

using pool_type = vigil::dynamic_ref<caf::actor>;

auto pool_of(bool eager) {
  auto pool = vigil::dynamic_supervisor<caf::actor>("pool", idle);
  return vigil::supervisor("bench").child(eager ? pool.eager() : pool);
}

/// Starts children of a dynamic supervisor; no message is involved.
caf::behavior starter(caf::event_based_actor*, const pool_type& pool) {
  return {[pool](go x) {
    return timed([&] {
      for (; x.rounds > 0; --x.rounds)
        (void)pool.start_child();
    });
  }};
}

void dynamic_from_actor(benchmark::State& state) {
  world here;
  auto tree = here.start(pool_of(false));
  auto pool = tree.find<pool_type>("pool").value();
  auto driver = here.system().spawn(starter, pool);
  each_batch(state, size(500),
             [&](std::size_t n) { return here.drive(driver, n); });
}

void dynamic_from_thread(benchmark::State& state, bool eager) {
  world here;
  auto tree = here.start(pool_of(eager));
  auto pool = tree.find<pool_type>("pool").value();
  each_batch(state, size(500), [&](std::size_t n) {
    return timed([&] {
      for (; n > 0; --n)
        (void)pool.start_child();
    });
  });
}

void from_actor(benchmark::State& state) {
  world here;
  auto tree = here.start(vigil::supervisor("bench"));
  auto driver = here.system().spawn(asker, tree.handle());
  each_batch(state, size(500),
             [&](std::size_t n) { return here.drive(driver, n); });
}

void from_thread(benchmark::State& state) {
  world here;
  auto tree = here.start(vigil::supervisor("bench"));
  std::size_t count = 0;
  histogram latency;
  each_batch(state, size(50), [&](std::size_t n) {
    return timed([&] {
      for (; n > 0; --n) {
        const auto begin = stamp();
        (void)tree.start_child(numbered(count));
        latency.since(begin);
      }
    });
  });
  report(state, latency);
}

/// All children of a tree that starts, after it was described.
void with_tree(benchmark::State& state) {
  world here;
  std::vector<decltype(vigil::child("", idle))> children;
  for (std::size_t i = 0; i < size(500); ++i)
    children.push_back(vigil::child("child-" + std::to_string(i), idle));
  auto root = vigil::supervisor("bench").children(children);
  std::optional<vigil::tree_ref> tree;
  each_batch(
    state, children.size(),
    [&](std::size_t) {
      const auto begin = stamp();
      tree = here.start(root);
      return stamp() - begin;
    },
    [&] { (void)tree->stop(); });
}

// -- raw ----------------------------------------------------------------------

/// Spawns actors; the answer comes when all that is asked for is done.
template <caf::spawn_options Options, bool Run, bool Watch = false>
class spawner : public caf::event_based_actor {
public:
  explicit spawner(caf::actor_config& cfg) : caf::event_based_actor(cfg) {
    // nop
  }

  caf::behavior make_behavior() override {
    return {
      [this](go x) -> caf::result<nanoseconds> {
        done_ = make_response_promise();
        children_.reserve(children_.size() + x.rounds);
        left_ = x.rounds;
        begin_ = stamp();
        for (std::size_t i = 0; i < x.rounds; ++i)
          children_.push_back(spawn_one());
        if constexpr (!Run)
          done_.deliver(stamp() - begin_);
        return done_;
      },
      [this](pong) { done_.deliver(stamp() - begin_); },
    };
  }

private:
  caf::actor spawn_one() {
    auto last = [this](caf::event_based_actor* self) -> caf::behavior {
      if (--left_ == 0)
        tell(self, caf::actor{this}, pong{});
      return idle(self);
    };
    if constexpr (Watch)
      return spawn_watched<Options>(
        this, [](const caf::actor_addr&) {}, last);
    else if constexpr (Run)
      return spawn<Options>(last);
    else
      return spawn<Options>(idle);
  }

  std::vector<caf::actor> children_;
  std::size_t left_ = 0;
  caf::response_promise done_;
  nanoseconds begin_ = 0;
};

/// What a supervisor by hand has to do: spawn a child and monitor it, and go on
/// once the child has said that it is up: with the next one, or with an answer
/// to who asked for it.
class raw_starter : public caf::event_based_actor {
public:
  explicit raw_starter(caf::actor_config& cfg) : caf::event_based_actor(cfg) {
    // nop
  }

  caf::behavior make_behavior() override {
    return {
      [this](go x) -> caf::result<nanoseconds> {
        done_ = make_response_promise();
        left_ = x.rounds;
        begin_ = stamp();
        start();
        return done_;
      },
      [this](ping) -> caf::result<pong> {
        asked_.push_back(make_response_promise());
        start();
        return asked_.back();
      },
      [this](pong) { up(); },
    };
  }

private:
  void start() {
    children_.push_back(spawn_watched<caf::no_spawn_options>(
      this, [](const caf::actor_addr&) {},
      [this](caf::event_based_actor* self) -> caf::behavior {
        tell(self, caf::actor{this}, pong{});
        return idle(self);
      }));
  }

  void up() {
    if (!asked_.empty()) {
      asked_.front().deliver(pong{});
      asked_.pop_front();
    } else if (--left_ > 0) {
      start();
    } else {
      done_.deliver(stamp() - begin_);
    }
  }

  std::vector<caf::actor> children_;
  std::deque<caf::response_promise> asked_;
  std::size_t left_ = 0;
  caf::response_promise done_;
  nanoseconds begin_ = 0;
};

/// Asks it for children, all at once, and waits until all are up.
caf::behavior raw_asker(caf::event_based_actor* self,
                        const caf::actor& supervisor) {
  auto left = std::make_shared<std::size_t>(0);
  return {[=](go x) -> caf::result<nanoseconds> {
    *left = x.rounds;
    auto done = self->make_response_promise();
    const auto begin = stamp();
    for (std::size_t i = 0; i < x.rounds; ++i)
      ask(self, supervisor, ping{}).then([=](pong) mutable {
        if (--*left == 0)
          done.deliver(stamp() - begin);
      });
    return done;
  }};
}

void raw_asked(benchmark::State& state) {
  world here;
  auto supervisor = here.system().spawn<raw_starter>();
  auto driver = here.system().spawn(raw_asker, supervisor);
  each_batch(state, size(500),
             [&](std::size_t n) { return here.drive(driver, n); });
}

template <class Spawner>
void raw_spawn(benchmark::State& state) {
  world here;
  auto driver = here.system().template spawn<Spawner>();
  each_batch(state, size(500),
             [&](std::size_t n) { return here.drive(driver, n); });
}

// What any call from a thread costs: to wake a worker, and to be woken.
void raw_request_from_thread(benchmark::State& state) {
  world here;
  auto server = here.system().spawn(idle);
  histogram latency;
  each_batch(state, size(50), [&](std::size_t n) {
    return timed([&] {
      for (; n > 0; --n) {
        const auto begin = stamp();
        caf::scoped_actor self{here.system()};
        ask(self, server, 1).receive([](int) {}, [](const caf::error&) {});
        latency.since(begin);
      }
    });
  });
  report(state, latency);
}

void raw_from_thread(benchmark::State& state) {
  world here;
  std::vector<caf::actor> children;
  each_batch(state, size(500), [&](std::size_t n) {
    children.reserve(children.size() + n);
    return timed([&] {
      for (; n > 0; --n)
        children.push_back(here.system().spawn<caf::lazy_init>(idle));
    });
  });
}

} // namespace

void bench::declare() {
  keep_memory();
  using caf::lazy_init;
  using caf::no_spawn_options;
  // Each beside its baseline: what ran before decides how memory lies.
  add("dynamic/from_actor", 50, dynamic_from_actor);
  add("raw/lazy", 50, raw_spawn<spawner<lazy_init, false>>);
  add("dynamic/from_thread", 50,
      [](benchmark::State& state) { dynamic_from_thread(state, false); });
  add("raw/lazy_from_thread", 50, raw_from_thread);
  add("dynamic/eager", 50,
      [](benchmark::State& state) { dynamic_from_thread(state, true); });
  add("raw/run", 50, raw_spawn<spawner<no_spawn_options, true>>);
  add("raw/scheduled", 50, raw_spawn<spawner<no_spawn_options, false>>);
  add("start_child/from_actor", 30, from_actor);
  add("raw/asked", 30, raw_asked);
  add("start_tree", 15, with_tree);
  add("raw/one_by_one", 50, raw_spawn<raw_starter>);
  add("raw/run_monitored", 50,
      raw_spawn<spawner<no_spawn_options, true, true>>);
  add("start_child/from_thread", 30, from_thread);
  add("raw/request_from_thread", 30, raw_request_from_thread);
}
