// One million children: how long to start, how much memory each, how long to
// stop? Beside it, one million raw actors that one actor spawns and holds.
//
// Memory is what malloc has handed out, plus the resident set as the kernel
// sees it. One arena, so that mallinfo2 sees all of it.

#include "support/raw.hpp"

#include <malloc.h>

#include <fstream>

#include <unistd.h>

using namespace bench;

namespace {

double allocated() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

double resident() {
  std::size_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> pages >> pages;
  return static_cast<double>(pages)
         * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Measures one life of `n` actors: `start` makes them, `stop` ends them.
template <class Start, class Stop>
void life(benchmark::State& state, std::size_t n, Start start, Stop stop) {
  const auto each = 1 / static_cast<double>(n);
  for (auto _ : state) {
    malloc_trim(0);
    const auto memory = allocated();
    const auto pages = resident();
    const auto span = static_cast<double>(timed(start)) * each;
    state.SetIterationTime(span * 1e-9);
    state.counters["median"] = span;
    state.counters["bytes"] = (allocated() - memory) * each;
    state.counters["rss"] = (resident() - pages) * each;
    state.counters["stop"] = static_cast<double>(timed(stop)) * each;
  }
}

// -- ours ---------------------------------------------------------------------

caf::behavior idle(caf::event_based_actor*) {
  return {[](int x) {
    return x;
  }};
}

/// The description is a part of what the tree holds: it is made in the span.
void ours(benchmark::State& state, std::size_t n) {
  world here;
  std::optional<vigil::tree_ref> tree;
  life(
    state, n,
    [&] {
      std::vector<decltype(vigil::child("", idle))> children;
      children.reserve(n);
      for (std::size_t i = 0; i < n; ++i)
        children.push_back(vigil::child(std::to_string(i), idle));
      tree = here.start(vigil::supervisor("bench").children(children));
    },
    [&] {
      (void)tree->stop(std::chrono::hours{1});
      tree.reset();
    });
}

// -- raw ----------------------------------------------------------------------

/// Spawns children that all run once; then ends them and waits for that.
class holder : public caf::event_based_actor {
public:
  explicit holder(caf::actor_config& cfg) : caf::event_based_actor(cfg) {
    set_down_handler([this](caf::down_msg&) {
      if (--left_ == 0)
        done_.deliver(nanoseconds{0});
    });
  }

  caf::behavior make_behavior() override {
    return {
      [this](go x) -> caf::result<nanoseconds> {
        done_ = make_response_promise();
        left_ = x.rounds;
        children_.reserve(left_);
        for (std::size_t i = 0; i < x.rounds; ++i)
          children_.push_back(spawn<caf::monitored>(
            [this](caf::event_based_actor* self) -> caf::behavior {
              if (--left_ == 0)
                self->send(this, pong{});
              return idle(self);
            }));
        return done_;
      },
      [this](pong) { done_.deliver(nanoseconds{0}); },
      [this](ping) -> caf::result<nanoseconds> {
        done_ = make_response_promise();
        left_ = children_.size();
        for (auto& child : std::exchange(children_, {}))
          send_exit(child, caf::exit_reason::user_shutdown);
        return done_;
      },
    };
  }

private:
  std::vector<caf::actor> children_;
  std::size_t left_ = 0;
  caf::response_promise done_;
};

void raw_million(benchmark::State& state, std::size_t n) {
  world here;
  auto driver = here.system().spawn<holder>();
  caf::scoped_actor self{here.system()};
  life(
    state, n, [&] { (void)here.drive(driver, n); },
    [&] {
      self->request(driver, caf::infinite, ping{})
        .receive(
          [](nanoseconds) {},
          [](const caf::error& why) { world::fail(vigil::to_failure(why)); });
    });
}

} // namespace

void bench::declare() {
  mallopt(M_ARENA_MAX, 1);
  const auto n = size(1'000'000);
  add("ours", 1, [n](benchmark::State& state) { ours(state, n); });
  add("raw", 1, [n](benchmark::State& state) { raw_million(state, n); });
}
