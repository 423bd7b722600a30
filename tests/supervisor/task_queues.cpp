// The threads for blocking work: places in the queue, and tasks that wait for
// tasks. In real time.

#include "task_fixture.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace task_tests;
using vigil::errc;

namespace {

struct blocking_tasks {
  template <class Builder>
  auto start(const Builder& x) {
    return vigil::supervisor("root").child(x).start(sys).value();
  }

  caf::actor_system_config config;
  caf::actor_system sys{config};
};

/// One thread that is busy until it is told.
struct busy_thread {
  explicit busy_thread(const vigil::tasks_ref& tasks) {
    std::latch inside{1};
    task = tasks
             .async_blocking([&inside, x = opened] {
               inside.count_down();
               x.wait();
             })
             .value();
    inside.wait();
  }

  ~busy_thread() {
    free();
  }

  busy_thread(const busy_thread&) = delete;
  busy_thread& operator=(const busy_thread&) = delete;

  void free() {
    if (!std::exchange(freed, true))
      key.set_value();
  }

  std::promise<void> key{};
  std::shared_future<void> opened = key.get_future().share();
  bool freed = false;
  vigil::task<void> task;
};

auto narrow(std::size_t queue) {
  return vigil::task_supervisor(tasks_key).blocking_threads(1).blocking_queue(
    queue);
}

} // namespace

// -- places in the queue ------------------------------------------------------

TEST_CASE_FIXTURE(blocking_tasks, "a task that ends before a thread has begun "
                                  "it makes room in the queue") {
  using ending
    = std::function<void(const vigil::tasks_ref&, vigil::task<int>&)>;
  const std::vector<std::pair<std::string, ending>> endings{
    {"cancel",
     [](auto&, auto& x) {
       x.cancel();
     }},
    {"await",
     [](auto&, auto& x) {
       static_cast<void>(x.await(1ms));
     }},
    {"shutdown",
     [](auto&, auto& x) {
       x.shutdown(vigil::brutal_kill);
     }},
    {"polite shutdown",
     [](auto&, auto& x) {
       x.shutdown(1s);
     }},
    {"terminate",
     [](auto& all, auto& x) {
       CHECK(all.terminate_child(x.id()));
     }},
  };
  for (const auto& [name, end] : endings) {
    const std::string how{name};
    CAPTURE(how);
    auto tree = start(narrow(2));
    auto tasks = tree[tasks_key];
    busy_thread busy{tasks};
    // Many times: places must not be lost one by one.
    for (int i = 0; i < 50; ++i) {
      auto first = tasks.async_blocking([] { return 1; });
      auto second = tasks.async_blocking([] { return 2; });
      REQUIRE(first);
      REQUIRE(second);
      CHECK(!tasks.async_blocking([] { return 3; }));
      end(tasks, first.value());
      auto third = tasks.async_blocking([] { return 3; });
      REQUIRE(third);
      end(tasks, second.value());
      end(tasks, third.value());
    }
    CHECK(tasks.size() == 1);
    auto last = tasks.async_blocking([] { return 4; });
    REQUIRE(last);
    busy.free();
    CHECK(value_of(last.value().await(1min)) == 4);
  }
}

TEST_CASE_FIXTURE(blocking_tasks, "a task that ends with the actor it is "
                                  "linked to makes room in the queue") {
  auto tree = start(narrow(1));
  auto tasks = tree[tasks_key];
  busy_thread busy{tasks};
  for (int i = 0; i < 20; ++i) {
    std::promise<bool> started;
    auto owner = sys.spawn([&](caf::event_based_actor* self) -> caf::behavior {
      started.set_value(
        tasks.async_blocking(self, [] { return 1; }).has_value());
      return {[](int) {
      }};
    });
    REQUIRE(started.get_future().get());
    CHECK(!tasks.async_blocking([] { return 2; }));
    caf::scoped_actor waiter{sys};
    caf::anon_send_exit(owner, caf::exit_reason::kill);
    waiter->wait_for(owner);
    // Who waits may hear of the end before the task does.
    const auto late = std::chrono::steady_clock::now() + 1min;
    while (tasks.size() > 1 && std::chrono::steady_clock::now() < late)
      std::this_thread::yield();
    CHECK(tasks.size() == 1);
  }
}

TEST_CASE_FIXTURE(blocking_tasks, "what a cancelled task holds is let go, and "
                                  "it never runs") {
  auto tree = start(narrow(8));
  auto tasks = tree[tasks_key];
  std::atomic<int> runs{0};
  auto held = std::make_shared<int>(1);
  std::weak_ptr<int> there = held;
  {
    busy_thread busy{tasks};
    auto x = tasks
               .async_blocking(
                 [&runs, held = std::move(held)] { return runs += *held; })
               .value();
    CHECK(!there.expired());
    x.cancel();
    CHECK(there.expired());
  }
  CHECK(value_of(tasks.async_blocking([] { return 1; }).value().await(1min))
        == 1);
  CHECK(runs == 0);
}

// -- tasks that wait for tasks ------------------------------------------------

namespace {

/// Returns the sum of the numbers from 1 to `n`, a blocking task each, of which
/// each waits for the next.
int sum_up_to(const vigil::tasks_ref& tasks, int n) {
  if (n == 0)
    return 0;
  auto rest = tasks.async_blocking([=] { return sum_up_to(tasks, n - 1); });
  if (!rest)
    return -1'000'000;
  auto sum = rest.value().await(vigil::duration::max());
  return sum.has_value() ? sum.assume_value() + n : -1'000'000;
}

} // namespace

TEST_CASE_FIXTURE(blocking_tasks, "blocking tasks may wait for blocking tasks "
                                  "of the same threads, to any depth") {
  for (std::size_t threads : {1U, 2U, 4U}) {
    CAPTURE(threads);
    auto tree = start(vigil::task_supervisor(tasks_key)
                        .blocking_threads(threads)
                        .blocking_queue(64));
    auto tasks = tree[tasks_key];
    auto all = tasks.async_blocking([=] { return sum_up_to(tasks, 30); });
    CHECK(value_of(all.value().await(1min)) == 465);
    CHECK(tasks.size() == 0);
  }
}

TEST_CASE_FIXTURE(blocking_tasks, "many blocking tasks that each wait for one "
                                  "do not starve in few threads") {
  for (std::size_t threads : {1U, 3U}) {
    CAPTURE(threads);
    auto tree
      = start(vigil::task_supervisor(tasks_key).blocking_threads(threads));
    auto tasks = tree[tasks_key];
    std::vector<vigil::task<int>> outer;
    for (int i = 0; i < 200; ++i)
      outer.push_back(
        tasks.async_blocking([=] { return sum_up_to(tasks, 3) + i; }).value());
    for (int i = 0; i < 200; ++i)
      CHECK(value_of(outer[static_cast<std::size_t>(i)].await(1min)) == 6 + i);
  }
}

TEST_CASE_FIXTURE(blocking_tasks, "waiting for many, for the first, for some "
                                  "time, or for the end of a task lends a "
                                  "thread, too") {
  auto tree = start(narrow(64));
  auto tasks = tree[tasks_key];
  auto many = tasks.async_blocking([=] {
    std::vector<vigil::task<int>> inner;
    for (int i = 0; i < 5; ++i)
      inner.push_back(tasks.async_blocking([=] { return i; }).value());
    auto results = vigil::await_many(inner, 1min);
    return results.has_value() ? static_cast<int>(results.assume_value().size())
                               : -1;
  });
  CHECK(value_of(many.value().await(1min)) == 5);
  auto some_time = tasks.async_blocking([=] {
    auto inner = tasks.async_blocking([] { return 7; }).value();
    auto seen = inner.yield(1min);
    return seen && seen->has_value() ? seen->assume_value() : -1;
  });
  CHECK(value_of(some_time.value().await(1min)) == 7);
  auto streamed = tasks.async_blocking([=] {
    auto sum = 0;
    vigil::stream_options options;
    options.blocking = true;
    auto stream = tasks.async_stream(
      std::vector{1, 2, 3, 4}, [](int x) { return 2 * x; }, options);
    for (const auto& x : stream.value())
      sum += x.result.has_value() ? x.result.assume_value() : -100;
    return sum;
  });
  CHECK(value_of(streamed.value().await(1min)) == 20);
}

TEST_CASE_FIXTURE(blocking_tasks, "tasks of two supervisors that wait for each "
                                  "other's tasks get threads") {
  constexpr vigil::child_key<vigil::tasks_ref, "others"> others_key;
  auto tree = vigil::supervisor("root")
                .child(narrow(64))
                .child(vigil::task_supervisor(others_key).blocking_threads(1))
                .start(sys)
                .value();
  auto a = tree[tasks_key];
  auto b = tree[others_key];
  auto all = a.async_blocking([=] {
    auto in_b = b.async_blocking([=] {
      auto in_a = a.async_blocking([] { return 1; }).value();
      auto x = in_a.await(1min);
      return x.has_value() ? x.assume_value() + 1 : -1;
    });
    auto x = in_b.value().await(1min);
    return x.has_value() ? x.assume_value() + 1 : -1;
  });
  CHECK(value_of(all.value().await(1min)) == 3);
}

TEST_CASE_FIXTURE(blocking_tasks, "an inner task that is late is killed, and "
                                  "the outer one goes on") {
  auto tree = start(narrow(4));
  auto tasks = tree[tasks_key];
  std::promise<void> key;
  auto outer = tasks.async_blocking([&, opened = key.get_future().share()] {
    auto inner = tasks.async_blocking([=] { opened.wait(); }).value();
    return is_fault(inner.await(1ms), errc::timeout);
  });
  CHECK(value_of(outer.value().await(1min)));
  key.set_value();
}

TEST_CASE_FIXTURE(blocking_tasks, "a blocking task that would wait for itself "
                                  "is told so") {
  auto tree
    = start(vigil::task_supervisor(tasks_key).blocking_threads(2).task_shutdown(
      vigil::infinity));
  auto tasks = tree[tasks_key];
  auto what = tasks.async_blocking([&] {
    std::vector<errc> result;
    const auto add = [&](const auto& x) {
      result.push_back(x ? errc::unspecified
                         : static_cast<errc>(x.error().code.value()));
    };
    add(tree.stop());
    add(tree.wait());
    add(tree.terminate_child("tasks"));
    for (const auto& x : tasks.children())
      add(tasks.terminate_child(x.id));
    return result;
  });
  const auto codes = value_of(what.value().await(1min));
  CHECK(codes == std::vector<errc>(4, errc::would_block));
  CHECK(tree.running());
}

TEST_CASE_FIXTURE(blocking_tasks, "a hundred thousand tasks are ended by "
                                  "number, one after the other") {
  auto tree = start(narrow(100'000));
  auto tasks = tree[tasks_key];
  busy_thread busy{tasks};
  std::vector<std::uint64_t> all;
  for (int i = 0; i < 100'000; ++i)
    all.push_back(tasks.start_blocking([] {}).value());
  for (const auto id : all)
    REQUIRE(tasks.terminate_child(id));
  CHECK(tasks.size() == 1);
}

TEST_CASE_FIXTURE(blocking_tasks, "a result that throws when it is moved is a "
                                  "fault") {
  struct touchy {
    explicit touchy(int x) : moves(x) {
      // nop
    }

    touchy(touchy&& x) : moves(x.moves - 1) {
      if (moves < 0)
        throw std::runtime_error("it was moved once too often");
    }

    touchy& operator=(touchy&&) = default;

    int moves;
  };
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  for (int moves = 0; moves < 4; ++moves) {
    CAPTURE(moves);
    auto x = tasks.async_nolink([=] { return touchy{moves}; }).value();
    const auto late = std::chrono::steady_clock::now() + 1min;
    while (!x.ready() && std::chrono::steady_clock::now() < late)
      std::this_thread::yield();
    CHECK(x.ready());
  }
}
