#include "../caf/messages.hpp"
#include "trap_fixture.hpp"

#include <caf_tools.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using vigil::errc;
namespace compat = vigil::compat;

// What waits for a time keeps nobody alive, and costs CAF's clock nothing.

using test::rung;

namespace {

using bell = vigil::typed_actor<caf::result<void>(rung)>;

/// Held by whatever a test wants to see gone.
using token = std::shared_ptr<int>;
using witness = std::weak_ptr<int>;

[[nodiscard]] token make_token() {
  return std::make_shared<int>(0);
}

/// -1 faults.
using adder = vigil::typed_actor<caf::result<int>(int)>;
using adders = vigil::dynamic_ref<adder, token>;

constexpr vigil::child_key<adders, "adders"> adders_key;
constexpr vigil::child_key<vigil::tasks_ref, "tasks"> tasks_key;

struct fixture : trap::virtual_system {
  [[nodiscard]] std::size_t times() {
    return test::timeouts_in(sys);
  }

  template <class Builder>
  [[nodiscard]] auto start(const Builder& x) {
    auto tree
      = vigil::supervisor("root").intensity(1000, 1s).child(x).start(sys);
    REQUIRE(tree);
    return std::move(tree).value();
  }
};

[[nodiscard]] bool gone(const caf::weak_actor_ptr& x) {
  return caf::actor_cast<caf::strong_actor_ptr>(x) == nullptr;
}

template <class Handle>
[[nodiscard]] caf::weak_actor_ptr weak(const Handle& x) {
  return caf::actor_cast<caf::weak_actor_ptr>(
    caf::actor_cast<caf::strong_actor_ptr>(x));
}

} // namespace

TEST_SUITE_BEGIN("timers");

// -- the timers themselves ----------------------------------------------------

namespace {

/// An actor with timers, and what they brought.
struct ringing {
  explicit ringing(fixture& x)
    : home(x.sys), self(x.sys.spawn<caf::hidden>(
                     [this](caf::event_based_actor*) -> caf::behavior {
                       return {[this](rung y) {
                         heard.push_back(y.number);
                       }};
                     })) {
    x.run();
  }

  void set(compat::timer& x, vigil::time_point at, std::uint32_t number) {
    x.set(at, *caf::actor_cast<caf::abstract_actor*>(self),
          [number] { return rung{number}; });
  }

  void hasten(compat::timer& x, vigil::time_point at, std::uint32_t number) {
    x.hasten(at, *caf::actor_cast<caf::abstract_actor*>(self),
             [number] { return rung{number}; });
  }

  [[nodiscard]] std::vector<std::uint32_t> take() {
    return std::exchange(heard, {});
  }

  std::vector<std::uint32_t> heard;
  compat::timers home;
  caf::actor self;
};

using numbers = std::vector<std::uint32_t>;

} // namespace

TEST_CASE_FIXTURE(fixture, "timers are due in the order of their times, and of "
                           "their setting where those are the same") {
  ringing x{*this};
  compat::timer a{x.home}, b{x.home}, c{x.home}, d{x.home};
  const auto now = sys.clock().now();
  x.set(a, now + 3s, 1);
  x.set(b, now + 1s, 2);
  x.set(c, now + 3s, 3);
  x.set(d, now + 2s, 4);
  advance(1s);
  CHECK(x.take() == numbers{2});
  advance(2s);
  CHECK(x.take() == numbers{4, 1, 3});
  advance(24h);
  CHECK(x.take().empty());
}

TEST_CASE_FIXTURE(fixture, "a timer can be set again, hastened and taken back, "
                           "and takes itself back when it is destroyed") {
  ringing x{*this};
  compat::timer a{x.home}, b{x.home};
  const auto now = sys.clock().now();
  x.set(a, now + 1s, 1);
  x.set(a, now + 2s, 2);
  x.hasten(a, now + 3s, 3);
  advance(1s);
  CHECK(x.take().empty());
  advance(1s);
  CHECK(x.take() == numbers{2});
  x.hasten(a, now + 5s, 4);
  x.hasten(a, now + 4s, 5);
  x.set(b, now + 4s, 6);
  b.cancel();
  {
    compat::timer c{x.home};
    x.set(c, now + 4s, 7);
  }
  advance(1h);
  CHECK(x.take() == numbers{5});
  x.set(a, vigil::detail::never, 8);
  x.set(b, now, 9);
  x.set(b, vigil::detail::never, 10);
  x.set(b, vigil::time_point::min(), 11);
  advance(0s);
  CHECK(x.take() == numbers{11});
}

TEST_CASE_FIXTURE(fixture, "CAF's clock knows one time, however many wait") {
  ringing x{*this};
  std::vector<std::unique_ptr<compat::timer>> all;
  const auto now = sys.clock().now();
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    all.push_back(std::make_unique<compat::timer>(x.home));
    x.set(*all.back(), now + 1s + i * 1ms, i);
  }
  CHECK(times() == 1);
  advance(5s);
  CHECK(x.take().size() == 4001);
  CHECK(times() == 1);
  all.clear();
  advance(20s);
  CHECK(times() == 0);
  CHECK(x.take().empty());
}

TEST_CASE_FIXTURE(fixture, "timers do as a sorted list does, whatever is set "
                           "and taken back") {
  ringing x{*this};
  std::mt19937 random{7};
  std::vector<std::unique_ptr<compat::timer>> all(50);
  for (auto& y : all)
    y = std::make_unique<compat::timer>(x.home);
  std::map<std::uint32_t, vigil::time_point> expected;
  for (int round = 0; round < 5000; ++round) {
    const auto i = static_cast<std::uint32_t>(random() % all.size());
    const auto now = sys.clock().now();
    switch (random() % 4) {
      case 0:
        all[i]->cancel();
        expected.erase(i);
        break;
      case 1: {
        const auto before = now;
        advance(std::chrono::milliseconds{random() % 20});
        auto heard = x.take();
        std::vector<std::pair<vigil::time_point, std::uint32_t>> due;
        for (auto n : heard) {
          REQUIRE(expected.count(n) == 1);
          CHECK(expected[n] > before);
          CHECK(expected[n] <= sys.clock().now());
          due.emplace_back(expected[n], n);
          expected.erase(n);
        }
        CHECK(std::is_sorted(
          due.begin(), due.end(),
          [](const auto& a, const auto& b) { return a.first < b.first; }));
        for (const auto& [n, at] : expected)
          REQUIRE(at > sys.clock().now());
        break;
      }
      default:
        expected[i] = now + 1ms + std::chrono::milliseconds{random() % 100};
        x.set(*all[i], expected[i], i);
    }
  }
}

TEST_CASE_FIXTURE(fixture, "a timer keeps nobody alive") {
  ringing x{*this};
  compat::timer a{x.home};
  x.set(a, sys.clock().now() + 1h, 1);
  const auto self = weak(x.self);
  x.self = nullptr;
  CHECK(gone(self));
  advance(2h);
  CHECK(x.take().empty());
}

TEST_CASE("timers that outlive their system are no trouble for the next") {
  caf::actor_system_config cfg;
  test::set_workers(cfg, 1);
  std::optional<caf::actor_system> sys;
  std::optional<compat::timers> kept;
  for (int i = 0; i < 3; ++i) {
    sys.emplace(cfg);
    compat::timers mine{*sys};
    caf::scoped_actor self{*sys};
    compat::timer soon{mine}, late{mine};
    const auto now = sys->clock().now();
    late.set(now + 1h, *self, [] { return rung{1}; });
    soon.set(now + 1ms, *self, [] { return rung{2}; });
    std::uint32_t heard = 0;
    self->receive([&](rung x) { heard = x.number; }, caf::after(30s) >> [] {});
    CHECK(heard == 2);
    kept.emplace(mine);
  }
}

TEST_CASE("timers that outlive a system in virtual time are no trouble for a "
          "real one at its address") {
  caf::actor_system_config tested;
  vigil::compat::test_driver::configure(tested);
  caf::actor_system_config cfg;
  test::set_workers(cfg, 1);
  std::optional<caf::actor_system> sys;
  sys.emplace(tested);
  const compat::timers kept{*sys};
  {
    caf::scoped_actor self{*sys};
    compat::timer x{kept};
    x.set(sys->clock().now() + 1ms, *self, [] { return rung{1}; });
  }
  sys.emplace(cfg);
  compat::timer soon{compat::timers{*sys}};
  caf::scoped_actor self{*sys};
  soon.set(sys->clock().now() + 1ms, *self, [] { return rung{2}; });
  std::uint32_t heard = 0;
  self->receive([&](rung x) { heard = x.number; }, caf::after(30s) >> [] {});
  CHECK(heard == 2);
}

TEST_CASE("timers are set, hastened and taken back by many threads at once") {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  std::atomic<int> heard{0};
  const auto self
    = sys.spawn<caf::hidden>([&](caf::event_based_actor*) -> caf::behavior {
        return {[&](rung) {
          ++heard;
        }};
      });
  auto& receiver = *caf::actor_cast<caf::abstract_actor*>(self);
  const compat::timers home{sys};
  compat::timer shared{home};
  auto work = [&](unsigned seed) {
    std::mt19937 random{seed};
    std::vector<std::unique_ptr<compat::timer>> mine(20);
    for (int i = 0; i < 5000; ++i) {
      auto& x = mine[random() % mine.size()];
      const auto at
        = sys.clock().now() + std::chrono::microseconds{random() % 300};
      auto make = [] {
        return rung{0};
      };
      switch (random() % 5) {
        case 0:
          x = std::make_unique<compat::timer>(home);
          x->set(at, receiver, make);
          break;
        case 1:
          if (x != nullptr)
            x->hasten(at, receiver, make);
          break;
        case 2:
          x.reset();
          break;
        case 3:
          shared.hasten(at, receiver, make);
          break;
        default:
          shared.cancel();
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i)
    threads.emplace_back(work, i);
  for (auto& x : threads)
    x.join();
  // None was lost: the next one comes.
  caf::scoped_actor last{sys};
  compat::timer next{home};
  next.set(sys.clock().now() + 1ms, *last, [] { return rung{1}; });
  std::uint32_t number = 0;
  last->receive([&](rung x) { number = x.number; }, caf::after(60s) >> [] {});
  CHECK(number == 1);
}

// -- what has ended waits for nothing -----------------------------------------

TEST_CASE_FIXTURE(fixture, "a child that ended during a timer of its own is "
                           "not kept, nor what it was made of") {
  auto hold = [](adder::pointer self, const token& x) {
    vigil::this_child(self).run_after(1h, [x] {});
    vigil::this_child(self).run_after(2h, [x] {});
    return vigil::behavior(self, [x](int y) { return y; });
  };
  auto tree = start(vigil::dynamic_supervisor(adders_key, hold).eager());
  witness made;
  caf::weak_actor_ptr actor;
  {
    auto x = make_token();
    made = x;
    const auto child = tree[adders_key].start_child(std::move(x));
    REQUIRE(child);
    actor = weak(child.value());
    run();
    CHECK_FALSE(made.expired());
    CHECK(tree[adders_key].terminate_child(child.value()));
  }
  CHECK(made.expired());
  CHECK(gone(actor));
}

TEST_CASE_FIXTURE(fixture, "an incarnation that ended takes its timers along, "
                           "the next has its own") {
  witness first;
  int lives = 0;
  int rings = 0;
  auto work = [&](adder::pointer self) {
    auto x = make_token();
    if (++lives == 1)
      first = x;
    vigil::this_child(self).run_after(1h, [x, &rings] { ++rings; });
    return vigil::behavior(self, [self](int y) {
      if (y < 0)
        vigil::this_child(self).fail("told to");
      return y;
    });
  };
  for (const auto respawned : {false, true}) {
    lives = rings = 0;
    auto child = vigil::child("a", work);
    auto tree = respawned ? start(child.respawn()) : start(child);
    advance(1min);
    tell(tree.find<adder>("a").value(), -1);
    CHECK(lives == 2);
    CHECK(first.expired());
    advance(59min);
    CHECK(rings == 0);
    advance(1min);
    CHECK(rings == 1);
  }
}

TEST_CASE_FIXTURE(fixture, "a dynamic child that is ended during a backoff is "
                           "not kept until the backoff is over") {
  auto work = [](adder::pointer self, const token&) {
    return vigil::behavior(self, [self](int y) {
      if (y < 0)
        vigil::this_child(self).fail("told to");
      return y;
    });
  };
  auto tree = start(vigil::dynamic_supervisor(adders_key, work)
                      .intensity(1000, 1s)
                      .backoff(vigil::fixed(1h)));
  const auto pool = tree[adders_key];
  std::vector<witness> made;
  std::vector<caf::weak_actor_ptr> actors;
  for (int i = 0; i < 100; ++i) {
    auto x = make_token();
    made.emplace_back(x);
    auto child = pool.start_child(std::move(x)).value();
    actors.push_back(weak(child));
    tell(child, -1);
    CHECK(pool.terminate_child(child));
  }
  run();
  for (const auto& x : made)
    CHECK(x.expired());
  for (const auto& x : actors)
    CHECK(gone(x));
}

TEST_CASE_FIXTURE(fixture, "supervisors that ended are not kept by what they "
                           "waited for") {
  std::vector<caf::weak_actor_ptr> actors;
  {
    auto work = [](adder::pointer self) {
      return vigil::behavior(self, [self](int y) {
        if (y < 0)
          vigil::this_child(self).fail("told to");
        return y;
      });
    };
    auto failing = vigil::child("failing", work).backoff(vigil::fixed(1h));
    auto sick = vigil::child("sick", work).health_check(1h, vigil::within(2h));
    auto slow = vigil::child("slow", work).shutdown(1h);
    auto nested
      = vigil::supervisor("nested").child(failing).child(sick).child(slow);
    auto pool = vigil::dynamic_supervisor(adders_key, [](adder::pointer self,
                                                         const token&) {
                  return vigil::behavior(self, [](int y) { return y; });
                }).shutdown(1h);
    auto tree
      = vigil::supervisor("root").child(nested).child(pool).start(sys).value();
    actors.push_back(weak(tree.handle()));
    tell(tree.find<adder>("nested/failing").value(), -1);
    const auto one = tree[adders_key].start_child(make_token()).value();
    advance(1h);
    CHECK(tree[adders_key].terminate_child(one));
    CHECK(tree.stop());
  }
  run();
  for (const auto& x : actors)
    CHECK(gone(x));
}

TEST_CASE_FIXTURE(fixture, "an actor that ended is not kept by a task that it "
                           "waited for, nor by how long it would have") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  const auto pool = tree[tasks_key];
  std::vector<vigil::task_promise<int>> owed;
  witness handler;
  caf::weak_actor_ptr actor;
  const auto timeout
    = std::array<vigil::duration, 2>{1h, vigil::duration::max()};
  for (auto limit : timeout)
    for (auto answered : {false, true}) {
      auto asker
        = sys.spawn([&, limit](caf::event_based_actor* self) -> caf::behavior {
            auto x = make_token();
            handler = x;
            pool
              .async_nolink([&](vigil::task_promise<int> p) {
                owed.push_back(std::move(p));
              })
              .value()
              .then(
                self, [x](const vigil::outcome<int>&) {}, limit);
            return {[](int) {
            }};
          });
      actor = weak(asker);
      run();
      REQUIRE(owed.size() == 1);
      CHECK_FALSE(handler.expired());
      if (answered)
        owed.back().deliver(1);
      run();
      CHECK(handler.expired() == answered);
      caf::anon_send_exit(asker, caf::exit_reason::user_shutdown);
      asker = nullptr;
      run();
      CHECK(handler.expired());
      CHECK(gone(actor));
      owed.clear();
      run();
    }
}

TEST_CASE_FIXTURE(fixture, "an actor that nobody refers to lives until the "
                           "task that it waits for answers") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  const auto pool = tree[tasks_key];
  std::vector<vigil::task_promise<int>> owed;
  std::vector<int> results;
  for (vigil::duration limit : {vigil::duration{1h}, vigil::duration::max()})
    sys.spawn([&, limit](caf::event_based_actor* self) {
      pool
        .async_nolink(
          [&](vigil::task_promise<int> p) { owed.push_back(std::move(p)); })
        .value()
        .then(
          self,
          [&](const vigil::outcome<int>& x) {
            results.push_back(x ? x.value() : -1);
          },
          limit);
    });
  run();
  for (auto& x : owed)
    x.deliver(1);
  run();
  CHECK(results == std::vector{1, 1});
}

TEST_CASE_FIXTURE(fixture, "a task that is late is told so once, on time") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  const auto pool = tree[tasks_key];
  std::vector<vigil::task_promise<int>> owed;
  std::vector<std::string> results;
  auto asker = sys.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    pool
      .async_nolink(
        [&](vigil::task_promise<int> p) { owed.push_back(std::move(p)); })
      .value()
      .then(
        self,
        [&](const vigil::outcome<int>& x) {
          results.push_back(is_fault(x) ? fault_of(x).text : "?");
        },
        1s);
    return {[](int) {
    }};
  });
  advance(999ms);
  CHECK(results.empty());
  advance(1ms);
  CHECK(results == std::vector<std::string>{"the task did not answer in time"});
  for (auto& x : owed)
    x.deliver(1);
  advance(1h);
  CHECK(results.size() == 1);
}

// -- guards -------------------------------------------------------------------

namespace {

adder::behavior_type silent(adder::pointer self) {
  return {[self](int) -> caf::result<int> {
    return self->make_response_promise<int>();
  }};
}

} // namespace

TEST_CASE_FIXTURE(fixture, "a guard that is dropped or ended while a time is "
                           "to come leaves nothing behind") {
  for (const auto ended : {false, true}) {
    auto target = sys.spawn<caf::hidden>(silent);
    const auto target_ref = weak(target);
    auto guarded = vigil::time_limiter("g", target, 1h).start(sys);
    REQUIRE(guarded);
    auto handle = std::move(guarded).value();
    const auto guard_ref = weak(handle);
    {
      caf::scoped_actor self{sys};
      self->request(handle, caf::infinite, 1);
      run();
      if (ended)
        caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
      run();
    }
    handle = nullptr;
    target = nullptr;
    run();
    CHECK(gone(guard_ref));
    CHECK(gone(target_ref));
  }
}

// -- CAF's clock, in real time ------------------------------------------------

namespace {

/// An actor system with few threads, in real time.
struct real_system {
  real_system() {
    test::set_workers(cfg, 2);
  }

  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
};

// More than CAF's clock has places for what it is told.
constexpr int many = 500;

} // namespace

TEST_CASE("a system ends although guards with a time to come were dropped") {
  real_system x;
  std::vector<adder> targets;
  for (int i = 0; i < many; ++i) {
    targets.push_back(x.sys.spawn<caf::hidden>(silent));
    auto guarded
      = vigil::time_limiter("g", targets.back(), 1h).start(x.sys).value();
    caf::scoped_actor self{x.sys};
    self->request(guarded, caf::infinite, 1);
  }
}

TEST_CASE("a system ends although what is supervised had times to come") {
  real_system x;
  auto work = [](adder::pointer self, const token&) {
    vigil::this_child(self).run_after(1h, [] {});
    return vigil::behavior(self, [](int y) { return y; });
  };
  auto tree = vigil::supervisor("root")
                .child(vigil::dynamic_supervisor(adders_key, work).eager())
                .start(x.sys)
                .value();
  const auto pool = tree[adders_key];
  for (int i = 0; i < many; ++i)
    CHECK(pool.start_child(make_token()));
  CHECK(tree.stop());
}

TEST_CASE("the clock's thread may call guards that ask it for times") {
  real_system x;
  std::atomic<int> reached{0};
  auto target
    = x.sys.spawn<caf::hidden>([&](caf::event_based_actor*) -> caf::behavior {
        return {[&](int) {
          ++reached;
        }};
      });
  std::vector<caf::actor> guards;
  for (int i = 0; i < many; ++i)
    guards.push_back(vigil::rate_limiter(
                       "g", target, vigil::rate_limit_policy{1, 1h}.queue(10))
                       .start(x.sys)
                       .value());
  caf::scoped_actor self{x.sys};
  const auto soon = 50ms;
  for (int round = 0; round < 2; ++round)
    for (const auto& guarded : guards)
      self->delayed_anon_send(guarded, soon, 1);
  self->delayed_send(self, soon + 50ms, 2);
  auto came = false;
  self->receive([&](int) { came = true; }, caf::after(60s) >> [] {});
  CHECK(came);
}

TEST_CASE("the clock's thread may be the last to let go of guards with a time "
          "to come") {
  real_system x;
  auto target = x.sys.spawn<caf::hidden>(silent);
  caf::scoped_actor self{x.sys};
  const auto dead = x.sys.spawn([](caf::event_based_actor* me) { me->quit(); });
  self->wait_for(dead);
  for (int i = 0; i < many; ++i) {
    auto guarded = vigil::time_limiter("g", target, 1h).start(x.sys).value();
    self->request(guarded, caf::infinite, 1);
    self->delayed_anon_send(dead, 20ms,
                            caf::actor_cast<caf::actor>(std::move(guarded)));
  }
  self->delayed_send(self, 100ms, 2);
  auto came = false;
  self->receive([&](int) { came = true; }, caf::after(60s) >> [] {});
  CHECK(came);
}

TEST_SUITE_END();
