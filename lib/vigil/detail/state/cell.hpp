#pragma once

#include <vigil/caf_error.hpp>
#include <vigil/child_spec.hpp>
#include <vigil/child_state.hpp>
#include <vigil/detail/caf/caf_timer.hpp>
#include <vigil/detail/state/cell_access.hpp>
#include <vigil/detail/state/child_exit.hpp>
#include <vigil/detail/state/child_record.hpp>
#include <vigil/detail/state/child_uid.hpp>
#include <vigil/detail/state/failure_log.hpp>
#include <vigil/detail/state/incarnation_watch.hpp>
#include <vigil/detail/state/population_base.hpp>
#include <vigil/detail/state/presence_board.hpp>
#include <vigil/detail/state/restart_window.hpp>
#include <vigil/detail/state/shared_spec.hpp>
#include <vigil/event_stream.hpp>
#include <vigil/result.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <vector>

namespace vigil::detail {

struct supervisor_cell;

/// What all supervisors and hosts of one tree share. Who is no actor of the
/// tree may have it for longer than there is an actor system.
struct VIGIL_EXPORT tree_context {
  explicit tree_context(caf::actor_system& sys) : system(sys), timers(sys) {
    // nop
  }

  /// For actors of the tree, and for who knows that it has not ended.
  [[nodiscard]] time_point now() const {
    return system.clock().now();
  }

  /// Returns the time, or that of the tree's end. For everybody.
  [[nodiscard]] time_point last_now() const {
    return has_ended() ? ended_at : now();
  }

  /// Returns whether the root has ended. If not, there is an actor system.
  [[nodiscard]] bool has_ended() const noexcept {
    return ended.load(std::memory_order_acquire);
  }

  void end() {
    ended_at = now();
    ended.store(true, std::memory_order_release);
  }

  /// Returns a seed that no other supervisor of the tree has.
  [[nodiscard]] std::uint64_t next_seed() noexcept {
    return seed.fetch_add(1, std::memory_order_relaxed);
  }

  caf::actor_system& system;
  const compat::timers timers;
  event_stream events;
  presence_board presence;
  /// Seeds the jitter of backoffs.
  std::atomic<std::uint64_t> seed{std::random_device{}()};
  /// Set once, before the root runs.
  std::weak_ptr<const supervisor_cell> root;
  /// Written before `ended` is set (release), read after that was seen
  /// (acquire).
  time_point ended_at{};
  std::atomic<bool> ended{false};
};

/// What a supervisor and the host of one child share, and what inspection
/// reads. Lives as long as anybody looks at it.
class VIGIL_EXPORT child_cell final : public child_record {
public:
  child_cell(shared_spec what, child_uid id,
             std::shared_ptr<supervisor_cell> in, std::type_index handle_of);

  const child_uid uid;
  const std::type_index handle_type;
  const std::shared_ptr<supervisor_cell> parent;

  /// The child's own budget, if it has one. Set before the first start.
  std::shared_ptr<restart_window> window;

  /// For children that are supervisors.
  std::shared_ptr<supervisor_cell> nested;

  /// For members of a pool. Set before the first start.
  std::shared_ptr<incarnation_watch> watch;

  [[nodiscard]] std::string path() const override;

  [[nodiscard]] const restart_intensity* refusal(time_point now) override;

  void note_message(std::uintptr_t kind) noexcept override;

  /// What its health check says. Relaxed: a number of its own.
  std::atomic<vigil::health> health{vigil::health::unknown};
  /// What the child turned to last, and when. 0: nothing since it came up.
  /// Both are relaxed: for a moment, one may be of the message before.
  std::atomic<std::uintptr_t> message_kind{0};
  std::atomic<duration::rep> message_since{0};
  bool serves(serving how, std::uint64_t n) override;

  void done(compat::mailbox_element& x, compat::context* ctx) override;

  [[nodiscard]] caf::strong_actor_ptr handle_before() const override;

  void skipped(std::uint64_t n) override;

  /// The handle that outlives restarts; null before the first start. Kept until
  /// the child is forgotten.
  [[nodiscard]] caf::strong_actor_ptr handle() const;
  void handle(caf::strong_actor_ptr x);

  /// Says what the supervisor kills the child for, or that it does not.
  void condemn(std::optional<failure> why);

  [[nodiscard]] std::optional<failure> verdict() const override;

  /// Notes how an incarnation ended; not if a later one has begun.
  void ended(std::uint64_t n, const child_exit& how);

  /// Returns whether one has.
  [[nodiscard]] bool has_ended_once() const;

  /// Returns why the last incarnation ended, which is what those that monitor
  /// the child are told.
  [[nodiscard]] caf::error last_end() const;

private:
  const shared_spec stored_spec_;
  const std::string path_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  caf::strong_actor_ptr handle_;
  std::optional<exit_kind> last_end_;
  // Of an abnormal end. An error is made of it when somebody asks.
  std::unique_ptr<failure> last_failure_;
  std::unique_ptr<const failure> verdict_;
};

/// Returns the reason with which an actor ends like that.
[[nodiscard]] VIGIL_EXPORT caf::error reason_of(const child_exit& x);

/// What a supervisor shows to its children's hosts and to inspection. Memory
/// orders: as in `child_record`.
struct VIGIL_EXPORT supervisor_cell {
  supervisor_cell(supervisor_spec spec, std::string path,
                  std::shared_ptr<tree_context> tree);

  const supervisor_spec spec;
  const std::string path;
  const std::shared_ptr<tree_context> tree;
  const std::shared_ptr<restart_window> window;

  /// The supervisor actor; set once before it runs.
  caf::weak_actor_ptr actor;

  /// The state of the root; that of others is in the parent's child cell.
  std::atomic<child_state> state{child_state::stopped};
  std::atomic<duration::rep> up_since{0};
  failure_log failures;

  /// The supervisor goes down, or is down: nothing starts below it any more.
  /// Set (release) before the first child is asked to stop; see `may_start`.
  std::atomic<bool> going_down{false};

  /// It does so for good: it is a root, or its parent goes down for good. Set
  /// (relaxed) before `going_down`, and never taken back.
  std::atomic<bool> for_good{false};

  /// The children of a dynamic supervisor; null for others. Set once before it
  /// runs.
  std::weak_ptr<population_base> population;

  /// Children in start order. Copies under a lock. O(n).
  [[nodiscard]] std::vector<child_cell_ptr> children() const;

  [[nodiscard]] child_cell_ptr find(std::string_view id) const;

  void add(child_cell_ptr x);
  void remove(child_uid uid);

  /// Returns all children, of which it has none any more.
  [[nodiscard]] std::map<child_uid, child_cell_ptr> take_all();

private:
  mutable std::mutex mutex_;
  // Guarded by mutex_. Uids ascend in start order.
  std::map<child_uid, child_cell_ptr> children_;
  std::unordered_map<std::string_view, child_cell_ptr> by_id_;
};

} // namespace vigil::detail
