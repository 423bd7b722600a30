#include "task_fixture.hpp"

#include <memory>
#include <stdexcept>
#include <vector>

using namespace std::chrono_literals;
using namespace task_tests;
using vigil::errc;

// -- results ------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "a task gives the value of its function") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto t = tasks.async_nolink([] { return 42; }).value();
  CHECK(t.id() == 1);
  CHECK(t.path() == "root/tasks/#1");
  CHECK(tasks.size() == 1);
  CHECK(value_of(t.await()) == 42);
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "a task may return void, an outcome or a result") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto nothing = tasks.async_nolink([] {}).value();
  CHECK(nothing.await().has_value());
  auto good = tasks.async_nolink([]() -> vigil::outcome<int> { return 1; });
  CHECK(value_of(good.value().await()) == 1);
  auto bad = tasks.async_nolink(
    []() -> vigil::outcome<int> { return vigil::error(errc::timeout, "x"); });
  auto error = bad.value().await();
  REQUIRE(error.has_error());
  CHECK(error.assume_error().text == "x");
  auto failed = tasks.async_nolink([]() -> vigil::result<int> {
    return vigil::failure{errc::not_found, "gone"};
  });
  auto failure = failed.value().await();
  REQUIRE(failure.has_error());
  CHECK(code_of(failure) == errc::not_found);
  auto empty = tasks.async_nolink(
    []() -> vigil::result<void> { return vigil::success(); });
  CHECK(empty.value().await().has_value());
}

TEST_CASE_FIXTURE(fixture, "what a task throws is a fault") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto t = tree[tasks_key]
             .async_nolink([]() -> int { throw std::runtime_error("oh"); })
             .value();
  auto x = t.await();
  REQUIRE(is_fault(x, errc::exception));
  CHECK(fault_of(x).text == "oh");
  auto odd = tree[tasks_key].async_nolink([]() -> int { throw 1; }).value();
  CHECK(is_fault(odd.await(), errc::exception));
}

TEST_CASE_FIXTURE(fixture, "a task may move its value and its captures") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto t = tree[tasks_key]
             .async_nolink([x = std::make_unique<int>(7)]() mutable {
               return std::move(x);
             })
             .value();
  CHECK(*value_of(t.await()) == 7);
}

TEST_CASE_FIXTURE(fixture, "a promise answers later without a thread") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto t = tasks.async_nolink(takes(1s, 5)).value();
  run();
  CHECK(!t.ready());
  CHECK(tasks.size() == 1);
  CHECK(value_of(t.await()) == 5);
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "a dropped promise is a fault") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto t = tasks.async_nolink([](vigil::task_promise<int>) {}).value();
  CHECK(is_fault(t.await(), errc::promise_broken));
  auto u = tasks
             .async_nolink([](vigil::task_promise<int> p) {
               p.deliver(1);
               p.deliver(2);
             })
             .value();
  CHECK(value_of(u.await()) == 1);
  auto v = tasks
             .async_nolink(
               [](vigil::task_promise<int>) { throw std::runtime_error("no"); })
             .value();
  CHECK(is_fault(v.await(), errc::exception));
  CHECK(tasks.size() == 0);
}

// -- await, yield, shutdown, ignore -------------------------------------------

TEST_CASE_FIXTURE(fixture, "await kills a task that is late") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto t = tasks.async_nolink(takes(10s)).value();
  CHECK(is_fault(t.await(1s), errc::timeout));
  CHECK(tasks.size() == 0);
  CHECK(!t.valid());
  advance(20s); // its promise is kept for nobody
}

TEST_CASE_FIXTURE(fixture, "yield can be repeated until there is a result") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto t = tree[tasks_key].async_nolink(takes(10s, 3)).value();
  CHECK(!t.yield(4s));
  CHECK(!t.yield(4s));
  CHECK(!t.yield(0s));
  auto x = t.yield(4s);
  REQUIRE(x);
  CHECK(value_of(std::move(*x)) == 3);
}

TEST_CASE_FIXTURE(fixture, "a result is given once") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto t = tree[tasks_key].async_nolink([] { return 1; }).value();
  CHECK(value_of(t.await()) == 1);
  CHECK(is_fault(t.await(), errc::result_taken));
  CHECK(is_fault(*t.yield(), errc::result_taken));
  CHECK(is_fault(*t.shutdown(), errc::result_taken));
  CHECK(is_fault(*t.ignore(), errc::result_taken));
  vigil::task<int> none;
  CHECK(is_fault(none.await(), errc::result_taken));
  none.cancel();
}

TEST_CASE_FIXTURE(fixture, "shutdown gives a result that is there") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto good = tasks.async_nolink([] { return 1; }).value();
  auto bad = tasks.async_nolink([]() -> int { throw 1; }).value();
  run();
  CHECK(value_of(*good.shutdown()) == 1);
  CHECK(is_fault(*bad.shutdown(vigil::brutal_kill), errc::exception));
}

TEST_CASE_FIXTURE(fixture, "shutdown gives nothing for a task that it ends") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto asked = tasks.async_nolink(takes(10s)).value();
  auto killed = tasks.async_nolink(takes(10s)).value();
  auto unborn = tasks.async_nolink([] { return 1; }).value();
  run();
  CHECK(!asked.shutdown());
  CHECK(!killed.shutdown(vigil::brutal_kill));
  auto late = tasks.async_nolink([] { return 1; }).value();
  CHECK(!late.shutdown());
  CHECK(tasks.size() == 0);
  CHECK(value_of(unborn.await()) == 1);
}

TEST_CASE_FIXTURE(fixture, "a task with a stop token is given time") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  // Finishes a second after it is asked to.
  auto polite = [&](std::stop_token stop, vigil::task_promise<int> p) {
    auto done = [this, p] {
      takes(1s, 9)(p);
    };
    auto hook
      = std::make_shared<std::stop_callback<decltype(done)>>(stop, done);
    in_actor([hook](caf::event_based_actor* self) {
      self->delayed_send(self, 24h, trap::with_self{[hook](auto*) {
                         }});
    });
  };
  auto t = tasks.async_nolink(polite).value();
  run();
  auto x = t.shutdown(5s);
  REQUIRE(x);
  CHECK(value_of(std::move(*x)) == 9);
  auto u = tasks.async_nolink(polite).value();
  run();
  x = u.shutdown(1ms);
  REQUIRE(x);
  CHECK(is_fault(*x, errc::killed));
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "ignore gives what is there and lets go") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto done = tasks.async_nolink([] { return 1; }).value();
  auto failed = tasks.async_nolink([]() -> int { throw 1; }).value();
  auto running = tasks.async_nolink(takes(1s)).value();
  run();
  CHECK(value_of(*done.ignore()) == 1);
  CHECK(is_fault(*failed.ignore(), errc::exception));
  CHECK(!running.ignore());
  CHECK(!running.valid());
  CHECK(tasks.size() == 1);
  advance(1s);
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "a dropped task goes on") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto ran = std::make_shared<bool>(false);
  static_cast<void>(tree[tasks_key].async_nolink([ran] { *ran = true; }));
  run();
  CHECK(*ran);
  CHECK(ran.use_count() == 1);
}

TEST_CASE_FIXTURE(fixture, "cancel ends a task, or lets its result stand") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto t = tasks.async_nolink(takes(1s)).value();
  run();
  t.cancel();
  CHECK(tasks.size() == 0);
  CHECK(is_fault(t.await(), errc::child_stopped));
  auto u = tasks.async_nolink([] { return 1; }).value();
  run();
  u.cancel();
  CHECK(value_of(u.await()) == 1);
}

TEST_CASE_FIXTURE(fixture, "a negative timeout is refused") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto t = tree[tasks_key].async_nolink(takes(1s, 1)).value();
  CHECK(is_fault(t.await(-1s), errc::negative_delay));
  CHECK(is_fault(*t.yield(-1s), errc::negative_delay));
  CHECK(is_fault(*t.shutdown(-1s), errc::negative_delay));
  CHECK(value_of(t.await(vigil::duration::max())) == 1);
}

// -- many ---------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "await_many gives the values in order") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  std::vector<vigil::task<int>> all;
  for (int i = 0; i < 3; ++i)
    all.push_back(tasks.async_nolink(takes(3s - i * 1s, i)).value());
  auto x = vigil::await_many(all);
  CHECK(value_of(std::move(x)) == std::vector{0, 1, 2});
  std::vector<vigil::task<void>> none;
  CHECK(vigil::await_many(none).has_value());
}

TEST_CASE_FIXTURE(fixture, "await_many ends with the first failure") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  std::vector<vigil::task<int>> all;
  all.push_back(tasks.async_nolink(takes(1h)).value());
  all.push_back(tasks
                  .async_nolink([]() -> vigil::outcome<int> {
                    return vigil::error(errc::not_found);
                  })
                  .value());
  const auto begin = sys.clock().now();
  auto x = vigil::await_many(all, 2h);
  CHECK(x.has_error());
  CHECK(code_of(x) == errc::not_found);
  CHECK(sys.clock().now() == begin);
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "await_many kills tasks that are late") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  std::vector<vigil::task<int>> all;
  all.push_back(tasks.async_nolink(takes(1h)).value());
  all.push_back(tasks.async_nolink(takes(1s)).value());
  CHECK(is_fault(vigil::await_many(all, 5s), errc::timeout));
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "yield_many aligns its results with the tasks") {
  using vigil::on_timeout;
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  for (auto late :
       {on_timeout::nothing, on_timeout::ignore, on_timeout::kill_task}) {
    std::vector<vigil::task<int>> all;
    all.push_back(tasks.async_nolink(takes(10s, 1)).value());
    all.push_back(tasks.async_nolink(takes(1s, 2)).value());
    auto x = vigil::yield_many(all, 5s, late);
    REQUIRE(x.size() == 2);
    CHECK(!x[0]);
    CHECK(value_of(std::move(*x[1])) == 2);
    CHECK(all[0].valid() == (late == on_timeout::nothing));
    CHECK(tasks.size() == (late == on_timeout::kill_task ? 0 : 1));
    if (late == on_timeout::nothing)
      CHECK(value_of(std::move(*vigil::yield_many(all, 10s)[0])) == 1);
    advance(10s);
    CHECK(tasks.size() == 0);
  }
}
