#pragma once

#include <vigil/child_key.hpp>
#include <vigil/count.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/base/child_settings.hpp>
#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/health/health_probe.hpp>
#include <vigil/detail/static/child_traits.hpp>
#include <vigil/detail/static/definition.hpp>

#include <memory>
#include <string>
#include <utility>

namespace vigil {

/// A child on its way into a supervisor: made by `vigil::child`.
///
/// @tparam Handle the type of its handle
/// @tparam Key its `child_key`, or `no_key`
template <class Handle, class Key = no_key>
class child_builder : public child_settings<child_builder<Handle, Key>> {
public:
  using super = child_settings<child_builder<Handle, Key>>;
  using handle_type = Handle;
  using key_type = Key;

  /// Gives the child a budget of its own, beside that of its supervisor. If
  /// either is spent, the supervisor gives up.
  [[nodiscard]] child_builder intensity(any_count max_restarts,
                                        any_duration period) const {
    return this->with([&](child_spec& x) {
      x.intensity = restart_intensity{max_restarts, period};
    });
  }

  /// Says what happens to waiting messages at a restart in place: `keep` or
  /// `drop`. Those of a respawned child die with its actor.
  [[nodiscard]] child_builder mailbox(mailbox_policy what) const {
    return this->with([&](child_spec& x) { x.mailbox = what; });
  }

  /// Makes each incarnation a new CAF actor, behind a stable handle.
  [[nodiscard]] child_builder respawn() const {
    return this->with(
      [](child_spec& x) { x.placement = child_placement::respawn; });
  }

  /// As `respawn`, and gives each incarnation a thread of its own.
  [[nodiscard]] child_builder detached() const {
    return this->with(
      [](child_spec& x) { x.placement = child_placement::detached; });
  }

  /// Lets that many messages wait in the gap between two incarnations of a
  /// respawned child; 0 refuses them all. Default: 1024.
  [[nodiscard]] child_builder gap_queue(any_count size) const {
    return this->with([&](child_spec& x) { x.gap_queue = size; });
  }

  /// Has the supervisor look every `interval` whether the child handles
  /// messages, or what its `probe` says. A child that is unhealthy is killed
  /// and restarted, as after a fault. Options: `within(limit)`,
  /// `unhealthy_after(n)`, `healthy_after(n)`, `report_only`.
  template <class... Options>
  [[nodiscard]] child_builder health_check(any_duration interval,
                                           Options... options) const {
    static_assert((health_option<Options> && ...),
                  "vigil: health_check takes an interval and any of "
                  "within(limit), unhealthy_after(n), healthy_after(n) and "
                  "report_only");
    return this->with([&](child_spec& x) {
      auto& policy = x.health.emplace();
      policy.interval = interval;
      (options.apply(policy), ...);
    });
  }

  /// Says what a health check asks: a message of the child's interface, or a
  /// function of its handle. `health` and `bool` answers say how it does, any
  /// other that it is healthy, an error that it is not. An untyped actor has to
  /// answer with `health`. A function runs in the supervisor: it must be quick.
  template <class... Ts>
  [[nodiscard]] child_builder probe(Ts... xs) const {
    static_assert(sizeof...(Ts) > 0 && detail::probes<Handle, Ts...>,
                  "vigil: a probe is a message that the child's interface has "
                  "a handler for, or a function of the child's handle");
    static_assert(detail::keeps_no_tree<Ts...>::value);
    return detail::changed(*this, [&](auto& self) {
      self.probe_ = detail::make_probe<Handle>(std::move(xs)...);
    });
  }

private:
  friend class detail::access;

  child_builder(std::string id, detail::child_factory_ptr factory)
    : super(detail::spec_of_worker(std::move(id))),
      factory_(std::move(factory)) {
    // nop
  }

  /// Returns the description that a supervisor works from.
  [[nodiscard]] detail::child_definition definition() const {
    return {std::make_shared<child_spec>(this->as_child()), factory_,
            compat::handle_index<Handle>(), detail::tag_of<Key>(), probe_};
  }

  detail::child_factory_ptr factory_;
  std::shared_ptr<const detail::health_probe> probe_;
};

/// Describes a child whose id is known at run time.
///
/// `f` is a CAF actor function (untyped, typed, stateful or blocking, with or
/// without a self pointer), called with copies of `xs` for each incarnation; or
/// any callable, with or without a `caf::actor_system&`, that returns a handle
/// or a `result` of one.
template <class F, class... Ts>
  requires(!is_child_key_v<F>)
[[nodiscard]] auto child(std::string id, F f, Ts... xs) {
  using traits = detail::child_traits<F, Ts...>;
  return detail::access::make<child_builder<typename traits::handle_type>>(
    std::move(id), traits::make(std::move(f), std::move(xs)...));
}

/// Describes a child with a key.
template <class Handle, fixed_string Id, class F, class... Ts>
[[nodiscard]] auto child(child_key<Handle, Id>, F f, Ts... xs) {
  using traits = detail::child_traits<F, Ts...>;
  static_assert(compat::handle_fits_v<typename traits::handle_type, Handle>,
                "vigil: the factory does not fit its key: it makes actors of "
                "another interface than the child_key's handle type");
  return detail::access::make<child_builder<Handle, child_key<Handle, Id>>>(
    std::string{Id.view()}, traits::make(std::move(f), std::move(xs)...));
}

/// Describes a child of class `T`, constructed with copies of `xs` for each
/// incarnation.
template <class T, class... Ts>
  requires(!is_child_key_v<T>)
[[nodiscard]] auto child(std::string id, Ts... xs) {
  using traits = detail::class_traits<T, Ts...>;
  return detail::access::make<child_builder<typename traits::handle_type>>(
    std::move(id), traits::make(std::move(xs)...));
}

/// Describes a child of class `T` with a key.
template <class T, class Handle, fixed_string Id, class... Ts>
[[nodiscard]] auto child(child_key<Handle, Id>, Ts... xs) {
  using traits = detail::class_traits<T, Ts...>;
  static_assert(compat::handle_fits_v<typename traits::handle_type, Handle>,
                "vigil: the class does not fit its key: it makes actors of "
                "another interface than the child_key's handle type");
  return detail::access::make<child_builder<Handle, child_key<Handle, Id>>>(
    std::string{Id.view()}, traits::make(std::move(xs)...));
}

} // namespace vigil
