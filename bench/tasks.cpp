// What does a task cost, from asking for it to its result? Beside it, raw CAF:
// spawn an actor that answers one request, and ask it.
//
// All is done inside one actor, one task after the other.

#include "support/raw.hpp"

#include <functional>
#include <memory>

using namespace bench;

namespace {

/// Runs rounds one after the other, each begun by the end of the one before.
struct rounds {
  std::size_t left = 0;
  nanoseconds begin = 0;
  caf::response_promise done;
  std::function<void()> one;

  void next() {
    if (left-- > 0)
      one();
    else
      done.deliver(stamp() - begin);
  }
};

template <class MakeRound>
caf::behavior driver(caf::event_based_actor* self, const MakeRound& make) {
  auto st = std::make_shared<rounds>();
  st->one = make(self, st.get());
  return {[=](go x) -> caf::result<nanoseconds> {
    st->left = x.rounds;
    st->done = self->make_response_promise();
    st->begin = stamp();
    auto done = st->done;
    st->next();
    return done;
  }};
}

template <class MakeRound>
void run(benchmark::State& state, world& here, MakeRound make) {
  auto drive = [make](caf::event_based_actor* self) {
    return driver(self, make);
  };
  auto actor = here.system().spawn(drive);
  each_batch(state, size(500),
             [&](std::size_t n) { return here.drive(actor, n); });
}

auto tree_of_tasks() {
  return vigil::supervisor("bench").child(vigil::task_supervisor("tasks"));
}

void task(benchmark::State& state, bool linked) {
  world here;
  auto tree = here.start(tree_of_tasks());
  auto tasks = tree.find<vigil::tasks_ref>("tasks").value();
  run(state, here, [=](caf::event_based_actor* self, rounds* st) {
    return [=] {
      auto f = [] {
        return 1;
      };
      auto t = linked ? tasks.async(self, f) : tasks.async_nolink(f);
      t.value().then(self, [st](const vigil::outcome<int>&) { st->next(); });
    };
  });
}

void raw_actor(benchmark::State& state) {
  world here;
  run(state, here, [](caf::event_based_actor* self, rounds* st) {
    return [=] {
      auto answer = [](caf::event_based_actor* worker) -> caf::behavior {
        return {[worker](int x) {
          worker->quit();
          return x;
        }};
      };
      ask(self, self->spawn(answer), 1).then([st](int) { st->next(); });
    };
  });
}

// From a thread that waits.
void task_from_thread(benchmark::State& state) {
  world here;
  auto tree = here.start(tree_of_tasks());
  auto tasks = tree.find<vigil::tasks_ref>("tasks").value();
  each_batch(state, size(50), [&](std::size_t n) {
    return timed([&] {
      for (; n > 0; --n)
        (void)tasks.async_nolink([] { return 1; }).value().await();
    });
  });
}

void raw_from_thread(benchmark::State& state) {
  world here;
  auto answer = [](caf::event_based_actor* worker) -> caf::behavior {
    return {[worker](int x) {
      worker->quit();
      return x;
    }};
  };
  each_batch(state, size(50), [&](std::size_t n) {
    return timed([&] {
      for (; n > 0; --n) {
        caf::scoped_actor self{here.system()};
        ask(self, here.system().spawn(answer), 1)
          .receive([](int) {}, [](const caf::error&) {});
      }
    });
  });
}

} // namespace

void bench::declare() {
  add("async_linked", 50, [](benchmark::State& state) { task(state, true); });
  add("async_nolink", 50, [](benchmark::State& state) { task(state, false); });
  add("raw/request", 50, raw_actor);
  add("from_thread", 30, task_from_thread);
  add("raw/from_thread", 30, raw_from_thread);
}
