#pragma once

#include <vigil/guard_builder.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace vigil {

/// A guard that is one circuit breaker, on its way: made by
/// `vigil::circuit_breaker`. For other layers beside it there is
/// `guard(name, target).breaker(policy)`.
///
/// Pass it to `vigil::child` to have it supervised, or `start` it. Every setter
/// returns a changed copy, and all copies are one breaker: if several are
/// started, the calls of all count, and the listener of each that runs is told
/// what happens, once.
///
/// @tparam Handle the type of the target's handle, and of the breaker's
template <class Handle>
class breaker_builder {
public:
  using handle_type = Handle;

  breaker_builder(std::string name, Handle target, breaker_policy policy)
    : home_(std::make_shared<detail::breaker_home>(std::move(name),
                                                   std::move(policy))),
      target_(std::move(target)) {
    // nop
  }

  /// Judges responses whose one value is a `T`. `f(const T&)` returns a
  /// `call_outcome`; it runs in the thread of who answers. An exception from it
  /// counts as a failure.
  template <class T, class F>
  [[nodiscard]] breaker_builder judge(F f) const {
    static_assert(std::is_invocable_r_v<call_outcome, F&, const T&>,
                  "vigil: judge<T>(f) takes a function from const T& to "
                  "vigil::call_outcome");
    return detail::changed(*this, [&](auto& x) {
      x.options_.nulls.note_more("the function of judge(f)",
                                 detail::is_null(f));
      x.options_.judges.push_back(
        detail::judge_values<T>(std::move(f), call_outcome::failure));
    });
  }

  /// Tells `f` of every move and every refusal; see `guard_builder::on_event`.
  template <class F>
    requires(!std::is_invocable_v<F&, const breaker_event&>)
  [[nodiscard]] breaker_builder on_event(F f) const {
    static_assert(std::is_convertible_v<F, guard_listener>,
                  "vigil: on_event(f) takes a function of const "
                  "vigil::guard_event&");
    return detail::changed(*this, [&](auto& x) { x.on_event_ = std::move(f); });
  }

  /// Goes in 0.3: listeners of all guards are alike.
  template <class F>
    requires std::is_invocable_v<F&, const breaker_event&>
  [[deprecated("take const vigil::guard_event&, and look at its `breaker`"),
    nodiscard]] breaker_builder
  on_event(F f) const {
    return detail::changed(*this, [&](auto& x) {
      x.options_.on_event
        = std::make_shared<const breaker_core::listener>(std::move(f));
    });
  }

  /// Begins each incarnation closed and empty. By default a restart of the
  /// breaker keeps its state; calls that were under way are abandoned either
  /// way.
  [[nodiscard]] breaker_builder fresh() const {
    return detail::changed(*this, [](auto& x) { x.options_.fresh = true; });
  }

  /// Goes in 0.3: a time limit is a layer of its own, behind the breaker.
  [[deprecated("use guard(name, target).breaker(policy).timeout(limit)"),
    nodiscard]] breaker_builder
  timeout(any_duration limit) const {
    return detail::changed(*this, [=](auto& x) { x.timeout_ = limit; });
  }

  /// Goes in 0.3: a fallback is a layer of its own, before the breaker. This
  /// one is asked where the breaker refuses a call or counts a failure.
  template <class Other>
  requires caf::is_handle<Other>::value
    [[deprecated("use guard(name, target).fallback(other).breaker(policy)"),
      nodiscard]] breaker_builder
    fallback(Other other) const {
    static_assert(compat::handle_fits_v<Other, Handle>,
                  "vigil: a fallback has to understand all that the target "
                  "understands; give an actor of the target's interface");
    return detail::changed(*this, [&](auto& x) {
      x.options_.nulls.note("the fallback", other == nullptr);
      x.fallback_ = detail::fallback_actor(other);
    });
  }

  /// The same with handlers, which run in an actor of their own.
  template <class F, class... Fs>
    requires(!caf::is_handle<F>::value)
  [[deprecated("use guard(name, target).fallback(f).breaker(policy)"),
    nodiscard]] breaker_builder
  fallback(F f, Fs... fs) const {
    const auto null = detail::is_null(f) || (detail::is_null(fs) || ...);
    return detail::changed(*this, [&](auto& x) {
      x.options_.nulls.note("the fallback", null);
      x.fallback_
        = detail::fallback_maker<Handle>(std::move(f), std::move(fs)...);
    });
  }

  /// Returns what looks into the breaker and gives it orders.
  [[nodiscard]] breaker_control control() const {
    return detail::access::make<breaker_control>(home_);
  }

  /// Returns what is wrong with the breaker, or nothing. `start` asks, and so
  /// does the start of a tree, before anything runs.
  [[nodiscard]] std::optional<failure> check() const {
    return chain().check(target_ == nullptr);
  }

  /// Starts the breaker without a supervisor, or tells what is wrong.
  [[nodiscard]] result<Handle> start(caf::actor_system& sys) const {
    return chain().start(sys, target_);
  }

  /// Makes one incarnation; for `vigil::child`.
  result<Handle> operator()(caf::actor_system& sys) const {
    return start(sys);
  }

private:
  [[nodiscard]] detail::guard_chain chain() const {
    return detail::breaker_chain(home_, options_, on_event_, timeout_,
                                 fallback_);
  }

  std::shared_ptr<detail::breaker_home> home_;
  Handle target_;
  detail::breaker_options options_;
  guard_listener on_event_;
  duration timeout_{};
  detail::actor_maker fallback_;
};

/// Puts a circuit breaker before an actor. Callers use its handle, which is of
/// the same type, instead of the target's.
///
/// Requests pass through it in the thread of who sends them; nothing of what it
/// guards runs inside it, so a target that hangs holds nobody. The response
/// passes through it too, so that it is counted before the requester has it. A
/// request that is refused is answered with `errc::breaker_open` and
/// `failure::retry_after`. Messages that are no requests tell the breaker
/// nothing: they pass, but are dropped while it is open.
///
/// A handle to a supervised child stays valid over its restarts, so the breaker
/// follows it. When the target ends for good, the breaker opens at once; see
/// `breaker_control::watch` for restarts.
template <class Handle>
[[nodiscard]] breaker_builder<Handle>
circuit_breaker(std::string name, Handle target, breaker_policy policy = {}) {
  static_assert(caf::is_handle<Handle>::value,
                "vigil: circuit_breaker(name, target, policy) takes the handle "
                "of an actor as its target");
  return {std::move(name), std::move(target), std::move(policy)};
}

} // namespace vigil
