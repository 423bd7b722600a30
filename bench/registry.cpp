// What does it cost to find an actor by its name? Our registry beside CAF's,
// with as many names in either.

#include "support/bench.hpp"

#include <caf/actor_registry.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace bench;

namespace {

caf::behavior nothing(caf::event_based_actor*) {
  return {[](int) {
  }};
}

// In CAF 0.17, names are up to ten of a few characters.
std::string name_of(std::size_t i) {
  return "name" + std::to_string(i);
}

struct people {
  explicit people(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      actors.push_back(here.system().spawn(nothing));
      names.push_back(name_of(i));
      caf_names.push_back(caf_name_of(names.back()));
    }
  }

  world here;
  std::vector<caf::actor> actors;
  std::vector<std::string> names;
  std::vector<caf_name> caf_names;
};

std::unique_ptr<people> crowd;
std::unique_ptr<vigil::registry> book;

template <class F>
void each_name(benchmark::State& state, F f) {
  std::size_t i = 0;
  each(state, [&] {
    benchmark::DoNotOptimize(f(i));
    i = (i + 1) % crowd->names.size();
  });
}

void enter(const benchmark::State& state) {
  crowd = std::make_unique<people>(static_cast<std::size_t>(state.range(0)));
  book = std::make_unique<vigil::registry>();
  for (std::size_t i = 0; i < crowd->actors.size(); ++i) {
    if (auto done = book->register_name(crowd->names[i], crowd->actors[i]);
        !done)
      world::fail(done.error());
    crowd->here.system().registry().put(crowd->caf_names[i], crowd->actors[i]);
  }
}

// CAF's registry would keep the actors, and the end of the system waits.
void leave(const benchmark::State&) {
  for (const auto& x : crowd->caf_names)
    crowd->here.system().registry().erase(x);
  book.reset();
  crowd.reset();
}

void whereis(benchmark::State& state) {
  each_name(state, [](std::size_t i) {
    return book->whereis<caf::actor>(crowd->names[i]).has_value();
  });
}

void missing(benchmark::State& state) {
  each_name(state, [](std::size_t) {
    return book->whereis<caf::actor>("nobody").has_value();
  });
}

void caf_get(benchmark::State& state) {
  auto& names = crowd->here.system().registry();
  each_name(state, [&](std::size_t i) {
    return names.get<caf::actor>(crowd->caf_names[i]) != nullptr;
  });
}

// The same name, as a text: what a program has that reads it from somewhere.
void caf_get_text(benchmark::State& state) {
  auto& names = crowd->here.system().registry();
  each_name(state, [&](std::size_t i) {
    return names.get<caf::actor>(caf_name_of(crowd->names[i])) != nullptr;
  });
}

void take_and_give(benchmark::State& state) {
  each_name(state, [](std::size_t i) {
    return book->unregister_name(crowd->names[i], crowd->actors[i])
           && book->register_name(crowd->names[i], crowd->actors[i]);
  });
}

void caf_put_and_erase(benchmark::State& state) {
  auto& names = crowd->here.system().registry();
  each_name(state, [&](std::size_t i) {
    names.erase(crowd->caf_names[i]);
    names.put(crowd->caf_names[i], crowd->actors[i]);
    return true;
  });
}

void add_all(const std::string& name, void (*f)(benchmark::State&),
             int threads) {
  for (const auto n : {10, 10000})
    add_plain(name,
              [=](benchmark::State& state) {
                begin_benchmark(name + '/' + std::to_string(n));
                f(state);
              })
      ->Arg(static_cast<int>(size(static_cast<std::size_t>(n))))
      ->Setup(enter)
      ->Teardown(leave)
      ->Threads(threads)
      ->UseRealTime();
}

} // namespace

void bench::declare() {
  for (const auto threads : {1, 2}) {
    add_all("whereis", whereis, threads);
    add_all("caf_get", caf_get, threads);
    add_all("caf_get_text", caf_get_text, threads);
  }
  add_all("missing", missing, 1);
  add_all("take_and_give", take_and_give, 1);
  add_all("caf_put_and_erase", caf_put_and_erase, 1);
}
