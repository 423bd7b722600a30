#pragma once

#include <vigil/detail/dynamic/dynamic_children.hpp>
#include <vigil/detail/sync/sharded_list.hpp>
#include <vigil/detail/sync/thread_pool.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace vigil::detail {

class task_base;

/// How a task supervisor is set up.
struct VIGIL_EXPORT task_settings {
  supervisor_spec supervisor;
  shutdown_policy shutdown = std::chrono::seconds{5};
  any_count max_children = unlimited;
  any_count blocking_threads = 4;
  any_count blocking_queue = 1024;
};

/// Asks the answerer to answer when the task has.
struct VIGIL_EXPORT task_wait {
  std::shared_ptr<task_base> task;
  /// Names who asks. To be compared only.
  const void* asker = nullptr;
};

/// The answer to `task_wait`: the result is there.
struct VIGIL_EXPORT task_done {};

/// The tasks of one task supervisor: what they share. Tasks come and go in any
/// thread without a message to the supervisor. Thread-safe.
///
/// Memory orders: `remove` takes a task off `size_` (release) after it is out
/// of the list, so a thread that reads the size (acquire) does not find it
/// there. The last task to go takes itself off `held_` and then looks whether
/// the set is open; `close` shuts it and then looks at `held_`. These four are
/// seq_cst, so that one of the two sees the other, as in `dynamic_children`.
class VIGIL_EXPORT task_set final
  : public population_base,
    public std::enable_shared_from_this<task_set> {
public:
  task_set(supervisor_cell_ptr cell, const task_settings& settings);

  ~task_set() override;

  [[nodiscard]] const child_spec& spec(restart_policy x) const noexcept {
    return specs_[static_cast<std::size_t>(x)];
  }

  [[nodiscard]] supervisor_cell& cell() const noexcept {
    return *cell_;
  }

  [[nodiscard]] caf::actor_system& system() const noexcept {
    return cell_->tree->system;
  }

  [[nodiscard]] thread_pool& blocking() noexcept {
    return blocking_;
  }

  /// Where actors ask for the results of tasks.
  [[nodiscard]] const caf::strong_actor_ptr& answerer() const noexcept {
    return answerer_;
  }

  [[nodiscard]] std::size_t size() const noexcept override {
    return size_.load(std::memory_order_acquire);
  }

  [[nodiscard]] std::size_t active() const noexcept override {
    return size();
  }

  [[nodiscard]] std::uint64_t next_uid() noexcept {
    return last_uid_.fetch_add(1, std::memory_order_relaxed) + 1;
  }

  /// Takes a task in. Fails with `errc::max_children`, `errc::supervisor_down`
  /// or `errc::supervisor_stopping`.
  [[nodiscard]] result<void> add(std::shared_ptr<task_base> x);

  /// The task is over: it counts no more.
  void remove(task_base& x);

  /// The last word of a task that was removed: it touches nothing any more.
  void release();

  /// Accepts tasks from now on.
  void open() noexcept;

  /// Accepts no task from now on, and has the last one to go send
  /// `population_drained`. Returns whether it is empty already.
  [[nodiscard]] bool close();

  [[nodiscard]] bool drained() const noexcept {
    return held_.load(std::memory_order_seq_cst) == 0;
  }

  /// Returns the tasks that are there, in no particular order. O(n).
  [[nodiscard]] std::vector<std::shared_ptr<task_base>> children() const;

  /// Returns the task of that number, or null. O(1).
  [[nodiscard]] std::shared_ptr<task_base> find(std::uint64_t uid) const;

  void sample(std::size_t limit, time_point now,
              std::vector<tree_snapshot::row>& to) const override;

private:
  const supervisor_cell_ptr cell_;
  std::array<child_spec, 3> specs_;
  const std::size_t max_children_;
  caf::strong_actor_ptr answerer_;
  std::atomic<bool> open_{false};
  std::atomic<std::uint64_t> last_uid_{0};
  alignas(64) std::atomic<std::size_t> size_{0};
  std::atomic<std::size_t> held_{0};
  sharded_list<task_base> tasks_;
  thread_pool blocking_;
};

} // namespace vigil::detail

VIGIL_MESSAGE_TYPE(vigil::detail::task_wait)
VIGIL_MESSAGE_TYPE(vigil::detail::task_done)
