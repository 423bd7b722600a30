// One million children of a dynamic supervisor: how long to start, how much
// memory each, how long to run and to stop? Beside it, one million raw lazy
// actors in a vector; and, fewer, children that a tree has from its start.
//
// Memory is what malloc has handed out, plus the resident set as the kernel
// sees it. One arena, so that mallinfo2 sees all of it.

#include "support/raw.hpp"

#include <malloc.h>
#include <time.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <optional>

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

/// The time that this thread ran: lazy actors start in it alone, and a second
/// of page faults is long enough for any neighbour to interfere.
nanoseconds own_cpu_time() {
  timespec x{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
  return static_cast<nanoseconds>(x.tv_sec) * 1'000'000'000 + x.tv_nsec;
}

/// What is done with `n` actors; each step in a span of its own.
struct steps {
  std::function<void()> start;
  /// Sends each its first message; that is when a lazy actor runs.
  std::function<void()> wake;
  std::function<void()> stop;
};

/// Counts the actors whose actor function has run.
class roll {
public:
  explicit roll(std::size_t n) : all_(n) {
    // nop
  }

  void enter() {
    if (++up_ == all_)
      up_.notify_all();
  }

  void wait() const {
    for (auto n = up_.load(); n < all_; n = up_.load())
      up_.wait(n);
  }

private:
  std::size_t all_;
  std::atomic<std::size_t> up_{0};
};

void life(benchmark::State& state, std::size_t n, const steps& what) {
  const auto each = 1 / static_cast<double>(n);
  auto& to = state.counters;
  for (auto _ : state) {
    malloc_trim(0);
    const auto memory = allocated();
    const auto pages = resident();
    counting starts{"start"};
    const auto cpu = own_cpu_time();
    const auto start = static_cast<double>(timed(what.start)) * each;
    to["cpu"] = static_cast<double>(own_cpu_time() - cpu) * each;
    starts.end(state, n);
    to["start"] = start;
    state.SetIterationTime(start * 1e-9);
    to["bytes"] = (allocated() - memory) * each;
    if (what.wake) {
      counting wakes{"wake"};
      to["wake"] = static_cast<double>(timed(what.wake)) * each;
      wakes.end(state, n);
      to["bytes_run"] = (allocated() - memory) * each;
    }
    to["rss"] = (resident() - pages) * each;
    counting stops{"stop"};
    to["stop"] = static_cast<double>(timed(what.stop)) * each;
    stops.end(state, n);
  }
}

caf::behavior idle(caf::event_based_actor*, roll* up) {
  up->enter();
  return {[](ping) {
  }};
}

// -- ours ---------------------------------------------------------------------

void dynamic_children(benchmark::State& state, std::size_t n) {
  using pool_type = vigil::dynamic_ref<caf::actor, roll*>;
  world here;
  roll up{n};
  auto tree = here.start(vigil::supervisor("bench").child(
    vigil::dynamic_supervisor<caf::actor, roll*>("pool", idle)));
  auto pool = tree.find<pool_type>("pool").value();
  life(state, n,
       {[&] {
          for (std::size_t i = 0; i < n; ++i)
            (void)pool.start_child(&up);
        },
        [&] {
          for (const auto& child : pool.children())
            anon_tell(child, ping{});
          up.wait();
        },
        [&] {
          (void)tree.stop(std::chrono::hours{1});
        }});
}

/// Children that the tree knows from its start, each with an id and a spec of
/// its own. The description is a part of what the tree holds.
void static_children(benchmark::State& state, std::size_t n) {
  world here;
  roll up{n};
  std::optional<vigil::tree_ref> tree;
  life(state, n,
       {[&] {
          std::vector<decltype(vigil::child("", idle, &up))> children;
          children.reserve(n);
          for (std::size_t i = 0; i < n; ++i)
            children.push_back(vigil::child(std::to_string(i), idle, &up));
          tree = here.start(vigil::supervisor("bench").children(children));
        },
        nullptr,
        [&] {
          (void)tree->stop(std::chrono::hours{1});
          tree.reset();
        }});
}

// -- raw ----------------------------------------------------------------------

/// Lazy actors in a vector, which ends them when it is cleared.
void raw_actors(benchmark::State& state, std::size_t n) {
  world here;
  roll up{n};
  std::vector<caf::actor> children;
  life(state, n,
       {[&] {
          children.reserve(n);
          for (std::size_t i = 0; i < n; ++i)
            children.push_back(
              here.system().spawn<caf::lazy_init + caf::hidden>(idle, &up));
        },
        [&] {
          for (const auto& child : children)
            anon_tell(child, ping{});
          up.wait();
        },
        [&] {
          children = {};
        }});
}

} // namespace

void bench::declare() {
  mallopt(M_ARENA_MAX, 1);
  const auto n = size(1'000'000);
  add("ours", 1, [n](benchmark::State& state) { dynamic_children(state, n); });
  add("raw", 1, [n](benchmark::State& state) { raw_actors(state, n); });
  const auto few = size(100'000);
  add("static", 1,
      [few](benchmark::State& state) { static_children(state, few); });
}
