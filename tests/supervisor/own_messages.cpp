#include "../caf/messages.hpp"
#include "world.hpp"

#include <vigil/vigil.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace test;

// What an incarnation sends to itself, now or later, ends with it.

namespace {

auto sup() {
  return vigil::supervisor("sup").intensity(1000, 1h);
}

using ticks = std::shared_ptr<int>;

// -- loops, as CAF's users write them -----------------------------------------

caf::behavior delayed(caf::event_based_actor* self, const ticks& n) {
  self->delayed_send(self, 100ms, tick_atom_v);
  return vigil::behavior(
    self,
    [self, n](tick_atom) {
      ++*n;
      self->delayed_send(self, 100ms, tick_atom_v);
    },
    [](die_atom) -> vigil::outcome<void> {
      return vigil::fault(trouble::died);
    });
}

struct tick_state {
  int mine = 0;
};

caf::behavior stateful(caf::stateful_actor<tick_state>* self, const ticks& n) {
  self->delayed_send(self, 100ms, tick_atom_v);
  return {[self, n](tick_atom) {
            ++test::state_of(self).mine;
            ++*n;
            self->delayed_anon_send(self, 100ms, tick_atom_v);
          },
          [](die_atom) {
            throw std::runtime_error{"told to"};
          }};
}

using ticking = vigil::typed_actor<caf::result<void>(tick_atom),
                                   caf::result<void>(die_atom)>;

ticking::behavior_type typed(ticking::pointer self, const ticks& n) {
  self->scheduled_send(self, self->clock().now() + 100ms, tick_atom_v);
  return {[self, n](tick_atom) {
            ++*n;
            self->delayed_send(self, 100ms, tick_atom_v);
          },
          [self](die_atom) {
            self->quit(caf::make_error(caf::sec::runtime_error));
          }};
}

/// Begins to tick when it is told; its requests to itself are no ticks.
caf::behavior on_order(caf::event_based_actor* self, const ticks& n) {
  self->send(self, go_atom_v);
  return {[self](go_atom) { self->delayed_send(self, 100ms, tick_atom_v); },
          [self, n](tick_atom) {
            ++*n;
            self->request(caf::actor{self}, 1s, 7).then([self](int) {
              self->delayed_send(self, 100ms, tick_atom_v);
            });
          },
          [](int x) { return x; },
          [self](die_atom) {
            vigil::this_child(self).fail(trouble::died);
          }};
}

/// Ticks by way of its handle, which outlives it.
caf::behavior by_handle(caf::event_based_actor* self, const ticks& n) {
  const auto me = vigil::this_child(self).handle<caf::actor>();
  self->delayed_send(me, 100ms, tick_atom_v);
  return vigil::behavior(
    self,
    [self, n, me](tick_atom) {
      ++*n;
      self->delayed_send(me, 100ms, tick_atom_v);
    },
    [](die_atom) -> vigil::outcome<void> {
      return vigil::fault(trouble::died);
    });
}

class ticker : public caf::event_based_actor {
public:
  ticker(caf::actor_config& cfg, ticks n)
    : caf::event_based_actor(cfg), n_(std::move(n)) {
    // nop
  }

  caf::behavior make_behavior() override {
    return by_handle(this, n_);
  }

private:
  ticks n_;
};

/// `make(n)` describes the child "a", which counts its ticks in `n`.
template <class F>
void check_rate_of(F make) {
  using handle = typename decltype(make(ticks{}))::handle_type;
  // When it fails: before the first tick, with a tick, between two.
  for (auto pause : {0ms, 30ms, 100ms, 250ms}) {
    CAPTURE(pause.count());
    world w;
    auto n = std::make_shared<int>(0);
    auto tree = w.start(sup().child(make(n)));
    auto a = tree.template find<handle>("a").value();
    for (int i = 0; i < 3; ++i) {
      w.advance(pause);
      caf::anon_send(a, die_atom_v);
      w.run();
    }
    *n = 0;
    w.advance(10s);
    CHECK(*n >= 98);
    CHECK(*n <= 100);
    // And again, now that it is known to tick.
    caf::anon_send(a, die_atom_v);
    w.advance(30ms);
    caf::anon_send(a, die_atom_v);
    w.run();
    *n = 0;
    w.advance(10s);
    CHECK(*n >= 98);
    CHECK(*n <= 100);
    CHECK(said(tree.stop()) == "ok");
  }
}

template <class F>
void check_rate(F f) {
  check_rate_of([f](const ticks& n) { return vigil::child("a", f, n); });
}

} // namespace

TEST_CASE("a child that ticks to itself ticks at one rate over restarts") {
  check_rate(delayed);
  check_rate(stateful);
  check_rate(typed);
  check_rate(on_order);
}

TEST_CASE("a child that ticks to its own handle ticks at one rate over "
          "respawns") {
  check_rate_of(
    [](const ticks& n) { return vigil::child("a", by_handle, n).respawn(); });
  check_rate_of([](const ticks& n) {
    return vigil::child("a", by_handle, n)
      .respawn()
      .backoff(vigil::fixed(30ms));
  });
}

TEST_CASE("a class-based child that ticks to its own handle ticks at one rate "
          "over restarts") {
  check_rate_of([](const ticks& n) { return vigil::child<ticker>("a", n); });
}

TEST_CASE("a child that ticks to itself ticks at one rate over restarts that "
          "its supervisor makes") {
  world w;
  auto n = std::make_shared<int>(0);
  auto tree = w.start(
    sup()
      .strategy(vigil::one_for_all)
      .child(vigil::child("a", delayed, n))
      .child(vigil::child("b", delayed, n).backoff(vigil::fixed(70ms)))
      .child(vigil::child("c", delayed, n).mailbox(vigil::drop)));
  for (const auto* id : {"a", "b", "c", "b"}) {
    w.advance(30ms);
    caf::anon_send(tree.find<caf::actor>(id).value(), die_atom_v);
    w.advance(100ms);
  }
  *n = 0;
  w.advance(10s);
  CHECK(*n >= 3 * 98);
  CHECK(*n <= 3 * 100);
}

TEST_CASE("a busy loop of messages to oneself ends with the incarnation") {
  world w;
  auto seen = std::make_shared<std::vector<std::uint64_t>>();
  auto f = [seen](caf::event_based_actor* self) -> caf::behavior {
    const auto n = vigil::this_child(self).incarnation();
    self->send(self, tick_atom_v, n);
    self->send<caf::message_priority::high>(self, tick_atom_v, n);
    return {[=](tick_atom, std::uint64_t from) {
              seen->push_back(from);
              CHECK(from == vigil::this_child(self).incarnation());
              if (from < 4) {
                self->send(self, tick_atom_v, from);
                vigil::this_child(self).fail(trouble::died);
              }
            },
            [](int x) {
              return x;
            }};
  };
  auto tree = w.start(sup().child(vigil::child("a", f)));
  w.run();
  CHECK(*seen == std::vector<std::uint64_t>{1, 2, 3, 4, 4});
  // What others send stays.
  auto answer = w.request<int>(tree.find<caf::actor>("a").value(), 3);
  w.run();
  CHECK(answer.get().value() == 3);
}

TEST_CASE("what others schedule to a child outlives its incarnations") {
  world w;
  auto got = std::make_shared<int>(0);
  auto f = [got](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, 1h, tick_atom_v);
    return {[=](int x) { *got += x; },
            [=](die_atom) {
              vigil::this_child(self).fail(trouble::died);
            }};
  };
  auto tree = w.start(sup().child(vigil::child("a", f)));
  auto a = tree.find<caf::actor>("a").value();
  w.sys().spawn(
    [a](caf::event_based_actor* self) { self->delayed_send(a, 1s, 1); });
  w.run();
  caf::delayed_anon_send(a, 2s, 10);
  caf::anon_send(a, die_atom_v);
  w.advance(3s);
  CHECK(*got == 11);
}

TEST_CASE("a child ticks at one rate with the real clock, too") {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto lives = std::make_shared<std::atomic<int>>(0);
  auto wrong = std::make_shared<std::atomic<int>>(0);
  // Each incarnation schedules its number to itself, near and far.
  auto f = [=](caf::event_based_actor* self) -> caf::behavior {
    const auto n = ++*lives;
    auto again = [=] {
      for (auto d : {0us, 200us, 2000us, 20'000us})
        self->delayed_send(self, d, tick_atom_v, n);
    };
    again();
    return {[=](tick_atom, int from) {
              if (from != lives->load())
                ++*wrong;
            },
            [=](die_atom) { vigil::this_child(self).fail(trouble::died); },
            [](int x) {
              return x;
            }};
  };
  auto tree = sup().child(vigil::child("a", f)).start(sys).value();
  auto a = tree.find<caf::actor>("a").value();
  caf::scoped_actor self{sys};
  for (int i = 0; i < 200; ++i) {
    self->send(a, die_atom_v);
    self->request(a, 30s, i).receive([](int) {}, [](const caf::error&) {});
  }
  // The last of them come, and then this.
  self->delayed_send(self, 50ms, 0);
  self->receive([](int) {});
  CHECK(lives->load() == 201);
  CHECK(wrong->load() == 0);
}
