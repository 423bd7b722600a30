#include <vigil/vigil.hpp>

#include <caf/actor_from_state.hpp>
#include <caf/scheduled_actor/flow.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

// What CAF 0.17 does not have: actors made from a state, interfaces that are a
// trait, and `mail`.

using namespace std::chrono_literals;

namespace {

/// An interface as CAF 1.x spells it.
struct adder_trait {
  using signatures = caf::type_list<caf::result<int>(int)>;
};

using adder = caf::typed_actor<adder_trait>;

inline constexpr vigil::child_key<caf::actor, "sum"> sum_key;
inline constexpr vigil::child_key<adder, "adder"> adder_key;

/// Adds to what it was made with; a negative number is a fault.
template <class Self>
struct adding_state {
  adding_state(Self* me, int first) : self(me), sum(first) {
    ++alive;
  }

  ~adding_state() {
    --alive;
  }

  adding_state(const adding_state&) = delete;
  adding_state& operator=(const adding_state&) = delete;

  typename Self::behavior_type make_behavior() {
    return vigil::behavior(self, [this](int x) -> vigil::outcome<int> {
      if (x < 0)
        return vigil::fault("negative");
      return sum += x;
    });
  }

  static inline int alive = 0;

  Self* self;
  int sum;
};

using sum_state = adding_state<caf::event_based_actor>;

/// The same with an interface.
using adder_state = adding_state<std::remove_pointer_t<adder::pointer>>;

/// The same as a function with an interface.
adder::behavior_type add_up(adder::pointer self) {
  auto sum = std::make_shared<int>(0);
  return vigil::behavior(self, [sum](int x) -> vigil::outcome<int> {
    if (x < 0)
      return vigil::fault("negative");
    return *sum += x;
  });
}

/// A system in virtual time.
struct driven {
  driven() {
    vigil::virtual_time::configure(config);
    system.emplace(config);
    time.emplace(*system);
  }

  template <class Handle>
  std::string ask(const Handle& to, int x) {
    std::string answer = "nothing";
    caf::scoped_actor self{*system};
    auto asked = self->mail(x).request(to, 5s);
    time->run();
    std::move(asked).receive(
      [&](int sum) { answer = std::to_string(sum); },
      [&](const caf::error& why) { answer = vigil::to_failure(why).message; });
    return answer;
  }

  caf::actor_system_config config;
  std::optional<caf::actor_system> system;
  std::optional<vigil::virtual_time> time;
};

/// Checks that a child that adds to 10 does so again after a fault.
template <class Handle, vigil::fixed_string Id, class Child>
void begins_anew(vigil::child_key<Handle, Id> key, const Child& child) {
  driven here;
  auto tree
    = vigil::supervisor("root").child(child).start(*here.system).value();
  auto sum = tree[key];
  CHECK(here.ask(sum, 1) == "11");
  CHECK(here.ask(sum, -1) == "negative");
  CHECK(here.ask(sum, 1) == "11");
  CHECK(tree.which_child(Id.view()).value().incarnation == 2);
}

} // namespace

TEST_CASE("an actor made from a state restarts in place, with a new state") {
  driven here;
  auto tree
    = vigil::supervisor("root")
        .child(vigil::child(sum_key, caf::actor_from_state<sum_state>, 10))
        .start(*here.system)
        .value();
  auto sum = tree[sum_key];
  CHECK(here.ask(sum, 1) == "11");
  CHECK(here.ask(sum, 2) == "13");
  CHECK(here.ask(sum, -1) == "negative");
  CHECK(here.ask(sum, 1) == "11");
  CHECK(sum_state::alive == 1);
  CHECK(tree.which_child("sum").value().incarnation == 2);
  CHECK(tree[sum_key] == sum);
  CHECK(tree.stop().has_value());
  sum = nullptr;
  CHECK(sum_state::alive == 0);
}

TEST_CASE("an actor made from a state with an interface restarts in place") {
  begins_anew(adder_key,
              vigil::child(adder_key, caf::actor_from_state<adder_state>, 10));
}

TEST_CASE("an actor made from a state is a new one where it is to be") {
  begins_anew(
    sum_key,
    vigil::child(sum_key, caf::actor_from_state<sum_state>, 10).respawn());
}

TEST_CASE("an actor made from a state may have a thread of its own") {
  caf::actor_system_config config;
  caf::actor_system system{config};
  auto tree
    = vigil::supervisor("root")
        .child(vigil::child(sum_key, caf::actor_from_state<sum_state>, 10)
                 .detached())
        .start(system)
        .value();
  auto sum = tree[sum_key];
  caf::scoped_actor self{system};
  const auto ask = [&](int x) {
    std::string answer;
    self->mail(x)
      .request(sum, caf::infinite)
      .receive([&](int y) { answer = std::to_string(y); },
               [&](const caf::error& why) {
                 const auto told = vigil::to_failure(why);
                 if (told.code != vigil::errc::message_lost)
                   answer = told.message;
               });
    return answer;
  };
  CHECK(ask(1) == "11");
  CHECK(ask(-1) == "negative");
  // The answer of a fault goes out before the incarnation has ended: what comes
  // right behind it may be lost with that.
  auto answer = ask(1);
  while (answer.empty())
    answer = ask(1);
  CHECK(answer == "11");
}

TEST_CASE("an actor that a callable spawns inactive and launches is a child") {
  driven here;
  const auto spawn = [](caf::actor_system& sys) {
    auto [self, launch] = sys.spawn_inactive();
    auto sum = std::make_shared<int>(0);
    self->become(caf::behavior{[me = self, sum](int x) {
      if (x < 0)
        me->quit(caf::make_error(caf::exit_reason::out_of_workers));
      return *sum += x;
    }});
    auto result = caf::actor{self};
    launch();
    return result;
  };
  auto tree = vigil::supervisor("root")
                .child(vigil::child(sum_key, spawn))
                .start(*here.system)
                .value();
  auto sum = tree[sum_key];
  CHECK(here.ask(sum, 1) == "1");
  CHECK(here.ask(sum, 2) == "3");
  CHECK(here.ask(sum, -1) == "2");
  CHECK(here.ask(sum, 1) == "1");
  CHECK(tree.which_child("sum").value().incarnation == 2);
  CHECK(tree.stop().has_value());
}

TEST_CASE("an interface that is a trait is an interface of a child") {
  driven here;
  auto tree = vigil::supervisor("root")
                .child(vigil::child(adder_key, add_up))
                .start(*here.system)
                .value();
  auto sum = tree[adder_key];
  CHECK(here.ask(sum, 1) == "1");
  CHECK(here.ask(sum, -1) == "negative");
  CHECK(here.ask(sum, 2) == "2");
  CHECK(tree.find<adder>("adder").value() == sum);
  CHECK(tree.stop().has_value());
}

TEST_CASE("a child sends mail") {
  driven here;
  auto tree
    = vigil::supervisor("root")
        .child(vigil::child(adder_key, add_up))
        .child(vigil::child("asker",
                            [](caf::event_based_actor* self) {
                              auto to
                                = vigil::this_child(self).sibling(adder_key);
                              return caf::behavior{[self, to](int x) {
                                return self->mail(x).delegate(to.value());
                              }};
                            }))
        .start(*here.system)
        .value();
  CHECK(here.ask(tree.find<caf::actor>("asker").value(), 7) == "7");
  CHECK(tree.stop().has_value());
}

// -- flows --------------------------------------------------------------------

namespace {

/// Never answers.
caf::behavior silent(caf::event_based_actor* self) {
  auto held = std::make_shared<caf::typed_response_promise<int>>();
  return {[self, held](int) {
    *held = self->make_response_promise<int>();
    return *held;
  }};
}

using ticks = std::shared_ptr<int>;

/// Counts ticks while it waits for an answer that never comes. The first one
/// throws at the tick of that number.
caf::behavior flowing(caf::event_based_actor* self, const ticks& n, int bad) {
  const auto first = vigil::this_child(self).incarnation() == 1;
  self->make_observable()
    .interval(std::chrono::milliseconds{100})
    .for_each([n, bad, first](std::int64_t) {
      if (++*n == bad && first)
        throw std::runtime_error{"told to"};
    });
  self->mail(1)
    .request(self->spawn<caf::linked>(silent), caf::infinite)
    .then([](int) {});
  return vigil::behavior(self, [](int x) -> vigil::outcome<int> {
    if (x < 0)
      return vigil::fault("negative");
    return x;
  });
}

auto start_flowing(driven& here, const ticks& n, int bad) {
  return vigil::supervisor("root")
    .child(vigil::child("a", flowing, n, bad))
    .start(*here.system)
    .value();
}

void check_one_flow(driven& here, const ticks& n) {
  *n = 0;
  here.time->advance(10s);
  CHECK(*n >= 98);
  CHECK(*n <= 101);
}

} // namespace

TEST_CASE("a flow ends with its incarnation, also while an answer is awaited") {
  driven here;
  auto n = std::make_shared<int>(0);
  auto tree = start_flowing(here, n, 0);
  auto a = tree.find<caf::actor>("a").value();
  for (int i = 0; i < 3; ++i) {
    here.time->advance(150ms);
    CHECK(here.ask(a, -1) == "negative");
  }
  check_one_flow(here, n);
  CHECK(tree.stop().has_value());
}

TEST_CASE("a flow whose callback throws leaves the flows of the next "
          "incarnation alone") {
  driven here;
  auto n = std::make_shared<int>(0);
  auto tree = start_flowing(here, n, 3);
  here.time->advance(1s);
  CHECK(tree.which_child("a").value().incarnation == 2);
  check_one_flow(here, n);
  CHECK(here.ask(tree.find<caf::actor>("a").value(), 4) == "4");
  CHECK(tree.stop().has_value());
}
