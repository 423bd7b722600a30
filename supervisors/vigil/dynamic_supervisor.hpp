#pragma once

#include <vigil/child_key.hpp>
#include <vigil/child_settings.hpp>
#include <vigil/detail/child_traits.hpp>
#include <vigil/detail/dynamic_definition.hpp>
#include <vigil/detail/dynamic_host.hpp>
#include <vigil/result.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

namespace vigil {

/// Refers to a running dynamic supervisor: starts and stops its children.
///
/// Look it up by key (`tree[key]`, with `child_key<dynamic<H, Args...>, "id">`)
/// or by path (`tree.find<dynamic<H, Args...>>("id")`). It stays valid over
/// restarts of the supervisor, which end all children. Thread-safe; may be used
/// in actors, except for `terminate_child`, which blocks.
template <class Handle, class... Args>
class dynamic {
public:
  dynamic() = default;

  explicit dynamic(const detail::child_cell& x) : pool_(detail::pool_of(x)) {
    // nop
  }

  /// Starts a child in the calling thread, without a message to the supervisor.
  ///
  /// The actor function runs with the child's first message, or right here if
  /// the supervisor was built with `eager()`. Fails with `errc::max_children`,
  /// `errc::supervisor_down`, `errc::supervisor_stopping`, and, if eager,
  /// `errc::start_failed`. O(1).
  [[nodiscard]] result<Handle> start_child(Args... xs) const {
    using front = detail::dynamic_front<Args...>;
    const auto* starter = static_cast<const front*>(pool_->front());
    auto child = starter->start(pool_, std::move(xs)...);
    if (!child)
      return child.error();
    return caf::actor_cast<Handle>(std::move(child).value());
  }

  /// Stops a child and waits until it is gone. Fails with `errc::not_found` if
  /// the handle is of no running child of this supervisor. Blocks: not for use
  /// inside an actor.
  result<void> terminate_child(const Handle& child,
                               duration timeout
                               = detail::dynamic_timeout) const {
    return detail::terminate_dynamic(
      *pool_, caf::actor_cast<caf::strong_actor_ptr>(child), timeout);
  }

  /// Returns the number of children, restarting ones included. O(1).
  [[nodiscard]] std::size_t size() const noexcept {
    return pool_->size();
  }

  /// Returns the handles of all children, in no particular order. O(n).
  [[nodiscard]] std::vector<Handle> children() const {
    std::vector<Handle> result;
    for (auto& child : pool_->children())
      result.push_back(caf::actor_cast<Handle>(child));
    return result;
  }

private:
  std::shared_ptr<detail::dynamic_pool> pool_;
};

/// A dynamic supervisor on its way into a tree: a supervisor of any number of
/// children of one kind, which come and go at run time. OTP:
/// `simple_one_for_one`; Elixir: `DynamicSupervisor`.
///
/// The settings that it shares with other children are about the supervisor as
/// a child of its parent; those about its children are named `child_…`.
///
/// @tparam Dynamic the `dynamic<…>` that refers to it
/// @tparam Key its `child_key`, or `no_key`
template <class Dynamic, class Key = no_key>
class dynamic_builder : public child_settings<dynamic_builder<Dynamic, Key>> {
public:
  using super = child_settings<dynamic_builder<Dynamic, Key>>;
  using handle_type = Dynamic;
  using key_type = Key;

  dynamic_builder(child_spec spec, detail::dynamic_definition definition)
    : super(std::move(spec)), definition_(std::move(definition)) {
    // nop
  }

  /// Allows that many restarts of children in any window of that length, all
  /// children together. Default: 3 in 5 s.
  [[nodiscard]] dynamic_builder intensity(std::uint32_t max_restarts,
                                          duration period) const {
    return changed([&](auto& x) {
      x.supervisor.intensity = {max_restarts, period};
    });
  }

  /// Refuses to have more children than that.
  [[nodiscard]] dynamic_builder max_children(std::size_t n) const {
    return changed([&](auto& x) { x.max_children = n; });
  }

  /// Says when a child is restarted. Default: `permanent`.
  [[nodiscard]] dynamic_builder child_restart(restart_policy x) const {
    return changed([&](auto& y) { y.child.restart = x; });
  }

  /// Says how a child is stopped. Default: 5 s.
  [[nodiscard]] dynamic_builder child_shutdown(shutdown_policy x) const {
    return changed([&](auto& y) { y.child.shutdown = x; });
  }

  [[nodiscard]] dynamic_builder child_backoff(vigil::backoff x) const {
    return changed([&](auto& y) { y.child.backoff = x; });
  }

  [[nodiscard]] dynamic_builder child_mailbox(mailbox_policy x) const {
    return changed([&](auto& y) { y.child.mailbox = x; });
  }

  /// Runs the actor function of a child inside `start_child`, in the caller's
  /// thread, so that its failure is the result.
  [[nodiscard]] dynamic_builder eager() const {
    return changed([](auto& x) { x.eager = true; });
  }

  [[nodiscard]] detail::child_definition definition() const {
    auto result = detail::define_dynamic(this->as_child(), definition_,
                                         typeid(handle_type));
    if constexpr (is_child_key_v<Key>)
      result.key = detail::tag_of<Key>();
    return result;
  }

private:
  template <class F>
  [[nodiscard]] dynamic_builder changed(F f) const {
    auto result = *this;
    f(result.definition_);
    return result;
  }

  detail::dynamic_definition definition_;
};

namespace detail {

template <class Key, class Handle, class... Args, class F>
[[nodiscard]] auto build_dynamic(std::string id, F f) {
  static_assert(has_signature<F>,
                "vigil: the children of a dynamic supervisor are made by an "
                "actor function; give the parameters of a generic lambda their "
                "types");
  using base = typename caf::infer_handle_from_fun<F>::impl;
  using made = typename caf::infer_handle_from_fun<F>::type;
  static_assert(!std::is_base_of_v<caf::blocking_actor, base>,
                "vigil: the children of a dynamic supervisor are event-driven; "
                "start blocking ones with start_child of a supervisor");
  static_assert(compat::handle_fits_v<made, Handle>,
                "vigil: the actor function does not fit the dynamic "
                "supervisor: it makes actors of another interface than the "
                "handle type");
  static_assert(
    std::is_invocable_v<F&, base*,
                        Args&&...> || std::is_invocable_v<F&, Args&&...>,
    "vigil: the actor function cannot be called with the argument "
    "types of the dynamic supervisor");
  dynamic_definition definition;
  definition.make_front = [f = std::move(f)](bool eager) {
    using impl = dynamic_front_of<base, F, Args...>;
    std::shared_ptr<const dynamic_front<Args...>> front
      = std::make_shared<impl>(f, eager);
    return std::shared_ptr<const void>{std::move(front)};
  };
  child_spec spec;
  spec.id = std::move(id);
  spec.kind = child_kind::supervisor;
  spec.shutdown = infinity;
  return dynamic_builder<dynamic<Handle, Args...>, Key>{std::move(spec),
                                                        std::move(definition)};
}

} // namespace detail

/// Describes a dynamic supervisor whose children are made by `f` from arguments
/// of the types `Args`.
template <class Handle, class... Args, class F>
[[nodiscard]] auto dynamic_supervisor(std::string id, F f) {
  return detail::build_dynamic<no_key, Handle, Args...>(std::move(id),
                                                        std::move(f));
}

/// Describes a dynamic supervisor with a key.
template <class Handle, class... Args, fixed_string Id, class F>
[[nodiscard]] auto dynamic_supervisor(child_key<dynamic<Handle, Args...>, Id>,
                                      F f) {
  using key = child_key<dynamic<Handle, Args...>, Id>;
  return detail::build_dynamic<key, Handle, Args...>(std::string{Id.view()},
                                                     std::move(f));
}

} // namespace vigil
