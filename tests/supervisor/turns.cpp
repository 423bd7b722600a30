#include "world.hpp"

#include <vigil/caf.hpp>

#include <caf_tools.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>

using namespace test;

// How a message brings a supervised actor to run: vigil does for CAF 0.17 what
// CAF does, see `compat::turn`.

namespace {

std::string answer_of(const caf::actor& to, caf::scoped_actor& self) {
  std::string result = "nothing";
  self->request(to, 30s, 1)
    .receive([&](int x) { result = std::to_string(x); },
             [&](const caf::error& why) {
               result = name_of(vigil::to_failure(why).code);
             });
  return result;
}

/// Counts how often CAF puts a message into its mailbox, or launches it.
class counting : public caf::event_based_actor {
public:
  struct counts {
    std::atomic<int> launched{0};
    std::atomic<int> enqueued{0};
  };

  counting(caf::actor_config& cfg, counts* all)
    : caf::event_based_actor(cfg), all_(all) {
    // nop
  }

  void launch(vigil::compat::context* ctx, bool lazy, bool hide) override {
    ++all_->launched;
    caf::event_based_actor::launch(ctx, lazy, hide);
  }

  caf::behavior make_behavior() override {
    return {[](int x) {
      return x + 1;
    }};
  }

private:
  using caf::event_based_actor::enqueue;

  vigil::compat::enqueue_result enqueue(vigil::compat::element_ptr x,
                                        vigil::compat::context* ctx) override {
    if (vigil::compat::get_if<int>(*x) != nullptr)
      ++all_->enqueued;
    return caf::event_based_actor::enqueue(std::move(x), ctx);
  }

  counts* all_;
};

// It hides a function of CAF's, which is the point.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"

/// Has a function of its own that has a name of CAF's.
class namesake : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[this](int x) {
      enqueue(x);
      return last_;
    }};
  }

private:
  void enqueue(int x) {
    last_ = x * 10;
  }

  int last_ = 0;
};

#pragma GCC diagnostic pop

caf::behavior passing_on(caf::event_based_actor* self, const caf::actor& to) {
  return {[=](int x) {
    return self->delegate(to, x);
  }};
}

} // namespace

TEST_SUITE_BEGIN("turns");

TEST_CASE("an actor class keeps a launch and an enqueue of its own") {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  counting::counts all;
  auto tree = vigil::supervisor("sup")
                .child(vigil::child<counting>("mine", &all))
                .start(sys);
  REQUIRE(tree);
  auto child = tree.value().find<caf::actor>("mine");
  REQUIRE(child);
  caf::scoped_actor self{sys};
  CHECK(answer_of(child.value(), self) == "2");
  CHECK(all.launched == 1);
  CHECK(all.enqueued == 1);
}

TEST_CASE("an actor class may have a function named enqueue") {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto tree
    = vigil::supervisor("sup").child(vigil::child<namesake>("mine")).start(sys);
  REQUIRE(tree);
  auto child = tree.value().find<caf::actor>("mine");
  REQUIRE(child);
  caf::scoped_actor self{sys};
  CHECK(answer_of(child.value(), self) == "10");
}

// From a worker, from a thread without one, and from outside of both.
TEST_CASE("a message finds its actor from wherever it comes") {
  for (const auto* policy : {"stealing", "sharing"}) {
    CAPTURE(policy);
    caf::actor_system_config cfg;
    set_policy(cfg, policy);
    caf::actor_system sys{cfg};
    counting::counts all;
    const auto add = [](caf::event_based_actor*) {
      return caf::behavior{[](int x) {
        return x + 1;
      }};
    };
    auto tree = vigil::supervisor("sup")
                  .child(vigil::child("add", add))
                  .child(vigil::child("new", add).respawn())
                  .child(vigil::child<counting>("class", &all))
                  .start(sys);
    REQUIRE(tree);
    for (const auto* path : {"add", "new", "class"}) {
      CAPTURE(path);
      auto child = tree.value().find<caf::actor>(path);
      REQUIRE(child);
      caf::scoped_actor self{sys};
      // If it brought nobody to run, the next one would not either.
      caf::anon_send(child.value(), 1);
      CHECK(answer_of(child.value(), self) == "2");
      for (auto how : {caf::no_spawn_options, caf::detached}) {
        auto via = how == caf::detached
                     ? sys.spawn<caf::detached>(passing_on, child.value())
                     : sys.spawn(passing_on, child.value());
        CHECK(answer_of(via, self) == "2");
        caf::anon_send_exit(via, caf::exit_reason::user_shutdown);
      }
    }
  }
}

TEST_CASE("a scheduler for tests sees who has something to do") {
  world w;
  auto tree = w.start(vigil::supervisor("sup").child(w.child("a")));
  const auto child = tree.find<worker>("a");
  REQUIRE(child);
  const auto actor = caf::actor_cast<caf::strong_actor_ptr>(child.value());
  CHECK(!is_in_line(w.sys(), actor));
  auto answer = w.request<std::string>(child.value(), "who");
  CHECK(is_in_line(w.sys(), actor));
  w.run();
}

// After its handler has returned it has messages for longer than the system
// needs to end.
TEST_CASE("a child that was left behind ends with the system, in line or not") {
  for (auto respawns : {false, true}) {
    CAPTURE(respawns);
    auto state = std::make_shared<int>(0);
    const std::weak_ptr<int> held{state};
    std::promise<void> release;
    std::promise<void> hangs;
    {
      caf::actor_system_config cfg;
      set_workers(cfg, 2);
      set_throughput(cfg, 1);
      caf::actor_system sys{cfg};
      auto gate = release.get_future().share();
      auto f = [gate, state, &hangs](caf::event_based_actor* self) {
        return caf::behavior{[=, &hangs](const std::string& what) {
          if (what != "hang")
            return;
          for (int i = 0; i < 10'000; ++i)
            caf::anon_send(caf::actor_cast<caf::actor>(self),
                           std::to_string(*state + i));
          hangs.set_value();
          gate.wait();
        }};
      };
      auto child = vigil::child("a", std::move(f)).shutdown(10ms);
      auto tree = vigil::supervisor("sup")
                    .child(respawns ? child.respawn() : child)
                    .start(sys);
      REQUIRE(tree);
      state.reset();
      auto a = tree.value().find<caf::actor>("a");
      REQUIRE(a);
      caf::anon_send(a.value(), std::string{"hang"});
      hangs.get_future().wait();
      CHECK(tree.value().stop());
      release.set_value();
    }
    CHECK(held.expired());
  }
}

TEST_SUITE_END();
