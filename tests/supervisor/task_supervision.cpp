#include "task_fixture.hpp"

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace task_tests;
using vigil::errc;
using vigil::event_type;
using vigil::restart_policy;

namespace {

using promises = std::vector<vigil::task_promise<int>>;

/// A task that has a token and never ends by itself.
auto stubborn(const std::shared_ptr<promises>& keep) {
  return [keep](std::stop_token, vigil::task_promise<int> p) {
    keep->push_back(std::move(p));
  };
}

} // namespace

// -- limits and listing -------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "a task supervisor refuses one task too many") {
  auto tree = start(vigil::task_supervisor(tasks_key).max_children(2));
  auto tasks = tree[tasks_key];
  auto a = tasks.async_nolink(takes(1s)).value();
  static_cast<void>(tasks.async_nolink(takes(1s)));
  auto refused = tasks.async_nolink([] {});
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::max_children);
  CHECK(refused.error().message == "the limit is 2");
  CHECK(refused.error().path == "root/tasks");
  CHECK(tasks.start_child([] {}).error().code == errc::max_children);
  a.cancel();
  CHECK(tasks.async_nolink([] {}));
}

TEST_CASE_FIXTURE(fixture, "tasks are counted, listed and shown") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  CHECK(tree.count_children("tasks").value() == vigil::child_counts{});
  static_cast<void>(tasks.async_nolink(takes(1s)));
  CHECK(tree.count_children("tasks").value()
        == vigil::child_counts{1, 1, 0, 1});
  CHECK(tree.find<vigil::tasks_ref>("tasks").value().size() == 1);
  auto all = tasks.children();
  REQUIRE(all.size() == 1);
  CHECK(all[0].id == 1);
  CHECK(all[0].path == "root/tasks/#1");
  CHECK(all[0].restart == restart_policy::temporary);
  run();
  auto shot = tree.snapshot();
  const auto* row = shot.find("root/tasks/#1");
  REQUIRE(row != nullptr);
  CHECK(row->state == vigil::child_state::running);
  CHECK(row->incarnation == 1);
  CHECK(shot.find("root/tasks")->dynamic_children == std::size_t{1});
}

TEST_CASE_FIXTURE(fixture, "terminate_child ends one task") {
  auto tree = start(vigil::task_supervisor(tasks_key).task_shutdown(1s));
  auto tasks = tree[tasks_key];
  auto keep = std::make_shared<promises>();
  auto t = tasks.async_nolink(takes(1h)).value();
  auto u = tasks.async_nolink(stubborn(keep)).value();
  run();
  CHECK(tasks.terminate_child(t.id()));
  CHECK(tasks.terminate_child(t.id()).error().code == errc::not_found);
  CHECK(is_fault(t.await(), errc::child_stopped));
  CHECK(tasks.terminate_child(u.id()));
  CHECK(is_fault(u.await(), errc::killed));
  CHECK(tasks.children().empty());
  CHECK(tree.count_children("tasks").value() == vigil::child_counts{});
}

TEST_CASE_FIXTURE(fixture, "settings of a task supervisor are checked") {
  auto why = [&](const auto& x) {
    auto tree = vigil::supervisor("root").child(x).start(sys);
    REQUIRE(!tree);
    CHECK(tree.error().path.starts_with("root/tasks"));
    return tree.error().code;
  };
  const auto x = vigil::task_supervisor(tasks_key);
  CHECK(why(x.blocking_threads(0)) == errc::out_of_range);
  CHECK(why(x.task_shutdown(-1s)) == errc::negative_delay);
  CHECK(why(x.intensity(1, 0s)) == errc::zero_period);
}

// -- start_child --------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "start_child runs a task for nobody") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto runs = std::make_shared<int>();
  auto id = tasks.start_child([runs] { ++*runs; });
  CHECK(id.value() == 1);
  run();
  CHECK(*runs == 1);
  CHECK(runs.use_count() == 1);
  CHECK(tasks.start_child([]() -> int { throw 1; }));
  run();
  CHECK(tasks.size() == 0);
  CHECK(tasks.start_child(std::function<void()>{}).error().code
        == errc::null_handle);
}

TEST_CASE_FIXTURE(fixture, "start_child restarts a task as it is told") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto fails_twice = [](const std::shared_ptr<int>& runs) {
    return [runs]() -> vigil::outcome<void> {
      if (++*runs < 3)
        return vigil::fault("not yet");
      return vigil::success();
    };
  };
  auto temporary = std::make_shared<int>();
  auto transient = std::make_shared<int>();
  static_cast<void>(tasks.start_child(fails_twice(temporary)));
  static_cast<void>(
    tasks.start_child(fails_twice(transient), restart_policy::transient));
  run();
  CHECK(*temporary == 1);
  CHECK(*transient == 3);
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "a task that waits is restarted, too") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto owed = std::make_shared<promises>();
  static_cast<void>(tasks.start_child(
    [owed](vigil::task_promise<int> p) { owed->push_back(std::move(p)); },
    restart_policy::transient));
  run();
  (*owed)[0].deliver(vigil::fault("bad"));
  run();
  REQUIRE(owed->size() == 2);
  (*owed)[0].deliver(1); // of another incarnation
  run();
  CHECK(tasks.size() == 1);
  CHECK(tree.snapshot().find("root/tasks/#1")->restarts == 1);
  (*owed)[1].deliver(1);
  run();
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "an incarnation that threw has no say in the next") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto owed = std::make_shared<promises>();
  static_cast<void>(tasks.start_child(
    [owed, throws = true](vigil::task_promise<int> p) mutable {
      if (std::exchange(throws, false))
        throw std::runtime_error("bad"); // which drops the promise, too
      owed->push_back(std::move(p));
    },
    restart_policy::transient));
  run();
  REQUIRE(owed->size() == 1);
  CHECK(tasks.size() == 1);
  const auto row = *tree.snapshot().find("root/tasks/#1");
  CHECK(row.restarts == 1);
  REQUIRE(row.last_failure);
  CHECK(row.last_failure->message == "bad");
  (*owed)[0].deliver(1);
  run();
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "a task that is over lets go of what its function "
                           "holds, its own promise, too") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto held = std::make_shared<promises>();
  auto keeps = [held](vigil::task_promise<int> p) {
    held->push_back(std::move(p));
  };
  std::weak_ptr<promises> left = held;
  held.reset();
  std::vector<vigil::task<int>> ends;
  ends.push_back(tasks.async_nolink(std::move(keeps)).value());
  run();
  CHECK(!left.expired());
  SUBCASE("because its promise was kept") {
    (*left.lock())[0].deliver(1);
    CHECK(value_of(ends[0].await()) == 1);
  }
  SUBCASE("by the promise that the function holds") {
    const auto* only = left.lock().get();
    only->front().deliver(vigil::error("no"));
    CHECK(ends[0].await().has_error());
  }
  SUBCASE("because it was killed") {
    CHECK(tasks.terminate_child(ends[0].id()));
  }
  SUBCASE("because it was cancelled") {
    ends[0].cancel();
  }
  SUBCASE("because its supervisor stopped") {
    CHECK(tree.stop());
  }
  CHECK(left.expired());
}

TEST_CASE_FIXTURE(fixture, "a task that fails too often costs the supervisor") {
  auto tree = start(vigil::task_supervisor(tasks_key).intensity(2, 1min));
  auto tasks = tree[tasks_key];
  trap::event_log log{tree};
  static_cast<void>(tasks.start_child(
    []() -> vigil::outcome<void> { return vigil::fault("again"); },
    restart_policy::permanent));
  auto other = tasks.async_nolink(takes(1h)).value();
  run();
  REQUIRE(log.count(event_type::gave_up) == 1);
  for (const auto& x : log.all())
    if (x.type == event_type::gave_up) {
      REQUIRE(x.why);
      CHECK(x.why->code == errc::restart_limit_reached);
    }
  CHECK(tree.snapshot().find("root/tasks")->incarnation == 2);
  auto why = tree.snapshot().find("root/tasks")->last_failure;
  REQUIRE(why);
  CHECK(why->code == errc::restart_limit_reached);
  CHECK(why->message
        == "a task failed again; the limit is 2 restarts in 1m; before: "
           "root/tasks/#1#2: again; root/tasks/#1#1: again");
  CHECK(why->root_cause().message == "again");
  CHECK(is_fault(other.await(), errc::child_stopped));
  CHECK(value_of(tasks.async_nolink([] { return 1; }).value().await()) == 1);
}

// -- events -------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "the events tell of tasks and why they failed") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  trap::event_log log{tree};
  static_cast<void>(tasks.async_nolink([] {}));
  static_cast<void>(tasks.start_child([] { throw std::runtime_error("oh"); }));
  tasks.async_nolink(takes(1h)).value().cancel();
  run();
  CHECK(log.count(event_type::child_started) == 2);
  CHECK(log.count(event_type::child_exited) == 2);
  CHECK(log.count(event_type::child_stopped) == 1);
  CHECK(log.count(event_type::child_removed) == 3);
  for (const auto& x : log.all())
    if (x.exit == vigil::exit_kind::abnormal) {
      CHECK(x.path == "root/tasks/#2");
      CHECK(x.why->message == "oh");
    }
}

// -- stop ---------------------------------------------------------------------

TEST_CASE_FIXTURE(fixture, "a stop ends tasks at once that have no token") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto t = tasks.async_nolink(takes(1h)).value();
  run();
  auto unborn = tasks.async_nolink([] {}).value();
  const auto begin = sys.clock().now();
  auto report = tree.stop();
  CHECK(report.value().culprits.empty());
  CHECK(sys.clock().now() == begin);
  CHECK(is_fault(t.await(), errc::child_stopped));
  CHECK(unborn.ready());
  auto refused = tasks.async_nolink([] {});
  CHECK(refused.error().code == errc::supervisor_down);
}

TEST_CASE_FIXTURE(fixture, "a stop gives tasks time that have a token") {
  auto tree = start(vigil::task_supervisor(tasks_key).task_shutdown(2s));
  auto tasks = tree[tasks_key];
  auto keep = std::make_shared<promises>();
  auto t = tasks.async_nolink(stubborn(keep)).value();
  run();
  trap::event_log log{tree};
  const auto begin = sys.clock().now();
  auto report = tree.stop().value();
  CHECK(sys.clock().now() == begin + 2s);
  REQUIRE(report.culprits.size() == 1);
  CHECK(report.culprits[0].path == "root/tasks/#1");
  CHECK(report.culprits[0].what == errc::shutdown_timeout);
  CHECK(log.count(event_type::child_killed) == 1);
  CHECK(is_fault(t.await(), errc::killed));
}

TEST_CASE_FIXTURE(fixture, "a task supervisor that stops starts nothing") {
  auto tree = start(vigil::task_supervisor(tasks_key).task_shutdown(2s));
  auto tasks = tree[tasks_key];
  auto keep = std::make_shared<promises>();
  auto t = tasks.async_nolink(stubborn(keep)).value();
  run();
  caf::anon_send_exit(tree.handle(), caf::exit_reason::user_shutdown);
  run();
  CHECK(tasks.size() == 1);
  CHECK(tasks.async_nolink([] {}).error().code == errc::supervisor_stopping);
  CHECK(tasks.start_child([] {}).error().code == errc::supervisor_stopping);
  advance(2s);
  CHECK(tasks.async_nolink([] {}).error().code == errc::supervisor_down);
  CHECK(tasks.terminate_child(t.id()).error().code == errc::not_found);
}

// S33
TEST_CASE_FIXTURE(fixture, "a task supervisor that is killed while it stops "
                           "kills its tasks") {
  auto tree
    = start(vigil::task_supervisor(tasks_key).task_shutdown(5s).shutdown(2s));
  auto tasks = tree[tasks_key];
  auto keep = std::make_shared<promises>();
  auto t = tasks.async_nolink(stubborn(keep)).value();
  run();
  const auto begin = sys.clock().now();
  auto report = tree.stop();
  REQUIRE(report);
  CHECK(sys.clock().now() == begin + 2s);
  // The task still had time.
  REQUIRE(report.value().culprits.size() == 1);
  CHECK(report.value().culprits[0].path == "root/tasks");
  CHECK(is_fault(t.await(), errc::killed));
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "a task that is about to run again can be ended") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto owed = std::make_shared<promises>();
  auto id = tasks.start_child(
    [owed](vigil::task_promise<int> p) { owed->push_back(std::move(p)); },
    restart_policy::transient);
  run();
  (*owed)[0].deliver(
    vigil::fault("bad")); // the next incarnation is due, not begun
  CHECK(tasks.size() == 1);
  REQUIRE(tasks.terminate_child(id.value()));
  CHECK(tasks.size() == 0);
  run();
  CHECK(owed->size() == 1);
}

TEST_CASE_FIXTURE(fixture, "brutal_kill kills tasks of all kinds") {
  auto tree = start(
    vigil::task_supervisor(tasks_key).task_shutdown(vigil::brutal_kill));
  auto tasks = tree[tasks_key];
  auto keep = std::make_shared<promises>();
  auto t = tasks.async_nolink(stubborn(keep)).value();
  vigil::task<int> linked;
  auto exits = std::make_shared<int>();
  in_actor([&](caf::event_based_actor* self) {
    self->attach_functor([exits] { ++*exits; });
    linked = tasks.async(self, stubborn(keep)).value();
  });
  static_cast<void>(tasks.start_child(stubborn(keep)));
  run();
  REQUIRE(tree.stop());
  CHECK(is_fault(t.await(), errc::killed));
  CHECK(is_fault(linked.await(), errc::killed));
  CHECK(*exits == 1);
  CHECK(tasks.size() == 0);
}

TEST_CASE_FIXTURE(fixture, "a restart of the supervisor ends its tasks") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto t = tasks.async_nolink(takes(1h)).value();
  run();
  REQUIRE(tree.terminate_child("tasks"));
  CHECK(is_fault(t.await(), errc::child_stopped));
  CHECK(tasks.async_nolink([] {}).error().code == errc::supervisor_down);
  REQUIRE(tree.restart_child("tasks"));
  CHECK(value_of(tasks.async_nolink([] { return 1; }).value().await()) == 1);
}

TEST_CASE_FIXTURE(fixture, "an empty handle says that nobody is there") {
  vigil::tasks_ref none;
  CHECK(none.async_nolink([] {}).error().code == errc::supervisor_down);
  CHECK(none.start_child([] {}).error().code == errc::supervisor_down);
  CHECK(none.terminate_child(1).error().code == errc::not_found);
  CHECK(none.size() == 0);
  CHECK(none.children().empty());
}
