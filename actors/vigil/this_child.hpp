#pragma once

#include <vigil/call.hpp>
#include <vigil/child_key.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/child/child_context.hpp>
#include <vigil/detail/child/open_promise.hpp>
#include <vigil/detail/child/running.hpp>
#include <vigil/detail/child/typed_handle.hpp>
#include <vigil/detail/state/child_path.hpp>
#include <vigil/promise.hpp>
#include <vigil/reason.hpp>
#include <vigil/tree_view.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace vigil {

/// What an actor can ask and do as a supervised child. A view: valid while the
/// actor function or a handler of `self` runs. Actors without a supervisor may
/// use it too, so that an actor function can be tested alone.
template <class Self>
class child_view {
public:
  explicit child_view(Self* self)
    : self_(self), context_(detail::context_of(*self)) {
    // nop
  }

  /// Returns whether a supervisor started this actor.
  [[nodiscard]] bool supervised() const noexcept {
    return context_ != nullptr;
  }

  /// Returns the child's id, or an empty string.
  [[nodiscard]] std::string id() const {
    return supervised() ? context_->record().spec.id : std::string{};
  }

  /// Returns the child's path, such as `"hospital/plugins/loader"`.
  [[nodiscard]] std::string path() const {
    return supervised() ? context_->record().path() : std::string{};
  }

  /// Returns the number of this incarnation, counted from 1.
  [[nodiscard]] std::uint64_t incarnation() const noexcept {
    return supervised() ? context_->incarnation() : 1;
  }

  /// Returns how the previous incarnation failed, or how the previous start
  /// did; nothing after a clean end.
  [[nodiscard]] std::optional<failure> previous_failure() const {
    if (!supervised())
      return std::nullopt;
    auto result = context_->record().last_failure();
    if (result && result->path == path()
        && result->incarnation + 1 != incarnation())
      return std::nullopt;
    return result;
  }

  /// Returns the handle that stays valid over restarts: hand out this one, not
  /// `self`.
  template <class Handle>
  [[nodiscard]] Handle handle() const {
    auto stable = supervised() ? context_->stable_handle() : nullptr;
    if (stable == nullptr)
      stable = caf::strong_actor_ptr{self_->ctrl()};
    return caf::actor_cast<Handle>(stable);
  }

  /// Returns the supervisor, to send a `call` to; null without one. Never block
  /// on its answer: it may be about to stop this child.
  [[nodiscard]] supervisor_handle supervisor() const {
    if (!supervised())
      return {};
    return caf::actor_cast<supervisor_handle>(context_->record().owner.actor);
  }

  /// Looks at the tree of this child without keeping it; empty without one.
  [[nodiscard]] tree_view tree() const {
    return supervised() ? detail::access::make<tree_view>(
             context_->record().owner.tree->root)
                        : tree_view{};
  }

  /// Returns the handle of a child of the same supervisor. It stays valid over
  /// restarts. Fails with `errc::not_found`, `errc::wrong_handle_type`, or
  /// `errc::child_stopped` if that child has not been started yet: siblings
  /// start in order. `id` may be a path below the supervisor, as `tree_ref`
  /// reads it. No message.
  template <class Handle>
  [[nodiscard]] result<Handle> sibling(std::string_view id) const {
    if (!supervised())
      return failure{errc::not_found, "there is no supervisor"};
    auto cell = detail::child_at(context_->record().owner, id);
    if (!cell)
      return cell.error();
    return detail::typed_handle<Handle>(*cell.value());
  }

  /// Returns the handle of a child of the same supervisor, by its key.
  template <class Handle, fixed_string Id>
  [[nodiscard]] result<Handle> sibling(child_key<Handle, Id>) const {
    return sibling<Handle>(Id.view());
  }

  /// Ends this incarnation as failed, once the current message is done. In the
  /// actor function: the start has failed. A blocking actor ends when it
  /// returns.
  void fail(std::error_code code, std::string text = {}) const {
    if (supervised())
      context_->fault({code, std::move(text)});
    else if constexpr (std::is_base_of_v<caf::blocking_actor, Self>)
      self_->fail_state(to_caf({code, std::move(text)}));
    else
      self_->quit(to_caf({code, std::move(text)}));
  }

  /// Ends this incarnation as failed, without a code of its own.
  void fail(std::string text) const {
    fail(make_error_code(errc::unspecified), std::move(text));
  }

  /// In the actor function: there is nothing to run. OTP: `ignore`.
  void ignore() const {
    static_assert(!std::is_base_of_v<caf::blocking_actor, Self>,
                  "vigil: a blocking actor is up before its function runs; it "
                  "cannot ignore its start, only return");
    if (supervised())
      context_->ignore();
    else
      self_->quit();
  }

  /// Runs `f` after `d`, unless this incarnation ends before. Keeps nothing
  /// alive: an actor without a behavior ends although it has a timer. Needs a
  /// supervisor: does nothing without one.
  void run_after(any_duration d, std::function<void()> f) const {
    static_assert(!std::is_base_of_v<caf::blocking_actor, Self>,
                  "vigil: a blocking actor has no timers; use receive with a "
                  "timeout");
    if (supervised() && !null("the function of run_after", !f)
        && !negative("run_after", d))
      context_->run_after(d, std::move(f));
  }

  /// Calls `f(reason)` when `other` has ended, unless this incarnation ends
  /// before. Use it instead of `self->monitor`: CAF's monitors outlive a
  /// restart in place. Needs a supervisor: does nothing without one, nor for a
  /// handle that is null.
  template <class Handle>
  void monitor(const Handle& other,
               std::function<void(const caf::error&)> f) const {
    static_assert(!std::is_base_of_v<caf::blocking_actor, Self>,
                  "vigil: a blocking actor receives down messages; use "
                  "self->monitor");
    if (supervised() && !null("the function of monitor", !f))
      context_->monitor(caf::actor_cast<caf::strong_actor_ptr>(other),
                        std::move(f));
  }

  /// Returns a promise to answer the current request later.
  template <class... Ts>
  [[nodiscard]] vigil::promise<Ts...> promise() const {
    auto state = std::make_shared<detail::open_promise>();
    state->promise = self_->make_response_promise();
    if (supervised())
      context_->track(state);
    return detail::access::make<vigil::promise<Ts...>>(std::move(state));
  }

private:
  // What a setting is given is wrong: the child's fault, at once.
  [[nodiscard]] bool null(const char* what, bool is_null) const {
    if (is_null)
      context_->fault({errc::null_handle, std::string{what} + " is null"});
    return is_null;
  }

  [[nodiscard]] bool negative(const char* what, duration d) const {
    const auto wrong = d < duration::zero();
    if (wrong)
      context_->fault({errc::negative_delay,
                       std::string{"the time of "} + what + " is negative"});
    return wrong;
  }

  Self* self_;
  detail::child_context* context_;
};

/// Returns the view of `self` as a supervised child. O(1).
template <class Self>
[[nodiscard]] child_view<Self> this_child(Self* self) {
  static_assert(std::is_base_of_v<caf::local_actor, Self>,
                "vigil: this_child takes the self pointer of a CAF actor");
  return child_view<Self>{self};
}

} // namespace vigil
