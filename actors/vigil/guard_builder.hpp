#pragma once

#include <vigil/breaker_control.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/detail/guard/breaker_home.hpp>
#include <vigil/detail/guard/fallback.hpp>
#include <vigil/detail/guard/guard_chain.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace vigil {

/// Guards before an actor, on their way: made by `vigil::guard`.
///
/// A call meets the guards in the order in which they are named: the first
/// stands outermost, the last next to the target; a response comes back the
/// other way. So in `guard(x).retry(…).breaker(…).timeout(…)` each attempt asks
/// the breaker, and a call that takes too long is a failure for the breaker.
///
/// Pass it to `vigil::child` to have the guards supervised, or `start` them.
/// Every setter returns a changed copy. Each layer takes its policy first, then
/// functions that judge values, where it has a use for them; what layers do is
/// told to one listener, `on_event`. Guards hold back requests; other messages
/// pass, except where a breaker is open, a rate limiter has no permit or a
/// layer of one's own refuses them.
///
/// @tparam Handle the type of the target's handle, and of the guarded one
template <class Handle>
class guard_builder {
public:
  using handle_type = Handle;

  guard_builder(std::string name, Handle target)
    : chain_(std::move(name)), target_(std::move(target)) {
    // nop
  }

  // -- layers -----------------------------------------------------------------

  /// Makes failed calls again.
  [[nodiscard]] guard_builder retry(retry_policy policy) const {
    return with(
      detail::retry_layer(name_of("retry"), std::move(policy), {}, {}));
  }

  /// Also makes calls again whose one value is a `T` for which `good(const T&)`
  /// is false. An exception from it counts as false. Takes several types, and a
  /// function for each.
  template <class... Ts, class... Fs>
    requires(sizeof...(Fs) > 0 && sizeof...(Ts) == sizeof...(Fs))
  [[nodiscard]] guard_builder retry(retry_policy policy, Fs... good) const {
    static_assert((std::is_invocable_r_v<bool, Fs&, const Ts&> && ...),
                  "vigil: retry<T>(policy, good) takes a function from "
                  "const T& to bool");
    return with(
      detail::retry_layer(name_of("retry"), std::move(policy),
                          {detail::judge_values<Ts>(good, false)...},
                          null_setting("a function that judges values",
                                       (detail::is_null(good) || ...))));
  }

  template <class F>
  [[nodiscard]] guard_builder retry(retry_policy, F) const {
    static_assert(sizeof(F) == 0,
                  "vigil: a judge needs the type of the values that it "
                  "judges: write retry<T>(policy, good)");
    return *this;
  }

  /// Refuses calls while too many fail. A guard has one at most. Copies of the
  /// builder that are made from here on have the same breaker: if several are
  /// started, the calls of all count, and all are refused; what it does is told
  /// to the listener of each that runs, once.
  [[nodiscard]] guard_builder breaker(breaker_policy policy) const {
    return with_breaker(std::move(policy), {});
  }

  /// Also judges responses whose one value is a `T`: `judge(const T&)` returns
  /// a `call_outcome`; it runs in the thread of who answers. An exception from
  /// it counts as a failure. Takes several types, and a function for each.
  template <class... Ts, class... Fs>
    requires(sizeof...(Fs) > 0 && sizeof...(Ts) == sizeof...(Fs))
  [[nodiscard]] guard_builder breaker(breaker_policy policy,
                                      Fs... judge) const {
    static_assert((std::is_invocable_r_v<call_outcome, Fs&, const Ts&> && ...),
                  "vigil: breaker<T>(policy, judge) takes a function from "
                  "const T& to vigil::call_outcome");
    detail::breaker_options options;
    options.judges
      = {detail::judge_values<Ts>(judge, call_outcome::failure)...};
    options.nulls = null_setting("a function that judges values",
                                 (detail::is_null(judge) || ...));
    return with_breaker(std::move(policy), std::move(options));
  }

  template <class F>
    requires(!std::is_convertible_v<F, breaker_core::listener>)
  [[nodiscard]] guard_builder breaker(breaker_policy, F) const {
    static_assert(sizeof(F) == 0,
                  "vigil: a judge needs the type of the values that it "
                  "judges: write breaker<T>(policy, judge)");
    return *this;
  }

  /// Goes in 0.3: `on_event` takes a listener for all layers.
  [[deprecated("use breaker(policy) and on_event(f)"), nodiscard]] guard_builder
  breaker(breaker_policy policy, breaker_core::listener on_event) const {
    detail::breaker_options options;
    if (on_event)
      options.on_event
        = std::make_shared<const breaker_core::listener>(std::move(on_event));
    return with_breaker(std::move(policy), std::move(options));
  }

  /// Bounds how many calls are under way at a time. A call that is never
  /// answered keeps its place, so put a `timeout` behind it.
  [[nodiscard]] guard_builder bulkhead(bulkhead_policy policy) const {
    return with(detail::bulkhead_layer(name_of("bulkhead"), std::move(policy)));
  }

  /// Bounds how many messages a time may bring.
  [[nodiscard]] guard_builder rate_limit(rate_limit_policy policy) const {
    return with(detail::rate_limit_layer(name_of("rate_limit"),
                                         std::move(policy), false));
  }

  /// Bounds how many messages a time may bring from each sender.
  [[nodiscard]] guard_builder
  rate_limit_by_sender(rate_limit_policy policy) const {
    return with(
      detail::rate_limit_layer(name_of("rate_limit"), std::move(policy), true));
  }

  /// Answers calls that take longer with `errc::timeout`. What the target says
  /// later is dropped.
  [[nodiscard]] guard_builder timeout(any_duration limit) const {
    return with(detail::time_limit_layer(name_of("timeout"), limit));
  }

  /// Asks another actor where what stands behind this answers with an error.
  template <class Other>
  requires caf::is_handle<Other>::value [[nodiscard]] guard_builder
  fallback(Other other) const {
    static_assert(compat::handle_fits_v<Other, Handle>,
                  "vigil: a fallback has to understand all that the target "
                  "understands; give an actor of the target's interface");
    return with(
      detail::fallback_layer(name_of("fallback"), detail::fallback_actor(other),
                             null_setting("the actor", other == nullptr)));
  }

  /// Asks handlers instead, which run in an actor of their own.
  template <class F, class... Fs>
    requires(!caf::is_handle<F>::value)
  [[nodiscard]] guard_builder fallback(F f, Fs... fs) const {
    auto null = null_setting("a handler", detail::is_null(f)
                                            || (detail::is_null(fs) || ...));
    return with(detail::fallback_layer(
      name_of("fallback"),
      detail::fallback_maker<Handle>(std::move(f), std::move(fs)...),
      std::move(null)));
  }

  /// Adds a layer of one's own. `make()` returns a `std::unique_ptr` to what is
  /// derived from `guard_layer`, for each start; the layer's name is that of
  /// the guard and `name`.
  template <class F>
  [[nodiscard]] guard_builder layer(std::string_view name, F make) const {
    using made = std::unique_ptr<guard_layer>;
    static_assert(std::is_null_pointer_v<F> || std::is_invocable_r_v<made, F&>,
                  "vigil: layer(name, make) takes a function that returns a "
                  "std::unique_ptr to a class derived from "
                  "vigil::guard_layer");
    std::function<made()> f;
    if (!detail::is_null(make))
      f = std::move(make);
    return with(detail::user_layer(name_of(name), std::move(f)));
  }

  // -- the chain --------------------------------------------------------------

  /// Tells `f` what all layers do: retries, refusals, time outs, moves of the
  /// breaker, whose own words are in `guard_event::breaker`. `f` runs in the
  /// thread in which it happens, outside of all locks, and must be thread-safe;
  /// an exception from it is ignored. Without it, events cost nothing. A second
  /// call takes the place of the first; a null function is told nothing.
  [[nodiscard]] guard_builder on_event(guard_listener f) const {
    return detail::changed(*this,
                           [&](auto& x) { x.chain_.on_event(std::move(f)); });
  }

  /// Returns what looks into the breaker; fails with `errc::not_found` if no
  /// breaker was named.
  [[nodiscard]] result<breaker_control> control() const {
    if (auto home = chain_.breaker())
      return detail::access::make<breaker_control>(std::move(home));
    return failure{errc::not_found,
                   "guard '" + chain_.name() + "' has no breaker"};
  }

  /// Returns what is wrong with a guard or the target, or nothing. `start`
  /// asks, and so does the start of a tree, before anything runs.
  [[nodiscard]] std::optional<failure> check() const {
    return chain_.check(target_ == nullptr);
  }

  /// Starts the guards without a supervisor, or tells what is wrong with one.
  [[nodiscard]] result<Handle> start(caf::actor_system& sys) const {
    return chain_.start(sys, target_);
  }

  /// Makes one incarnation; for `vigil::child`.
  result<Handle> operator()(caf::actor_system& sys) const {
    return start(sys);
  }

private:
  [[nodiscard]] std::string name_of(std::string_view kind) const {
    return chain_.name_of(kind);
  }

  [[nodiscard]] static detail::null_settings null_setting(const char* what,
                                                          bool is_null) {
    detail::null_settings result;
    result.note(what, is_null);
    return result;
  }

  [[nodiscard]] guard_builder with(detail::layer_spec layer) const {
    return detail::changed(*this,
                           [&](auto& x) { x.chain_.add(std::move(layer)); });
  }

  [[nodiscard]] guard_builder
  with_breaker(breaker_policy policy, detail::breaker_options options) const {
    auto home = std::make_shared<detail::breaker_home>(name_of("breaker"),
                                                       std::move(policy));
    return with(detail::breaker_layer(std::move(home), std::move(options)));
  }

  detail::guard_chain chain_;
  Handle target_;
};

} // namespace vigil
