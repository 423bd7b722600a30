// Does a child cost more among a million? A start, a crash and a stop of one
// child of a dynamic supervisor, with 10 and with 1,000,000 siblings alive.

#include "support/raw.hpp"

#include <functional>
#include <memory>

using namespace bench;

namespace {

using pool_type = vigil::dynamic_ref<caf::actor>;

caf::behavior child(caf::event_based_actor* self) {
  return vigil::behavior(
    self, [](crash) -> vigil::outcome<void> { return vigil::fault("crash"); },
    [](ping) { return pong{}; });
}

/// The children of one batch, of which each lives through all that is measured.
using batch = std::shared_ptr<std::vector<caf::actor>>;

/// Starts children one after the other; the next when one has run.
caf::behavior starter(caf::event_based_actor* self, const pool_type& pool,
                      batch to) {
  auto left = std::make_shared<std::size_t>(0);
  auto begin = std::make_shared<nanoseconds>(0);
  auto done = std::make_shared<caf::response_promise>();
  auto next = [=] {
    to->push_back(pool.start_child().value());
    tell(self, to->back(), ping{});
  };
  return {[=](go x) -> caf::result<nanoseconds> {
            *left = x.rounds;
            *done = self->make_response_promise();
            *begin = stamp();
            next();
            return *done;
          },
          [=](pong) {
            if (--*left > 0)
              next();
            else
              done->deliver(stamp() - *begin);
          }};
}

/// Crashes each child once; the next when one is up again.
caf::behavior crasher(caf::event_based_actor* self, batch of) {
  auto left = std::make_shared<std::size_t>(0);
  auto begin = std::make_shared<nanoseconds>(0);
  auto done = std::make_shared<caf::response_promise>();
  auto next = [=] {
    const auto& x = (*of)[--*left];
    tell(self, x, crash{way::value});
    tell(self, x, ping{});
  };
  return {[=](go x) -> caf::result<nanoseconds> {
            *left = x.rounds;
            *done = self->make_response_promise();
            *begin = stamp();
            next();
            return *done;
          },
          [=](pong) {
            if (*left > 0)
              next();
            else
              done->deliver(stamp() - *begin);
          }};
}

/// Stops each child; the next when one is gone.
caf::behavior stopper(caf::event_based_actor* self, const pool_type& pool,
                      batch of) {
  auto begin = std::make_shared<nanoseconds>(0);
  auto done = std::make_shared<caf::response_promise>();
  auto next = std::make_shared<std::function<void()>>();
  *next = [=, again = std::weak_ptr{next}] {
    vigil::call::terminate_handle what{
      caf::actor_cast<caf::strong_actor_ptr>(of->back())};
    of->pop_back();
    ask(self, pool.handle(), std::move(what)).then([=] {
      if (of->empty())
        done->deliver(stamp() - *begin);
      else if (auto f = again.lock())
        (*f)();
    });
  };
  return {[=](go) -> caf::result<nanoseconds> {
    *done = self->make_response_promise();
    *begin = stamp();
    (*next)();
    return *done;
  }};
}

double middle(std::vector<double> xs) {
  const auto i = xs.begin() + std::ssize(xs) / 2;
  std::nth_element(xs.begin(), i, xs.end());
  return *i;
}

void one_child(benchmark::State& state, std::size_t alive) {
  world here;
  auto tree = here.start(vigil::supervisor("bench").child(
    vigil::dynamic_supervisor<caf::actor>("pool", child)
      .intensity(any_number, short_while)));
  auto pool = tree.find<pool_type>("pool").value();
  if (!pool.start_children(alive))
    state.SkipWithError("no siblings");
  auto children = std::make_shared<std::vector<caf::actor>>();
  auto start = here.system().spawn(starter, pool, children);
  auto crash = here.system().spawn(crasher, children);
  auto stop = here.system().spawn(stopper, pool, children);
  const auto n = size(500);
  std::vector<double> starts;
  std::vector<double> crashes;
  std::vector<double> stops;
  auto step = [&](const char* name, const caf::actor& driver) {
    counting here_and_now{name};
    const auto span = here.drive(driver, n);
    here_and_now.end(state, n);
    return static_cast<double>(span) / static_cast<double>(n);
  };
  for (auto _ : state) {
    starts.push_back(step("start", start));
    crashes.push_back(step("crash", crash));
    stops.push_back(step("stop", stop));
    state.SetIterationTime((starts.back() + crashes.back() + stops.back())
                           * 1e-9);
  }
  state.counters["start"] = middle(starts);
  state.counters["crash"] = middle(crashes);
  state.counters["stop"] = middle(stops);
}

} // namespace

void bench::declare() {
  add("alive/10", 30, [](benchmark::State& state) { one_child(state, 10); });
  const auto many = size(1'000'000);
  add("alive/1000000", 30,
      [many](benchmark::State& state) { one_child(state, many); });
}
