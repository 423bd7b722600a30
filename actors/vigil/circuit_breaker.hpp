#pragma once

#include <vigil/behavior.hpp>
#include <vigil/breaker_control.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/detail/guard/breaker_home.hpp>
#include <vigil/detail/guard/fallback.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace vigil {

/// A circuit breaker on its way: made by `vigil::circuit_breaker`.
///
/// Pass it to `vigil::child` to have it supervised, or `start` it. Every setter
/// returns a changed copy; all copies are one breaker, so start one of them.
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

  /// Ends a call that takes longer: it counts as a failure with
  /// `errc::timeout`, which is also what the requester gets. The target is not
  /// disturbed, and what it answers later is dropped.
  [[nodiscard]] breaker_builder timeout(any_duration limit) const {
    return with([=](auto& x) { x.options_.timeout = limit; });
  }

  /// Asks another actor where the breaker refuses a call, and where one fails.
  template <class Other>
  requires caf::is_handle<Other>::value [[nodiscard]] breaker_builder
  fallback(Other other) const {
    static_assert(compat::handle_fits_v<Other, Handle>,
                  "vigil: a fallback has to understand all that the target "
                  "understands; give an actor of the target's interface");
    return with([&](auto& x) {
      x.options_.nulls.note("the fallback", other == nullptr);
      x.options_.fallback = [other](caf::actor_system&) {
        return caf::actor_cast<caf::strong_actor_ptr>(other);
      };
    });
  }

  /// Asks handlers instead, which run in an actor of their own.
  template <class F, class... Fs>
    requires(!caf::is_handle<F>::value)
  [[nodiscard]] breaker_builder fallback(F f, Fs... fs) const {
    const auto null = detail::is_null(f) || (detail::is_null(fs) || ...);
    return with([&](auto& x) {
      x.options_.nulls.note("the fallback", null);
      x.options_.fallback
        = detail::fallback_maker<Handle>(std::move(f), std::move(fs)...);
    });
  }

  /// Judges responses whose one value is a `T`. `f(const T&)` returns a
  /// `call_outcome`; it runs in the thread of who answers. An exception from it
  /// counts as a failure.
  template <class T, class F>
  [[nodiscard]] breaker_builder judge(F f) const {
    static_assert(std::is_invocable_r_v<call_outcome, F&, const T&>,
                  "vigil: judge<T>(f) takes a function from const T& to "
                  "vigil::call_outcome");
    return with([&](auto& x) {
      x.options_.nulls.note_more("the function of judge(f)",
                                 detail::is_null(f));
      x.options_.judges.push_back(
        [f](compat::mailbox_element& m) -> std::optional<call_outcome> {
          const auto* value = compat::get_if<T>(m);
          if (value == nullptr)
            return std::nullopt;
          try {
            return f(*value);
          } catch (...) {
            return call_outcome::failure;
          }
        });
    });
  }

  /// Is told of every move and every refusal; see `breaker_core::listener`.
  [[nodiscard]] breaker_builder on_event(breaker_core::listener f) const {
    return with([&](auto& x) { x.options_.on_event = std::move(f); });
  }

  /// Begins each incarnation closed and empty. By default a restart of the
  /// breaker keeps its state; calls that were under way are abandoned either
  /// way.
  [[nodiscard]] breaker_builder fresh() const {
    return with([](auto& x) { x.options_.fresh = true; });
  }

  /// Returns what looks into the breaker and gives it orders.
  [[nodiscard]] breaker_control control() const {
    return detail::access::make<breaker_control>(home_);
  }

  /// Returns what is wrong with the breaker, or nothing. `start` asks, and so
  /// does the start of a tree, before anything runs.
  [[nodiscard]] std::optional<failure> check() const {
    return detail::check_breaker(*home_, options_, target_ == nullptr);
  }

  /// Starts the breaker without a supervisor, or tells what is wrong.
  [[nodiscard]] result<Handle> start(caf::actor_system& sys) const {
    auto made = detail::start_breaker(
      sys, home_, options_, caf::actor_cast<caf::strong_actor_ptr>(target_));
    if (!made)
      return made.error();
    return caf::actor_cast<Handle>(std::move(made).value());
  }

  /// Makes one incarnation; for `vigil::child`.
  result<Handle> operator()(caf::actor_system& sys) const {
    return start(sys);
  }

private:
  template <class F>
  [[nodiscard]] breaker_builder with(F f) const {
    auto result = *this;
    f(result);
    return result;
  }

  std::shared_ptr<detail::breaker_home> home_;
  Handle target_;
  detail::breaker_options options_;
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
