#include "world.hpp"

#include <vigil/vigil.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace test;

namespace {

auto sup() {
  return vigil::supervisor("sup").intensity(100, 1h);
}

using counter = vigil::typed_actor<caf::result<int>(int)>;

/// Adds what it is told; a negative number is a fault.
vigil::outcome<int> add(int& sum, int x) {
  if (x < 0)
    return vigil::fault(trouble::died);
  return sum += x;
}

// -- actor functions, as CAF's users write them -------------------------------

caf::behavior untyped(caf::event_based_actor* self, int from) {
  auto sum = std::make_shared<int>(from);
  return vigil::behavior(self, [sum](int x) { return add(*sum, x); });
}

caf::behavior selfless(std::string text) {
  return {[text](const std::string& x) { return text + x; },
          [](int) -> int {
            throw std::runtime_error{"no numbers"};
          }};
}

void becoming(caf::event_based_actor* self) {
  self->become([self](int x) {
    if (x < 0)
      self->quit(caf::make_error(caf::sec::runtime_error));
    return x;
  });
}

struct sum_state {
  static inline int alive = 0;
  static inline int most = 0;

  sum_state() {
    most = std::max(most, ++alive);
  }

  ~sum_state() {
    --alive;
  }

  int sum = 0;
  static inline const char* name = "sum";
};

caf::behavior stateful(caf::stateful_actor<sum_state>* self) {
  return vigil::behavior(
    self, [self](int x) { return add(test::state_of(self).sum, x); });
}

counter::behavior_type typed_stateful(counter::stateful_pointer<sum_state> self,
                                      int from) {
  test::state_of(self).sum = from;
  return vigil::behavior(
    self, [self](int x) { return add(test::state_of(self).sum, x); });
}

/// A class that keeps its state in members.
class summing : public caf::event_based_actor {
public:
  summing(caf::actor_config& cfg, int from, int fails_after)
    : caf::event_based_actor(cfg), sum_(from) {
    if (++made > fails_after)
      throw std::runtime_error{"no more of them"};
  }

  caf::behavior make_behavior() override {
    return vigil::behavior(this, [this](int x) { return add(sum_, x); });
  }

  static inline int made = 0;

private:
  int sum_;
};

/// Sends a number and returns what came back, or minus the value of the code.
template <class Handle>
std::string ask_for(world& w, const Handle& to, int x) {
  auto reply = w.request<int>(to, x);
  w.run();
  auto y = reply.get();
  return y ? std::to_string(y.value()) : name_of(y.error().code);
}

/// Checks the incarnation of a child that sums up from `from`.
template <class Builder>
void check_sums(const Builder& child, int from) {
  using handle = typename Builder::handle_type;
  world w;
  auto tree = w.start(sup().child(child));
  auto found = tree.template find<handle>("a");
  REQUIRE(found);
  auto a = found.value();
  CHECK(ask_for(w, a, 1) == std::to_string(from + 1));
  CHECK(ask_for(w, a, 2) == std::to_string(from + 3));
  CHECK(ask_for(w, a, -1) == "died");
  CHECK(ask_for(w, a, 5) == std::to_string(from + 5));
  CHECK(said(tree.stop()) == "ok");
}

// Names that what runs a child has, too.

struct hoarder : caf::event_based_actor {
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[this](int x) {
      return record(x);
    }};
  }

  int record(int x) {
    return x + 1;
  }

  virtual void wipe() {
    // nop
  }

  virtual int rebuild() {
    return 0;
  }

  void begin_start() {
    // nop
  }

  void end_start() {
    // nop
  }

  void cell() {
    // nop
  }

  virtual void* part() {
    return this;
  }

  void as_context() {
    // nop
  }

  void handle_before() {
    // nop
  }

  int life_ = 0;
  int answers_ = 0;
};

struct blocking_hoarder : caf::blocking_actor {
  using caf::blocking_actor::blocking_actor;

  void act() override {
    receive([](int) {});
  }

  void record() {
    // nop
  }

  void may_begin() {
    // nop
  }

  void note_started() {
    // nop
  }

  void note_return() {
    // nop
  }

  void come() {
    // nop
  }

  void part() {
    // nop
  }

  int life_ = 0;
};

} // namespace

TEST_CASE(
  "an untyped actor function begins each incarnation with its arguments") {
  check_sums(vigil::child("a", untyped, 10), 10);
  check_sums(vigil::child("a", untyped, 10).respawn(), 10);
}

TEST_CASE(
  "the state of a stateful actor is new in each incarnation, after the old "
  "one is gone") {
  for (bool respawn : {false, true}) {
    CAPTURE(respawn);
    sum_state::most = 0;
    auto one = vigil::child("a", stateful);
    check_sums(respawn ? one.respawn() : one, 0);
    CHECK(sum_state::alive == 0);
    auto two = vigil::child("a", typed_stateful, 7);
    check_sums(respawn ? two.respawn() : two, 7);
    CHECK(sum_state::alive == 0);
    CHECK(sum_state::most == 1);
  }
}

TEST_CASE("an actor function needs no self pointer") {
  world w;
  for (bool respawn : {false, true}) {
    CAPTURE(respawn);
    auto child = vigil::child("a", selfless, std::string{"hello "});
    auto tree = w.start(sup().child(respawn ? child.respawn() : child));
    auto a = tree.find<caf::actor>("a").value();
    for (int i = 0; i < 3; ++i) {
      auto reply = w.request<std::string>(a, std::string{"you"});
      w.run();
      CHECK(reply.get().value() == "hello you");
      CHECK(ask_for(w, a, 1) == "exception");
    }
    CHECK(tree.which_child("a").value().incarnation == 4);
  }
}

TEST_CASE("an actor function may become what it is") {
  world w;
  for (bool respawn : {false, true}) {
    CAPTURE(respawn);
    auto child = vigil::child("a", becoming);
    auto tree = w.start(sup().child(respawn ? child.respawn() : child));
    auto a = tree.find<caf::actor>("a").value();
    CHECK(ask_for(w, a, 1) == "1");
    CHECK(ask_for(w, a, -1) == "-1");
    CHECK(ask_for(w, a, 2) == "2");
    CHECK(tree.which_child("a").value().incarnation == 2);
  }
}

TEST_CASE("an actor function without a behavior has ended normally") {
  for (bool respawn : {false, true}) {
    CAPTURE(respawn);
    world w;
    int lives = 0;
    auto nothing = [&lives](caf::event_based_actor*) {
      ++lives;
    };
    auto child = vigil::child("a", nothing).transient();
    auto tree = w.start(sup().child(respawn ? child.respawn() : child));
    w.run();
    CHECK(lives == 1);
    CHECK(listing(tree) == "a stopped");
    CHECK_FALSE(tree.snapshot().rows[1].last_failure);
  }
}

TEST_CASE("an actor class is made anew for each incarnation") {
  summing::made = 0;
  check_sums(vigil::child<summing>("a", 5, 100), 5);
  CHECK(summing::made == 2);
}

TEST_CASE("an actor class may have members of any name") {
  world w;
  auto tree = w.start(sup().child(vigil::child<hoarder>("a")));
  auto a = tree.find<caf::actor>("a").value();
  CHECK(ask_for(w, a, 1) == "2");
  CHECK(said(tree.stop()) == "ok");
  // It compiles, which is all that a name can break.
  (void)vigil::child<blocking_hoarder>("b");
}

TEST_CASE("a constructor that throws is a start that fails") {
  world w;
  summing::made = 0;
  auto none = sup().child(vigil::child<summing>("a", 0, 0)).start(w.sys());
  REQUIRE_FALSE(none);
  CHECK(chain(none.error()) == "start_failed < exception");
  CHECK(none.error().cause->message == "no more of them");
  CHECK(none.error().cause->path == "sup/a");
  summing::made = 0;
  auto tree = w.start(vigil::supervisor("sup").intensity(2, 1h).child(
    vigil::child<summing>("a", 0, 1)));
  auto a = tree.find<caf::actor>("a").value();
  CHECK(ask_for(w, a, -1) == "died");
  CHECK_FALSE(tree.running());
  CHECK(summing::made == 3);
  CHECK(tree.wait().error().root_cause().message == "no more of them");
  CHECK(ask_for(w, a, 1) != "timeout");
}

// -- callables ----------------------------------------------------------------

TEST_CASE("a callable may make an actor in any way") {
  check_sums(vigil::child("a",
                          [](caf::actor_system& sys) {
                            return sys.spawn<caf::hidden>(untyped, 3);
                          }),
             3);
  check_sums(vigil::child("a",
                          [](caf::actor_system& sys) -> vigil::result<counter> {
                            return sys.spawn<caf::hidden>(typed_stateful, 4);
                          }),
             4);
}

TEST_CASE("a callable without a parameter knows its system by itself") {
  world w;
  auto make = [&w] {
    return w.sys().spawn<caf::hidden>(untyped, 0);
  };
  auto tree = w.start(sup().child(vigil::child("a", make)));
  auto a = tree.find<caf::actor>("a").value();
  CHECK(ask_for(w, a, -1) == "died");
  CHECK(ask_for(w, a, 1) == "1");
}

TEST_CASE("a callable that returns no actor has failed") {
  world w;
  auto null = [] {
    return caf::actor{};
  };
  auto one = sup().child(vigil::child("a", null)).start(w.sys());
  REQUIRE_FALSE(one);
  CHECK(chain(one.error()) == "start_failed < null_handle");
  CHECK(one.error().cause->path == "sup/a");
  auto null_result = []() -> vigil::result<caf::actor> {
    return caf::actor{};
  };
  auto two = sup().child(vigil::child("a", null_result)).start(w.sys());
  REQUIRE_FALSE(two);
  CHECK(chain(two.error()) == "start_failed < null_handle");
  auto failing = []() -> vigil::result<caf::actor> {
    return vigil::failure{trouble::refused, "out of stock"}.because(
      {trouble::no_luck});
  };
  auto three = sup().child(vigil::child("a", failing)).start(w.sys());
  REQUIRE_FALSE(three);
  CHECK(chain(three.error()) == "start_failed < refused < no_luck");
  CHECK(three.error().cause->message == "out of stock");
}

TEST_CASE("a callable that throws anything has failed") {
  world w;
  auto odd = []() -> caf::actor {
    throw 42;
  };
  auto tree = sup().child(vigil::child("a", odd)).start(w.sys());
  REQUIRE_FALSE(tree);
  CHECK(chain(tree.error()) == "start_failed < exception");
}

TEST_CASE("a callable that returns an actor that has ended has a child that "
          "ended at once") {
  world w;
  int calls = 0;
  auto dead = w.sys().spawn<caf::hidden>(untyped, 0);
  CHECK(ask_for(w, dead, -1) == "died");
  auto again = [&, dead] {
    return ++calls == 1 ? dead : w.sys().spawn<caf::hidden>(untyped, 0);
  };
  auto tree = w.start(sup().child(vigil::child("a", again)));
  w.run();
  CHECK(calls == 2);
  CHECK(tree.which_child("a").value().incarnation == 2);
  CHECK(ask_for(w, tree.find<caf::actor>("a").value(), 1) == "1");
}

TEST_CASE("a callable that returns the handle of its own child has failed") {
  world w;
  caf::actor own;
  auto f = [&] {
    return own ? own : w.sys().spawn<caf::hidden>(untyped, 0);
  };
  auto tree = w.start(vigil::supervisor("sup").child(vigil::child("a", f)));
  own = tree.find<caf::actor>("a").value();
  CHECK(ask_for(w, own, -1) == "died");
  own = {};
  const auto end = tree.wait();
  REQUIRE_FALSE(end);
  CHECK(chain(end.error())
        == "restart_limit_reached < start_failed < bad_combination");
  CHECK(end.error().root_cause().path == "sup/a");
  CHECK(end.error().root_cause().message.find("its own child")
        != std::string::npos);
}

TEST_CASE("callables that return each other's handles have failed, too") {
  world w;
  caf::actor of_a;
  caf::actor of_b;
  const auto other = [&w](const caf::actor& x) {
    return [&w, &x] {
      return x ? x : w.sys().spawn<caf::hidden>(untyped, 0);
    };
  };
  auto tree = w.start(vigil::supervisor("sup")
                        .child(vigil::child("a", other(of_b)))
                        .child(vigil::child("b", other(of_a)))
                        .child(w.child("c")));
  const auto a = tree.find<caf::actor>("a").value();
  const auto b = tree.find<caf::actor>("b").value();
  // One of them may, and its messages come to the other.
  of_a = a;
  CHECK(ask_for(w, b, -1) == "died");
  CHECK(ask_for(w, b, 1) == "1");
  of_b = b;
  CHECK(ask_for(w, b, -1) == "died");
  of_a = {};
  of_b = {};
  const auto end = tree.wait();
  REQUIRE_FALSE(end);
  CHECK(end.error().root_cause().code == vigil::errc::bad_combination);
}

// -- handlers -----------------------------------------------------------------

TEST_CASE("handlers of every form may stand in one behavior") {
  for (bool respawn : {false, true}) {
    CAPTURE(respawn);
    world w;
    auto f = [](caf::event_based_actor* self) {
      return vigil::behavior(
        self, [](int x) { return x; },
        [](int x, int y) -> caf::result<int> { return x + y; },
        [](double x) -> vigil::outcome<void> {
          if (x < 0)
            return vigil::fault("negative");
          if (x > 1)
            return vigil::error("too large");
          return vigil::success();
        },
        [](const std::string&) { throw 1; });
    };
    auto child = vigil::child("a", f);
    auto tree = w.start(sup().child(respawn ? child.respawn() : child));
    auto a = tree.find<caf::actor>("a").value();
    auto sum = w.request<int>(a, 1, 2);
    auto fine = w.request<void>(a, 0.5);
    auto error = w.request<void>(a, 2.0);
    w.run();
    CHECK(sum.get().value() == 3);
    CHECK(said(fine.get()) == "ok");
    CHECK(said(error.get()) == "unspecified");
    CHECK(error.get().error().message == "too large");
    auto fault = w.request<void>(a, -1.0);
    w.run();
    CHECK(said(fault.get()) == "unspecified");
    auto odd = w.request<void>(a, std::string{"odd"});
    w.run();
    CHECK(said(odd.get()) == "exception");
    CHECK(tree.which_child("a").value().incarnation == 3);
    // What nobody handles is refused as in CAF, and harms nobody.
    auto unknown = w.request<int>(a, caf::unit);
    w.run();
    CHECK(unknown.arrived());
    CHECK(said(unknown.get()) != "ok");
    CHECK(tree.which_child("a").value().incarnation == 3);
  }
}
