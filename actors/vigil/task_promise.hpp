#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/task/task_state.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace vigil {

namespace detail {

/// The answer that one incarnation of a task owes.
///
/// Memory orders: `given_` is relaxed: it only picks the one that gives the
/// answer, which goes on in the lock of the task. Who comes too late touches
/// nothing.
template <class T>
class owed_answer {
public:
  owed_answer(std::shared_ptr<task_state<T>> task, std::uint64_t incarnation)
    : task_(std::move(task)), incarnation_(incarnation) {
    // nop
  }

  ~owed_answer() {
    give(fault(errc::promise_broken, "the task dropped its promise"));
  }

  owed_answer(const owed_answer&) = delete;
  owed_answer& operator=(const owed_answer&) = delete;

  void give(outcome<T> x) {
    if (given_.exchange(true, std::memory_order_relaxed))
      return;
    // The task's function, which is let go, may hold this.
    const auto task = task_;
    task->keep(incarnation_, std::move(x));
  }

private:
  const std::shared_ptr<task_state<T>> task_;
  const std::uint64_t incarnation_;
  std::atomic<bool> given_{false};
};

} // namespace detail

/// The result of a task, to be given later: for work that waits for others
/// without blocking a thread.
///
/// A task whose function takes one as its last parameter goes on when the
/// function has returned, and is over when the promise is kept. The last copy
/// that is dropped unkept makes it a fault, `errc::promise_broken`.
/// Thread-safe, and harmless when the task has ended before.
template <class T>
class task_promise {
public:
  /// One that nobody waits for: CAF 1.x wants it of what travels in messages.
  task_promise() = default;

  /// Gives a value, an `error(…)` or a `fault(…)`; only the first counts.
  void deliver(outcome<T> x) const {
    if (owed_ != nullptr)
      owed_->give(std::move(x));
  }

private:
  friend class detail::access;

  explicit task_promise(std::shared_ptr<detail::owed_answer<T>> x)
    : owed_(std::move(x)) {
    // nop
  }

  std::shared_ptr<detail::owed_answer<T>> owed_;
};

} // namespace vigil
