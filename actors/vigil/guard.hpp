#pragma once

#include <vigil/circuit_breaker.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/detail/guard/guard_layers.hpp>
#include <vigil/time_limiter_core.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace vigil {

/// Guards before an actor, on their way: made by `vigil::guard`.
///
/// A call meets the guards in the order in which they are named: the first
/// stands outermost, the last next to the target; a response comes back the
/// other way. So in `guard(x).retry(…).breaker(…).timeout(…)` each attempt asks
/// the breaker, and a call that takes too long is a failure for the breaker.
///
/// Pass it to `vigil::child` to have the guards supervised, or `start` them.
/// Every setter returns a changed copy. Guards hold back requests; other
/// messages pass, except where a breaker is open or a rate limiter has no
/// permit.
///
/// @tparam Handle the type of the target's handle, and of the guarded one
template <class Handle>
class guard_builder {
public:
  using handle_type = Handle;

  guard_builder(Handle target, std::string name)
    : target_(std::move(target)), name_(std::move(name)) {
    // nop
  }

  /// Makes failed calls again.
  [[nodiscard]] guard_builder retry(retry_policy policy) const {
    auto check = [policy](const std::string& name) {
      return vigil::check(policy, name);
    };
    return with_layer("retry", std::move(check),
                      detail::retry_layer(std::move(policy), {}));
  }

  /// Also makes calls again whose one value is a `T` for which `good(const T&)`
  /// is false. An exception from it counts as false.
  template <class T, class F>
  [[nodiscard]] guard_builder retry(retry_policy policy, F good) const {
    static_assert(std::is_invocable_r_v<bool, F&, const T&>,
                  "vigil: retry<T>(policy, good) takes a function from "
                  "const T& to bool");
    auto wrong = [policy, null = detail::is_null(good)](
                   const std::string& name) -> std::optional<failure> {
      if (null)
        return failure{errc::null_handle,
                       "retry '" + name
                         + "': the function that judges values is null"};
      return vigil::check(policy, name);
    };
    auto check = [good](compat::mailbox_element& x) -> std::optional<bool> {
      const auto* value = compat::get_if<T>(x);
      if (value == nullptr)
        return std::nullopt;
      try {
        return good(*value);
      } catch (...) {
        return false;
      }
    };
    return with_layer("retry", std::move(wrong),
                      detail::retry_layer(std::move(policy), {check}));
  }

  /// Refuses calls while too many fail. `on_event` is told of every move and
  /// every refusal; see `breaker_core::listener`.
  [[nodiscard]] guard_builder
  breaker(breaker_policy policy, breaker_core::listener on_event = {}) const {
    auto result = *this;
    auto home = std::make_shared<detail::breaker_home>(name_of("breaker"),
                                                       std::move(policy));
    result.home_ = home;
    detail::breaker_options options;
    options.on_event = std::move(on_event);
    result.layers_.push_back(
      {"breaker",
       [home](const std::string& name) {
         return vigil::check(home->policy(), name);
       },
       [home, options](caf::actor_system& sys, const std::string&,
                       caf::strong_actor_ptr target) {
         return detail::start_breaker(sys, home, options, std::move(target));
       }});
    return result;
  }

  /// Bounds how many calls are under way at a time. A call that is never
  /// answered keeps its place, so put a `timeout` behind it.
  [[nodiscard]] guard_builder bulkhead(bulkhead_policy policy) const {
    auto check = [policy](const std::string& name) {
      return detail::check_bulkhead_layer(policy, name);
    };
    return with_layer("bulkhead", std::move(check),
                      detail::bulkhead_layer(std::move(policy)));
  }

  /// Bounds how many messages a time may bring.
  [[nodiscard]] guard_builder rate_limit(rate_limit_policy policy) const {
    return with_rate_limit(std::move(policy), false);
  }

  /// Bounds how many messages a time may bring from each sender.
  [[nodiscard]] guard_builder
  rate_limit_by_sender(rate_limit_policy policy) const {
    return with_rate_limit(std::move(policy), true);
  }

  /// Answers calls that take longer with `errc::timeout`. What the target says
  /// later is dropped.
  [[nodiscard]] guard_builder timeout(any_duration limit) const {
    auto check = [limit](const std::string& name) {
      return vigil::check(time_limit_policy{limit}, name);
    };
    return with_layer("timeout", std::move(check),
                      detail::time_limit_layer(limit));
  }

  /// Asks another actor where what stands behind this answers with an error.
  template <class Other>
  requires caf::is_handle<Other>::value [[nodiscard]] guard_builder
  fallback(Other other) const {
    static_assert(compat::handle_fits_v<Other, Handle>,
                  "vigil: a fallback has to understand all that the target "
                  "understands; give an actor of the target's interface");
    return with_fallback(other == nullptr ? "the actor is null" : "",
                         [other](caf::actor_system&) {
                           return caf::actor_cast<caf::strong_actor_ptr>(other);
                         });
  }

  /// Asks handlers instead, which run in an actor of their own.
  template <class F, class... Fs>
    requires(!caf::is_handle<F>::value)
  [[nodiscard]] guard_builder fallback(F f, Fs... fs) const {
    const auto null = detail::is_null(f) || (detail::is_null(fs) || ...);
    return with_fallback(
      null ? "a handler is null" : "",
      detail::fallback_maker<Handle>(std::move(f), std::move(fs)...));
  }

  /// Returns what looks into the breaker; fails with `errc::not_found` if no
  /// breaker was named.
  [[nodiscard]] result<breaker_control> control() const {
    if (home_ == nullptr)
      return failure{errc::not_found, "guard '" + name_ + "' has no breaker"};
    return detail::access::make<breaker_control>(home_);
  }

  /// Returns what is wrong with a guard or the target, or nothing. `start`
  /// asks, and so does the start of a tree, before anything runs.
  [[nodiscard]] std::optional<failure> check() const {
    if (target_ == nullptr)
      return failure{errc::null_handle,
                     "guard '" + name_ + "': the target is null"};
    for (const auto& x : layers_)
      if (auto wrong = x.check(name_of(x.kind)))
        return wrong;
    return std::nullopt;
  }

  /// Starts the guards without a supervisor, or tells what is wrong with one.
  [[nodiscard]] result<Handle> start(caf::actor_system& sys) const {
    if (auto wrong = check())
      return *std::move(wrong);
    auto next = caf::actor_cast<caf::strong_actor_ptr>(target_);
    for (auto i = layers_.rbegin(); i != layers_.rend(); ++i) {
      auto made = i->make(sys, name_of(i->kind), std::move(next));
      if (!made)
        return made.error();
      next = std::move(made).value();
    }
    return caf::actor_cast<Handle>(std::move(next));
  }

  /// Makes one incarnation; for `vigil::child`.
  result<Handle> operator()(caf::actor_system& sys) const {
    return start(sys);
  }

private:
  struct layer {
    const char* kind;
    detail::layer_check check;
    detail::layer_maker make;
  };

  [[nodiscard]] std::string name_of(const char* kind) const {
    return name_ + '/' + kind;
  }

  [[nodiscard]] guard_builder with_layer(const char* kind,
                                         detail::layer_check check,
                                         detail::layer_maker make) const {
    auto result = *this;
    result.layers_.push_back({kind, std::move(check), std::move(make)});
    return result;
  }

  [[nodiscard]] guard_builder with_rate_limit(rate_limit_policy policy,
                                              bool by_sender) const {
    auto check = [policy](const std::string& name) {
      return vigil::check(policy, name);
    };
    return with_layer("rate_limit", std::move(check),
                      detail::rate_limit_layer(std::move(policy), by_sender));
  }

  /// `mistake` says what is wrong, or nothing.
  template <class Make>
  [[nodiscard]] guard_builder with_fallback(std::string mistake,
                                            Make make) const {
    auto check = [mistake = std::move(mistake)](
                   const std::string& name) -> std::optional<failure> {
      if (mistake.empty())
        return std::nullopt;
      return failure{errc::null_handle, "fallback '" + name + "': " + mistake};
    };
    return with_layer("fallback", std::move(check),
                      detail::fallback_layer(std::move(make)));
  }

  Handle target_;
  std::string name_;
  std::vector<layer> layers_;
  std::shared_ptr<detail::breaker_home> home_;
};

/// Puts guards before an actor; `name` is in what they say when they refuse.
template <class Handle>
[[nodiscard]] guard_builder<Handle> guard(Handle target,
                                          std::string name = "guard") {
  static_assert(caf::is_handle<Handle>::value,
                "vigil: guard(target) takes the handle of an actor");
  return {std::move(target), std::move(name)};
}

/// Puts a bulkhead before an actor.
template <class Handle>
[[nodiscard]] guard_builder<Handle> bulkhead(std::string name, Handle target,
                                             bulkhead_policy policy) {
  return guard(std::move(target), std::move(name)).bulkhead(std::move(policy));
}

/// Puts a rate limiter before an actor.
template <class Handle>
[[nodiscard]] guard_builder<Handle>
rate_limiter(std::string name, Handle target, rate_limit_policy policy) {
  return guard(std::move(target), std::move(name))
    .rate_limit(std::move(policy));
}

/// Has failed calls to an actor made again.
template <class Handle>
[[nodiscard]] guard_builder<Handle> retry(std::string name, Handle target,
                                          retry_policy policy) {
  return guard(std::move(target), std::move(name)).retry(std::move(policy));
}

/// Limits the time that calls to an actor may take.
template <class Handle>
[[nodiscard]] guard_builder<Handle>
time_limiter(std::string name, Handle target, any_duration limit) {
  return guard(std::move(target), std::move(name)).timeout(limit);
}

} // namespace vigil
