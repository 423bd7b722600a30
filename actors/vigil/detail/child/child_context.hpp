#pragma once

#include <vigil/detail/state/child_actor.hpp>
#include <vigil/failure.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace vigil {

struct reason;
class restart_window;
struct restart_intensity;

} // namespace vigil

namespace vigil::detail {

struct child_timer;
struct host_command;
struct open_promise;

[[nodiscard]] VIGIL_EXPORT failure failure_of(reason x);

/// What an actor that runs a child knows of being one; `this_child` is its
/// public face. Belongs to the actor: not thread-safe. Kept small: there may be
/// a million of them.
class VIGIL_EXPORT child_context : public child_actor {
public:
  /// `record` outlives the context.
  explicit child_context(child_record& record);

  ~child_context() override;

  child_context(const child_context&) = delete;
  child_context& operator=(const child_context&) = delete;

  [[nodiscard]] child_record& record() const noexcept {
    return *record_;
  }

  [[nodiscard]] child_record* child() noexcept final {
    return record_;
  }

  [[nodiscard]] child_context* as_context() noexcept final {
    return this;
  }

  [[nodiscard]] std::uint64_t incarnation() const noexcept {
    return incarnation_;
  }

  /// Returns a failure of this incarnation with all filled in.
  [[nodiscard]] failure complete(failure x) const;

  /// Ends the incarnation after the current message. The first fault counts.
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

  /// The same, to hold; null once it is being destroyed.
  [[nodiscard]] caf::strong_actor_ptr held_self();

  /// The handle that outlives restarts.
  [[nodiscard]] virtual caf::strong_actor_ptr stable_handle() = 0;

  /// The handle that messages came by which others have passed on.
  [[nodiscard]] virtual caf::strong_actor_ptr handle_before();

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
  void note_put_off();

  /// Returns whether a health check looks at the child.
  [[nodiscard]] bool watched() const noexcept;

  /// Answers a `liveness_probe`. Returns whether it was one.
  [[nodiscard]] bool answer_probe(compat::mailbox_element& x);

  /// Forgets what belonged to the ended incarnation.
  void end();

  [[nodiscard]] bool faulted() const noexcept;

  /// Returns the fault that is there. It goes with its incarnation.
  [[nodiscard]] reason& seen_fault() const noexcept;

  [[nodiscard]] reason take_fault();

  /// Returns the call that was put off, or nothing if it is not due any more.
  [[nodiscard]] std::function<void()> take_call(const child_timer& x);

  [[nodiscard]] bool take_ignored() noexcept;

private:
  /// What most children never need.
  struct extras;

  [[nodiscard]] extras& need_extras();
  void forget_calls();

  child_record* record_;
  std::uint64_t incarnation_ = 0;
  std::unique_ptr<extras> extras_;
};

} // namespace vigil::detail
