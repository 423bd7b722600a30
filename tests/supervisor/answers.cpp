#include "../caf/messages.hpp"
#include "world.hpp"

#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/state/child_behind.hpp>
#include <vigil/vigil.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace test;

// Whose answer it is: the child's, by the handle that was asked.

namespace {

auto sup() {
  return vigil::supervisor("sup").intensity(100, 1h);
}

// -- children of each kind that answer in each way ----------------------------

template <class Self, class F>
auto with_ways(Self* self, F f) {
  auto kept = std::make_shared<caf::response_promise>();
  return f(
    [](int x) { return x; },
    [](const std::string& what) -> caf::result<int> {
      if (what == "error")
        return caf::sec::invalid_argument;
      throw std::runtime_error{what};
    },
    [self, kept](later_atom) { *kept = self->make_response_promise(); },
    [kept](deliver_atom) { kept->deliver(7); },
    [self](pass_atom, const caf::actor& to) { return self->delegate(to, 5); });
}

caf::behavior answering(caf::event_based_actor* self) {
  return with_ways(self, [](auto... fs) { return caf::behavior{fs...}; });
}

class answering_class : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return answering(this);
  }
};

void blocking(caf::blocking_actor* self) {
  bool running = true;
  with_ways(self, [&](auto... fs) {
    self->receive_while(running)(fs..., [&](caf::exit_msg& x) {
      self->fail_state(std::move(x.reason));
      running = false;
    });
  });
}

using maker = std::function<vigil::child_builder<caf::actor>(std::string)>;

vigil::child_builder<caf::actor> callable(std::string id) {
  return vigil::child(std::move(id), [](caf::actor_system& sys) {
    return sys.spawn<caf::hidden>(answering);
  });
}

std::vector<std::pair<std::string, maker>> makers() {
  return {
    {"in place",
     [](std::string id) {
       return vigil::child(id, answering);
     }},
    {"respawn",
     [](std::string id) {
       return vigil::child(id, answering).respawn();
     }},
    {"detached",
     [](std::string id) {
       return vigil::child(id, answering).detached();
     }},
    {"class",
     [](std::string id) {
       return vigil::child<answering_class>(id);
     }},
    {"detached class",
     [](std::string id) {
       return vigil::child<answering_class>(id).detached();
     }},
    {"blocking",
     [](std::string id) {
       return vigil::child(id, blocking);
     }},
    {"callable", callable},
  };
}

/// Whether a promise that a child of that kind keeps later is kept in the name
/// of its handle.
bool keeps_by_handle(const std::string& kind) {
  return promises_know_the_handle || kind == "in place" || kind == "blocking"
         || kind == "callable";
}

// -- who asks -----------------------------------------------------------------

/// Asks, and tells who answered.
struct asker {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  caf::scoped_actor self{sys, true};

  caf::strong_actor_ptr from() {
    return self->current_sender();
  }

  /// Returns the sender of the answer, be it a value or an error.
  template <class... Ts>
  caf::strong_actor_ptr ask(const caf::actor& to, Ts&&... xs) {
    caf::strong_actor_ptr result;
    self->request(to, 30s, std::forward<Ts>(xs)...)
      .receive([&](int) { result = from(); },
               [&](const caf::error&) { result = from(); });
    return result;
  }

  /// Returns the sender of what a plain message is answered with.
  template <class... Ts>
  caf::strong_actor_ptr tell(const caf::actor& to, Ts&&... xs) {
    caf::strong_actor_ptr result;
    self->send(to, std::forward<Ts>(xs)...);
    self->receive([&](int) { result = from(); },
                  [&](const caf::error&) { result = from(); });
    return result;
  }
};

caf::actor child_of(const vigil::tree_ref& tree, const std::string& id) {
  return tree.find<caf::actor>(id).value();
}

// -- the philosophers of CAF's example ----------------------------------------

using chopstick = vigil::typed_actor<caf::result<taken_atom, bool>(take_atom),
                                     caf::result<void>(put_atom)>;

chopstick::behavior_type taken_chopstick(chopstick::pointer,
                                         const caf::strong_actor_ptr&);

chopstick::behavior_type available_chopstick(chopstick::pointer self) {
  return {
    [=](take_atom) -> caf::result<taken_atom, bool> {
      self->become(taken_chopstick(self, self->current_sender()));
      return {taken_atom_v, true};
    },
    [](put_atom) {},
  };
}

chopstick::behavior_type taken_chopstick(chopstick::pointer self,
                                         const caf::strong_actor_ptr& user) {
  return {
    [](take_atom) -> caf::result<taken_atom, bool> {
      return {taken_atom_v, false};
    },
    [=](put_atom) {
      if (self->current_sender() == user)
        self->become(available_chopstick(self));
    },
  };
}

class philosopher : public caf::event_based_actor {
public:
  philosopher(caf::actor_config& cfg, std::size_t n, int* meals, chopstick l,
              chopstick r)
    : caf::event_based_actor(cfg), waits_(1s * (n + 1)), left_(std::move(l)),
      right_(std::move(r)) {
    set_default_handler(caf::skip);
    thinking_.assign([=, this](eat_atom) {
      become(hungry_);
      send(left_, take_atom_v);
      send(right_, take_atom_v);
    });
    hungry_.assign([=, this](taken_atom, bool result) {
      become(result ? granted_ : denied_);
    });
    granted_.assign([=, this](taken_atom, bool result) {
      if (result) {
        ++*meals;
        delayed_send(this, 5s, think_atom_v);
        become(eating_);
      } else {
        send(current_sender() == left_ ? right_ : left_, put_atom_v);
        delayed_send(this, waits_, eat_atom_v);
        become(thinking_);
      }
    });
    denied_.assign([=, this](taken_atom, bool result) {
      if (result)
        send(current_sender() == left_ ? left_ : right_, put_atom_v);
      delayed_send(this, waits_, eat_atom_v);
      become(thinking_);
    });
    eating_.assign([=, this](think_atom) {
      send(left_, put_atom_v);
      send(right_, put_atom_v);
      delayed_send(this, 5s, eat_atom_v);
      become(thinking_);
    });
  }

protected:
  caf::behavior make_behavior() override {
    send(this, think_atom_v);
    return {[=, this](think_atom) {
      delayed_send(this, waits_, eat_atom_v);
      become(thinking_);
    }};
  }

private:
  // Not the same for all, or they would take and put their sticks in step.
  std::chrono::seconds waits_;
  chopstick left_;
  chopstick right_;
  caf::behavior thinking_;
  caf::behavior hungry_;
  caf::behavior granted_;
  caf::behavior denied_;
  caf::behavior eating_;
};

} // namespace

TEST_CASE("an answer comes from the handle that was asked, whatever the child "
          "is and however it answers") {
  for (const auto& [name, make] : makers()) {
    const std::string kind{name};
    CAPTURE(kind);
    asker a;
    auto tree
      = sup().child(make("child").intensity(1000, 1h)).start(a.sys).value();
    const auto child = child_of(tree, "child");
    CHECK(a.ask(child, 1) == child);
    CHECK(a.tell(child, 1) == child);
    CHECK(a.ask(child, "error") == child);
    CHECK(a.tell(child, "error") == child);
    // A promise that another message has kept.
    a.self->send(child, later_atom_v);
    a.self->send(child, deliver_atom_v);
    a.self->receive([&](int x) {
      CHECK(x == 7);
      if (keeps_by_handle(kind))
        CHECK(a.from() == child);
    });
    if (name != "callable") // CAF prints what those throw
      CHECK(a.ask(child, "throw") == child);
    CHECK(said(tree.stop()) == "ok");
  }
}

TEST_CASE(
  "the answer of a pool comes from the pool, whatever its workers are") {
  static constexpr vigil::child_key<caf::actor, "pool"> key;
  for (const auto& [name, make] : makers()) {
    const std::string kind{name};
    CAPTURE(kind);
    asker a;
    auto tree = sup()
                  .child(vigil::pool(key, 2,
                                     [make = make](std::size_t i) {
                                       return make(std::to_string(i));
                                     })
                           .intensity(1000, 1h))
                  .child(make("other"))
                  .start(a.sys)
                  .value();
    const auto pool = tree[key];
    const auto other = child_of(tree, "other");
    // Who is asked by a worker, or asks it, answers by its own handle.
    CHECK(a.ask(pool, pass_atom_v, other) == other);
    CHECK(a.ask(other, pass_atom_v, pool) == pool);
    for (int i = 0; i < 3; ++i) {
      CHECK(a.ask(pool, 1) == pool);
      CHECK(a.tell(pool, 1) == pool);
      CHECK(a.ask(pool, "error") == pool);
      CHECK(a.tell(pool, "error") == pool);
    }
    CHECK(a.ask(child_of(tree, "pool/0"), 1) == child_of(tree, "pool/0"));
    // After the others, since plain messages to a worker that ends may be lost.
    for (int i = 0; i < 3; ++i)
      if (name != "callable") // CAF prints what those throw
        CHECK(a.ask(pool, "throw") == pool);
    CHECK(said(tree.terminate_child("pool")) == "ok");
    CHECK(a.ask(pool, 1) == pool);
    CHECK(said(tree.stop()) == "ok");
  }
}

TEST_CASE("a handle is known to be a child's, whatever the child is") {
  using vigil::detail::child_behind;
  for (const auto& [name, make] : makers()) {
    const std::string kind{name};
    CAPTURE(kind);
    asker a;
    auto tree = sup()
                  .child(make("child"))
                  .child(vigil::pool("pool", 1, make("any")))
                  .start(a.sys)
                  .value();
    for (const auto& path : {"child", "pool", "pool/0"}) {
      CAPTURE(path);
      const auto handle = child_of(tree, path);
      const auto* child
        = child_behind(caf::actor_cast<caf::strong_actor_ptr>(handle).get());
      REQUIRE(child != nullptr);
      CHECK(child->path() == std::string{"sup/"} + path);
    }
    CHECK(said(tree.stop()) == "ok");
  }
  asker a;
  const auto plain = a.sys.spawn(answering);
  const auto waits = a.sys.spawn(blocking);
  CHECK(child_behind(caf::actor_cast<caf::strong_actor_ptr>(plain).get())
        == nullptr);
  CHECK(child_behind(caf::actor_cast<caf::strong_actor_ptr>(waits).get())
        == nullptr);
  CHECK(child_behind(a.self->ctrl()) == nullptr);
  CHECK(child_behind(nullptr) == nullptr);
  a.self->send_exit(plain, caf::exit_reason::kill);
  a.self->send_exit(waits, caf::exit_reason::kill);
}

TEST_CASE("a delegated request is answered by the child that it went to") {
  for (const auto& [first, make_first] : makers()) {
    for (const auto& [second, make_second] : makers()) {
      const std::string kinds = std::string{first} + ' ' + second;
      CAPTURE(kinds);
      asker a;
      auto tree = sup()
                    .child(make_second("second"))
                    .child(make_first("first"))
                    .start(a.sys)
                    .value();
      const auto to = child_of(tree, "second");
      CHECK(a.ask(child_of(tree, "first"), pass_atom_v, to) == to);
      CHECK(a.tell(child_of(tree, "first"), pass_atom_v, to) == to);
      CHECK(said(tree.stop()) == "ok");
    }
  }
}

TEST_CASE("a child whose actor is the handle of another one answers by its own "
          "handle") {
  world w;
  auto inner = w.start(sup().child(vigil::child("x", answering).respawn()));
  const auto x = child_of(inner, "x");
  auto tree = w.start(sup().child(vigil::child("a", [x] { return x; })));
  const auto a = child_of(tree, "a");
  caf::strong_actor_ptr from;
  auto asks = [&](caf::event_based_actor* self) {
    self->request(a, 10s, 1).then(
      [&from, self](int) { from = self->current_sender(); });
  };
  w.sys().spawn(asks);
  w.run();
  CHECK(from == a);
}

TEST_CASE("philosophers dine, whatever kinds of children they and their "
          "chopsticks are") {
  for (const bool respawn : {false, true}) {
    CAPTURE(respawn);
    world w;
    std::vector<int> meals(5);
    auto table = sup();
    for (const auto* id : {"0", "1", "2", "3", "4"}) {
      auto one = vigil::child(id, available_chopstick);
      table = table.child(respawn ? one.respawn() : one);
    }
    auto laid = w.start(table);
    std::vector<chopstick> sticks;
    for (const auto* id : {"0", "1", "2", "3", "4", "0"})
      sticks.push_back(laid.find<chopstick>(id).value());
    auto guests = sup();
    for (std::size_t i = 0; i < 5; ++i)
      guests = guests.child(vigil::child<philosopher>(
        std::to_string(i), i, &meals[i], sticks[i], sticks[i + 1]));
    auto seated = w.start(guests);
    w.advance(5min);
    for (auto n : meals)
      CHECK(n > 5);
  }
}
