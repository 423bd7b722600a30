#pragma once

#include <vigil/detail/child_messages.hpp>
#include <vigil/outcome.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vigil::detail {

/// An answer that an incarnation owes.
struct open_promise {
  open_promise() = default;
  ~open_promise();
  open_promise(const open_promise&) = delete;
  open_promise& operator=(const open_promise&) = delete;

  caf::response_promise promise;

  /// Answers with an error, unless it was answered.
  void break_off(const failure& why);
};

/// What an actor that runs a child knows of being one; `this_child` is its
/// public face. Belongs to the actor: not thread-safe.
class child_context {
public:
  explicit child_context(child_cell_ptr cell) : cell_(std::move(cell)) {
    // nop
  }

  virtual ~child_context();

  child_context(const child_context&) = delete;
  child_context& operator=(const child_context&) = delete;

  [[nodiscard]] child_cell& cell() const noexcept {
    return *cell_;
  }

  [[nodiscard]] std::uint64_t incarnation() const noexcept {
    return incarnation_;
  }

  /// Returns the failure after which this incarnation was started, if any.
  [[nodiscard]] const std::optional<failure>& previous() const noexcept {
    return previous_;
  }

  /// Ends the incarnation as soon as the current message is done. The first
  /// fault counts.
  void fault(reason why);

  /// The start has nothing to run.
  void ignore();

  /// Runs `f` after `d`, unless the incarnation ends before.
  void run_after(duration d, std::function<void()> f);

  /// Runs `f` when `other` has ended, unless the incarnation ends before.
  void monitor(const caf::strong_actor_ptr& other,
               std::function<void(const caf::error&)> f);

  /// Breaks the promise off when the incarnation ends.
  void track(const std::shared_ptr<open_promise>& x);

  /// The actor that runs the child.
  [[nodiscard]] virtual caf::local_actor& self() noexcept = 0;

protected:
  /// Has the owner look at `fault_` and `ignored_` after the current message.
  virtual void attend_to_fault() = 0;

  void begin(std::uint64_t incarnation, std::optional<failure> previous);

  /// Forgets what belonged to the ended incarnation.
  void end(const failure& why);

  [[nodiscard]] bool faulted() const noexcept {
    return fault_.has_value();
  }

  [[nodiscard]] failure take_fault();

  [[nodiscard]] bool take_ignored() noexcept {
    return std::exchange(ignored_, false);
  }

  child_cell_ptr cell_;

private:
  std::uint64_t incarnation_ = 0;
  std::optional<failure> previous_;
  std::optional<reason> fault_;
  bool ignored_ = false;
  std::vector<std::weak_ptr<open_promise>> promises_;
  std::size_t sweep_at_ = 16;
};

/// Returns the context of the child that `self` runs, or null if `self` is not
/// supervised. O(1).
[[nodiscard]] child_context* context_of(caf::local_actor& self) noexcept;

/// Marks a context as the one whose code runs in this thread.
class running_child {
public:
  explicit running_child(child_context* x) noexcept;
  ~running_child();
  running_child(const running_child&) = delete;
  running_child& operator=(const running_child&) = delete;

private:
  child_context* previous_;
};

} // namespace vigil::detail
