#include <vigil/caf.hpp>
#include <vigil/detail/child/running.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/task/task_waiting.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

namespace vigil::detail {

namespace {

struct bell {
  // Guards nothing: who looks at what is waited for holds it, to miss no ring.
  std::mutex mutex;
  std::condition_variable changed;

  void ring() {
    std::lock_guard guard{mutex};
    changed.notify_all();
  }
};

// The clock of a test stops at each timeout: let there be one at the deadline.
void drive(compat::test_driver& driver, task_set& population, duration timeout,
           const std::function<bool()>& enough) {
  const auto limited = timeout < std::chrono::hours{24 * 365};
  const auto deadline = limited ? time_after(driver.now(), timeout) : never;
  compat::timer mark{population.cell().tree->timers};
  mark.set(deadline, *population.answerer()->get(), [] { return task_done{}; });
  do
    driver.run();
  while (!enough() && driver.now() < deadline && driver.skip_time());
}

/// Work that waits for other work is no reason for that one not to run.
class lent_threads {
public:
  explicit lent_threads(std::span<task_base* const> xs) {
    if (!thread_pool::runs_here())
      return;
    std::map<task_set*, std::vector<thread_pool::ticket>> wanted;
    for (auto* x : xs)
      if (x->place() == task_place::blocking)
        wanted[&x->population()].push_back(x->uid);
    for (const auto& [population, tickets] : wanted)
      waits_.emplace_back(population->blocking(), tickets);
  }

  [[nodiscard]] bool sensible() const noexcept {
    return std::all_of(waits_.begin(), waits_.end(),
                       [](const auto& x) { return x.sensible(); });
  }

private:
  std::deque<thread_pool::waiting> waits_;
};

void wait(bell& x, duration timeout, const std::function<bool()>& enough) {
  std::unique_lock guard{x.mutex};
  if (timeout < std::chrono::hours{24 * 365})
    x.changed.wait_for(guard, timeout, enough);
  else
    x.changed.wait(guard, enough);
}

} // namespace

result<void> wait_for(std::span<task_base* const> xs, duration timeout,
                      const std::function<bool()>& enough) {
  if (enough())
    return success();
  auto& population = xs.front()->population();
  if (timeout < duration::zero())
    return failure{errc::negative_delay, "the timeout", population.cell().path};
  if (compat::runs_actors_of(population.system()))
    return failure{errc::would_block,
                   "to wait for a task in an actor, use then(self, …)",
                   population.cell().path};
  if (std::find(xs.begin(), xs.end(), task_base::blocking_here()) != xs.end())
    return failure{errc::would_block, "the task would wait for itself",
                   population.cell().path};
  auto b = std::make_shared<bell>();
  compat::test_driver driver{population.system()};
  if (driver.active()) {
    drive(driver, population, timeout, enough);
  } else {
    const lent_threads lent{xs};
    if (!lent.sensible())
      return failure{errc::would_block,
                     "the task waits for a thread, all threads for blocking "
                     "work wait for tasks, and the system has no more",
                     population.cell().path};
    for (auto* x : xs)
      x->on_answer(b.get(), [b](compat::context*) { b->ring(); });
    wait(*b, timeout, enough);
    for (auto* x : xs)
      x->ask_no_more(b.get());
  }
  if (enough())
    return success();
  return failure{errc::timeout, "the task did not answer in time",
                 population.cell().path};
}

result<void> wait_for(task_base& x, duration timeout) {
  std::array all{&x};
  return wait_for(all, timeout, [&] { return x.has_answer(); });
}

result<void> shut_down(task_base& x, const shutdown_policy& how) {
  if (how.brutal()) {
    x.stop(true);
    return success();
  }
  const auto patience = how.infinite() ? duration::max() : how.deadline();
  if (patience < duration::zero())
    return failure{errc::negative_delay, "the timeout", x.path()};
  if (!x.has_answer() && compat::runs_actors_of(x.population().system()))
    return failure{errc::would_block, "in an actor, use cancel()", x.path()};
  if (&x == task_base::blocking_here())
    return failure{errc::would_block, "the task would wait for itself",
                   x.path()};
  x.stop(false);
  if (!wait_for(x, patience))
    x.stop(true);
  return success();
}

} // namespace vigil::detail
