#pragma once

#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/state/child_actor.hpp>
#include <vigil/reason.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vigil {

class restart_window;

} // namespace vigil

namespace vigil::detail {

/// An answer that an incarnation owes.
struct VIGIL_EXPORT open_promise {
  open_promise() = default;
  ~open_promise();
  open_promise(const open_promise&) = delete;
  open_promise& operator=(const open_promise&) = delete;

  caf::response_promise promise;

  /// Answers with an error, unless it was answered.
  void break_off(const failure& why);
};

[[nodiscard]] inline failure failure_of(reason x) {
  return {x.code, std::move(x.text)};
}

/// What an actor that runs a child knows of being one; `this_child` is its
/// public face. Belongs to the actor: not thread-safe. Kept small: there may be
/// a million of them.
class VIGIL_EXPORT child_context : public child_actor {
public:
  /// `record` outlives the context.
  explicit child_context(child_record& record) : record_(&record) {
    // nop
  }

  ~child_context() override;

  child_context(const child_context&) = delete;
  child_context& operator=(const child_context&) = delete;

  [[nodiscard]] child_record& record() const noexcept {
    return *record_;
  }

  [[nodiscard]] child_record* child() noexcept final {
    return record_;
  }

  [[nodiscard]] std::uint64_t incarnation() const noexcept {
    return incarnation_;
  }

  /// Returns a failure of this incarnation with all filled in.
  [[nodiscard]] failure complete(failure x) const {
    return record_->complete(std::move(x), incarnation_);
  }

  /// Ends the incarnation as soon as the current message is done. The first
  /// fault counts.
  void fault(reason&& why);

  /// The start has nothing to run.
  void ignore();

  /// Keeps `f` until a `child_timer` with the returned number comes, or until
  /// the incarnation ends, which destroys it uncalled.
  [[nodiscard]] std::uint64_t
  keep_call(std::function<void(const caf::error&)> f);

  /// Runs `f` after `d`, unless the incarnation ends before.
  void run_after(duration d, std::function<void()> f);

  /// Runs `f` when `other` has ended, unless the incarnation ends before.
  void monitor(const caf::strong_actor_ptr& other,
               std::function<void(const caf::error&)> f);

  /// Breaks the promise off when the incarnation ends.
  void track(const std::shared_ptr<open_promise>& x);

  /// The actor that runs the child.
  [[nodiscard]] virtual caf::local_actor& self() noexcept = 0;

  /// The handle that outlives restarts.
  [[nodiscard]] virtual caf::strong_actor_ptr stable_handle() = 0;

protected:
  /// Has the fault looked at after the current message.
  virtual void attend() = 0;

  /// Has the actor get `x` at that time. There is one such time; it does not
  /// belong to the incarnation, but to the actor.
  void send_later(time_point at, host_command x);

  /// Takes `send_later` back.
  void send_nothing_later() noexcept;

  /// Returns the budget of the child alone, made by the first call.
  [[nodiscard]] restart_window& own_budget(const restart_intensity& limit);

  void begin(std::uint64_t incarnation);

  /// The incarnation has skipped a message.
  void note_put_off() {
    record_->skipped(incarnation_);
  }

  /// Returns whether a health check looks at the child.
  [[nodiscard]] bool watched() const noexcept {
    return record_->spec.health.has_value();
  }

  /// Answers a `liveness_probe`. Returns whether it was one.
  [[nodiscard]] bool answer_probe(compat::mailbox_element& x);

  /// Forgets what belonged to the ended incarnation.
  void end();

  [[nodiscard]] bool faulted() const noexcept {
    return extras_ != nullptr && extras_->fault;
  }

  /// Returns the fault that is there. It goes with its incarnation.
  [[nodiscard]] reason& seen_fault() const noexcept {
    return *extras_->fault;
  }

  [[nodiscard]] reason take_fault();

  /// Returns the call that was put off, or nothing if it is not due any more.
  [[nodiscard]] std::function<void()> take_call(const child_timer& x);

  [[nodiscard]] bool take_ignored() noexcept {
    return extras_ != nullptr && std::exchange(extras_->ignored, false);
  }

private:
  struct put_off {
    std::function<void(const caf::error&)> call;
    /// The monitored actor; null for timers.
    caf::weak_actor_ptr watched;
    /// Null for monitors.
    std::unique_ptr<compat::timer> timer;
  };

  /// What most children never need.
  struct extras {
    extras();
    ~extras();
    std::optional<reason> fault;
    bool ignored = false;
    std::vector<std::weak_ptr<open_promise>> promises;
    std::size_t sweep_at = 16;
    // Nodes never move: their addresses name the hooks on monitored actors.
    std::unordered_map<std::uint64_t, put_off> calls;
    std::uint64_t last_call = 0;
    std::unique_ptr<compat::timer> command;
    std::unique_ptr<restart_window> budget;
  };

  [[nodiscard]] extras& need_extras();
  void forget_calls();

  child_record* record_;
  std::uint64_t incarnation_ = 0;
  std::unique_ptr<extras> extras_;
};

/// Returns the context of the child that `self` runs, or null if `self` is not
/// supervised. O(1).
[[nodiscard]] VIGIL_EXPORT child_context*
context_of(caf::local_actor& self) noexcept;

/// Returns whether code of that child runs in this thread. Does not look into
/// the child, which may be gone.
[[nodiscard]] VIGIL_EXPORT bool runs_here(const child_context* x) noexcept;

/// Says that this thread runs that child and nothing else, until it ends.
VIGIL_EXPORT void dedicate_thread(const child_record& x) noexcept;

/// Returns whether this thread must not wait for supervisors of a tree: it runs
/// a child of that tree, or is one of those that run all actors. They may wait
/// for it.
[[nodiscard]] VIGIL_EXPORT bool must_not_wait_for(const tree_context& tree);

/// Marks a context as the one whose code runs in this thread.
class VIGIL_EXPORT running_child {
public:
  explicit running_child(child_context* x) noexcept;
  ~running_child();
  running_child(const running_child&) = delete;
  running_child& operator=(const running_child&) = delete;

private:
  child_context* previous_;
};

} // namespace vigil::detail
