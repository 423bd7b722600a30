// Tasks where threads are the point: these tests run in real time.

#include "task_fixture.hpp"

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace task_tests;
using vigil::errc;

namespace {

struct threads {
  threads() : sys(two_workers(config)) {
    // nop
  }

  static caf::actor_system_config& two_workers(caf::actor_system_config& x) {
    x.set("scheduler.max-threads", std::size_t{2});
    return x;
  }

  template <class Builder>
  auto start(const Builder& x) {
    return vigil::supervisor("root").child(x).start(sys).value();
  }

  caf::actor_system_config config;
  caf::actor_system sys;
};

/// Lets the tasks that wait for it go on.
struct door {
  std::promise<void> key{};
  std::shared_future<void> opened = key.get_future().share();

  void open() {
    key.set_value();
  }

  [[nodiscard]] auto wait() const {
    return [x = opened] {
      x.wait();
    };
  }
};

/// Blocking work that ends when it is asked to.
auto until_asked(std::latch& inside) {
  return [&inside](std::stop_token stop) {
    std::promise<void> asked;
    std::stop_callback hook{stop, [&] {
                              asked.set_value();
                            }};
    inside.count_down();
    asked.get_future().wait();
    return 3;
  };
}

} // namespace

TEST_CASE_FIXTURE(threads, "many tasks of many threads give their results") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  std::atomic<int> sum{0};
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      for (int n = 0; n < 500; ++n)
        sum += value_of(tasks.async_nolink([n] { return n; }).value().await());
    });
  callers.clear();
  CHECK(sum == 4 * 499 * 500 / 2);
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(threads, "work that blocks does not hold up the scheduler") {
  auto tree = start(vigil::task_supervisor(tasks_key).blocking_threads(3));
  auto tasks = tree[tasks_key];
  door gate;
  std::latch inside{3};
  auto block = [&inside, x = gate.opened] {
    inside.count_down();
    x.wait();
    return std::this_thread::get_id();
  };
  std::vector<vigil::task<std::thread::id>> all;
  for (int i = 0; i < 3; ++i)
    all.push_back(tasks.async_blocking(block).value());
  inside.wait();
  CHECK(tasks.size() == 3);
  CHECK(value_of(tasks.async_nolink([] { return 1; }).value().await()) == 1);
  gate.open();
  auto ids = value_of(vigil::await_many(all, 1min));
  CHECK(ids[0] != ids[1]);
  CHECK(ids[1] != ids[2]);
}

TEST_CASE_FIXTURE(threads, "threads and queue for blocking work are bounded") {
  auto tree = start(
    vigil::task_supervisor(tasks_key).blocking_threads(1).blocking_queue(1));
  auto tasks = tree[tasks_key];
  door gate;
  std::latch inside{1};
  auto first = tasks
                 .async_blocking([&inside, x = gate.opened] {
                   inside.count_down();
                   x.wait();
                 })
                 .value();
  inside.wait();
  auto second = tasks.async_blocking(gate.wait()).value();
  auto refused = tasks.async_blocking(gate.wait());
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::max_children);
  CHECK(refused.error().message
        == "all 1 threads for blocking work are busy, and 1 tasks wait for "
           "one");
  CHECK(tasks.size() == 2);
  gate.open();
  CHECK(first.await(1min).has_value());
  CHECK(second.await(1min).has_value());
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(threads, "a task that is killed answers before it is over") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  door gate;
  std::latch inside{1};
  auto t = tasks
             .async_blocking([&inside, x = gate.opened] {
               inside.count_down();
               x.wait();
             })
             .value();
  inside.wait();
  CHECK(!t.yield(1ms));
  CHECK(is_fault(t.await(1ms), errc::timeout));
  CHECK(tasks.size() == 1);
  gate.open();
  CHECK(tree.stop().value().culprits.empty());
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(threads, "a stop waits for tasks, and the token tells them") {
  auto tree = start(vigil::task_supervisor(tasks_key).task_shutdown(1min));
  auto tasks = tree[tasks_key];
  std::latch inside{1};
  auto t = tasks.async_blocking(until_asked(inside)).value();
  inside.wait();
  CHECK(tree.stop().value().culprits.empty());
  CHECK(value_of(t.await()) == 3);
}

TEST_CASE_FIXTURE(threads, "a thread that does not return is left behind, and "
                           "blamed for that alone") {
  for (auto how : {vigil::shutdown_policy{vigil::brutal_kill},
                   vigil::shutdown_policy{1ms}}) {
    door gate;
    std::latch inside{1};
    auto over = std::make_shared<std::promise<void>>();
    vigil::task<void> t;
    {
      auto tree = start(vigil::task_supervisor(tasks_key).task_shutdown(how));
      auto tasks = tree[tasks_key];
      t = tasks
            .async_blocking([&inside, over, x = gate.opened] {
              inside.count_down();
              x.wait();
              over->set_value();
            })
            .value();
      inside.wait();
      auto report = tree.stop();
      REQUIRE(report);
      REQUIRE(report.value().culprits.size() == 1);
      CHECK(report.value().culprits[0].path == "root/tasks/#1");
      CHECK(report.value().culprits[0].what == errc::child_stuck);
      CHECK(tasks.size() == 0);
    }
    CHECK(is_fault(t.await(), errc::killed));
    gate.open();
    over->get_future().wait();
  }
}

TEST_CASE_FIXTURE(threads, "an actor that would block on a task is refused") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  std::promise<std::vector<errc>> seen;
  sys.spawn([&](caf::event_based_actor*) {
    door gate;
    std::vector<errc> result;
    auto t = tasks.async_blocking(gate.wait()).value();
    result.push_back(code_of(t.await()));
    result.push_back(code_of(*t.yield()));
    result.push_back(code_of(*t.shutdown(1s)));
    std::vector<vigil::task<void>> many;
    many.push_back(std::move(t));
    result.push_back(code_of(vigil::await_many(many)));
    result.push_back(code_of(*vigil::yield_many(many)[0]));
    auto id = many[0].id();
    static_cast<void>(many[0].ignore());
    auto gone = tasks.terminate_child(id);
    result.push_back(static_cast<errc>(gone.error().code.value()));
    gate.open();
    seen.set_value(result);
  });
  const auto codes = seen.get_future().get();
  CHECK(codes == std::vector(6, errc::would_block));
}

TEST_CASE_FIXTURE(threads, "blocking actors and blocking tasks may wait") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto outer = tasks.async_blocking(
    [tasks] { return tasks.async_nolink([] { return 1; }).value().await(); });
  CHECK(value_of(outer.value().await()) == 1);
  std::promise<int> seen;
  sys.spawn([&](caf::blocking_actor* self) {
    auto t = tasks.async(self, [] { return 2; }).value();
    seen.set_value(value_of(t.await()));
  });
  CHECK(seen.get_future().get() == 2);
}

TEST_CASE_FIXTURE(threads, "who ends a task by its number takes no answer from "
                           "the actor that asked for it") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  std::latch inside{1};
  auto t = tasks.async_blocking(until_asked(inside)).value();
  const auto id = t.id();
  inside.wait();
  std::promise<void> asks;
  std::promise<int> told;
  sys.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    t.then(self, [&](vigil::outcome<int> x) {
      told.set_value(value_of(std::move(x)));
    });
    asks.set_value();
    return {[](int) {
    }};
  });
  asks.get_future().wait();
  CHECK(tasks.terminate_child(id));
  CHECK(told.get_future().get() == 3);
}

TEST_CASE_FIXTURE(threads, "all who wait for a task or its end hear of it") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  // Who comes first is luck: all orders are right.
  for (int i = 0; i < 50; ++i) {
    std::latch inside{1};
    auto t = tasks.async_blocking(until_asked(inside)).value();
    const auto id = t.id();
    inside.wait();
    std::jthread asks{[&] {
      if (i % 2 == 0)
        CHECK(value_of(t.await(1h)) == 3);
      else
        CHECK(value_of(*t.yield(1h)) == 3);
    }};
    std::jthread ends{[&] {
      static_cast<void>(tasks.terminate_child(id));
    }};
    static_cast<void>(tasks.terminate_child(id));
  }
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(threads, "who stops asking for a task leaves others asking") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  std::latch inside{1};
  door gate;
  auto t = tasks
             .async_blocking([&inside, x = gate.opened](std::stop_token) {
               inside.count_down();
               x.wait();
               return 4;
             })
             .value();
  inside.wait();
  // Each look is a question that is taken back.
  std::jthread looks{[&] {
    for (int i = 0; i < 20; ++i)
      CHECK(!t.yield(1ms));
    gate.open();
    CHECK(value_of(*t.yield(1min)) == 4);
  }};
  looks.join();
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(threads, "a blocking task does not take the partition away "
                           "that it runs in") {
  using parts = vigil::partitions_ref<vigil::supervisor_handle>;
  static constexpr vigil::child_key<parts, "parts"> parts_key;
  auto tree = start(
    vigil::partition_supervisor(
      parts_key, vigil::supervisor("s").child(
                   vigil::task_supervisor("t").task_shutdown(vigil::infinity)))
      .partitions(3));
  auto all = tree[parts_key];
  auto tasks = tree.find<vigil::tasks_ref>("parts/1/t").value();
  auto refused = tasks
                   .async_blocking([&all] {
                     auto done = all.resize(1, 1h);
                     return !done && done.error().code == errc::would_block;
                   })
                   .value();
  CHECK(value_of(refused.await(1min)));
  CHECK(all.size() == 3);
  auto done = tasks.async_blocking([&all] { return all.resize(2, 1h).value(); })
                .value();
  CHECK(value_of(done.await(1min)) == 3);
  CHECK(all.size() == 2);
}

TEST_CASE_FIXTURE(threads, "a stream of blocking work gives all results") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  std::vector<int> items(200);
  for (int i = 0; i < 200; ++i)
    items[static_cast<std::size_t>(i)] = i;
  for (bool ordered : {true, false}) {
    auto xs = tasks.async_stream(
      items, [](int x) { return x; },
      {.max_concurrency = 4, .ordered = ordered, .blocking = true});
    std::size_t count = 0;
    for (auto& x : xs.value()) {
      CHECK(value_of(x.result) == static_cast<int>(x.index));
      if (ordered)
        CHECK(x.index == count);
      ++count;
    }
    CHECK(count == 200);
  }
  CHECK(tasks.size() == 0);
}
