// What does the end of one child cost if thousands end at once? Beside it, what
// one writes by hand on bare CAF: an actor that monitors its children and keeps
// them in a map.

#include "support/raw.hpp"

#include <atomic>
#include <thread>
#include <unordered_map>

using namespace bench;

namespace {

using pool_type = vigil::dynamic_ref<caf::actor>;

caf::behavior child(caf::event_based_actor* self) {
  return {[self](crash) { self->quit(caf::sec::runtime_error); },
          [](ping) {
            return pong{};
          }};
}

/// Has `children` run, then end all at once, and waits until `left` is zero.
template <class Left>
nanoseconds end_all(caf::actor_system& sys,
                    const std::vector<caf::actor>& children, Left left) {
  caf::scoped_actor self{sys};
  for (const auto& x : children)
    tell(self, x, ping{});
  for (std::size_t i = 0; i < children.size(); ++i)
    self->receive([](pong) {});
  return timed([&] {
    for (const auto& x : children)
      anon_tell(x, crash{way::fail});
    while (left() != 0)
      std::this_thread::yield();
  });
}

void dynamic_children(benchmark::State& state, std::size_t n) {
  world here;
  auto tree = here.start(vigil::supervisor("bench").child(
    vigil::dynamic_supervisor<caf::actor>("pool", child)
      .child_restart(vigil::restart_policy::temporary)));
  auto pool = tree.find<pool_type>("pool").value();
  each_batch(state, n, [&](std::size_t count) {
    return end_all(here.system(), pool.start_children(count).value(),
                   [&] { return pool.size(); });
  });
}

/// A message that asks for children.
using spawn_all = go;

/// Keeps its children in a map until they are down.
class keeper : public caf::event_based_actor {
public:
  keeper(caf::actor_config& cfg, std::atomic<std::size_t>* left)
    : caf::event_based_actor(cfg), left_(left) {
    // nop
  }

  caf::behavior make_behavior() override {
    auto on_down = [this](const caf::actor_addr& x) {
      children_.erase(x);
      left_->store(children_.size());
    };
    return {[this, on_down](spawn_all x) {
      std::vector<caf::actor> result;
      for (; x.rounds > 0; --x.rounds) {
        result.push_back(spawn_watched<caf::lazy_init>(this, on_down, child));
        children_.emplace(result.back().address(), result.back());
      }
      left_->store(children_.size());
      return result;
    }};
  }

  void on_exit() override {
    children_.clear();
  }

private:
  std::atomic<std::size_t>* left_;
  std::unordered_map<caf::actor_addr, caf::actor> children_;
};

void raw_children(benchmark::State& state, std::size_t n) {
  world here;
  std::atomic<std::size_t> left{0};
  auto parent = here.system().spawn<keeper>(&left);
  each_batch(state, n, [&](std::size_t count) {
    std::vector<caf::actor> children;
    caf::scoped_actor self{here.system()};
    ask(self, parent, spawn_all{count})
      .receive([&](std::vector<caf::actor>& xs) { children = std::move(xs); },
               [](const caf::error&) {});
    return end_all(here.system(), children, [&] { return left.load(); });
  });
}

} // namespace

void bench::declare() {
  for (std::size_t full : {1000U, 10000U}) {
    const auto n = size(full);
    const auto suffix = "/" + std::to_string(full);
    add("dynamic" + suffix, 15,
        [n](benchmark::State& state) { dynamic_children(state, n); });
    add("raw" + suffix, 15,
        [n](benchmark::State& state) { raw_children(state, n); });
  }
}
