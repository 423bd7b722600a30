#pragma once

#include <vigil/child_key.hpp>
#include <vigil/count.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/base/child_settings.hpp>
#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/population/dynamic_build.hpp>
#include <vigil/detail/population/dynamic_definition.hpp>
#include <vigil/dynamic_ref.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace vigil {

/// A dynamic supervisor on its way into a tree: a supervisor of any number of
/// children of one kind, which come and go at run time. OTP:
/// `simple_one_for_one`; Elixir: `DynamicSupervisor`.
///
/// The settings that it shares with other children are about the supervisor as
/// a child of its parent; those about its children are named `child_…`.
///
/// @tparam Dynamic the `dynamic_ref<…>` or `keyed_dynamic_ref<…>` that refers
/// to it
/// @tparam Key its `child_key`, or `no_key`
/// @tparam Recipe what makes the incarnations of its children
template <class Dynamic, class Key, class Recipe>
class dynamic_builder
  : public child_settings<dynamic_builder<Dynamic, Key, Recipe>> {
public:
  using super = child_settings<dynamic_builder<Dynamic, Key, Recipe>>;
  using handle_type = Dynamic;
  using key_type = Key;

  /// Allows that many restarts of children in any window of that length, all
  /// children together. Default: 3 in 5 s.
  [[nodiscard]] dynamic_builder intensity(any_count max_restarts,
                                          any_duration period) const {
    return detail::changed(*this, [&](auto& self) {
      self.definition_.supervisor.intensity = {max_restarts, period};
    });
  }

  /// Refuses to have more children than that; with 0 to start any. Restarting
  /// ones count.
  [[nodiscard]] dynamic_builder max_children(any_count n) const {
    return detail::changed(
      *this, [&](auto& self) { self.definition_.max_children = n; });
  }

  /// Gives each child its key, with which it can be found: makes a
  /// `keyed_dynamic_ref<K, …>`. `K` has `std::hash` and `==`.
  template <class K>
  [[nodiscard]] auto keyed() const {
    static_assert(!is_child_key_v<Key>,
                  "vigil: keyed<K>() is for dynamic supervisors whose id is "
                  "known at run time; give this one a "
                  "child_key<keyed_dynamic_ref<K, ...>, \"id\">");
    using form = detail::keyed_form<K, Dynamic>;
    return detail::access::make<dynamic_builder<form, Key, Recipe>>(
      this->as_child(), definition_, recipe_);
  }

  /// Runs the actor function of a child inside `start_child`, in the caller's
  /// thread, so that its failure is the result.
  [[nodiscard]] dynamic_builder eager() const {
    return detail::changed(*this,
                           [&](auto& self) { self.definition_.eager = true; });
  }

  // -- what all children have in common ---------------------------------------

  /// Says when a child is restarted. Default: `permanent`.
  [[nodiscard]] dynamic_builder child_restart(restart_policy x) const {
    return detail::changed(
      *this, [&](auto& self) { self.definition_.child.restart = x; });
  }

  /// Refines which ends are abnormal: one for which `f` returns false is clean.
  [[nodiscard]] dynamic_builder
  child_restart_when(std::function<bool(const failure&)> f) const {
    return detail::changed(*this, [&](auto& self) {
      self.definition_.child.null_function = f ? nullptr : "child_restart_when";
      self.definition_.child.restart_when = std::move(f);
    });
  }

  /// Gives each child a budget of its own, beside the common one. A child that
  /// spends it is removed, alone: its siblings and the common budget are not
  /// concerned.
  [[nodiscard]] dynamic_builder child_intensity(any_count max_restarts,
                                                any_duration period) const {
    return detail::changed(*this, [&](auto& self) {
      self.definition_.child.intensity
        = restart_intensity{max_restarts, period};
    });
  }

  /// Says how a child is stopped. Default: 5 s.
  [[nodiscard]] dynamic_builder child_shutdown(shutdown_policy x) const {
    return detail::changed(
      *this, [&](auto& self) { self.definition_.child.shutdown = x; });
  }

  /// Waits before the restart of a child.
  [[nodiscard]] dynamic_builder child_backoff(vigil::backoff x) const {
    return detail::changed(
      *this, [&](auto& self) { self.definition_.child.backoff = x; });
  }

  /// Says what happens to a child's waiting messages at a restart.
  [[nodiscard]] dynamic_builder child_mailbox(mailbox_policy x) const {
    return detail::changed(
      *this, [&](auto& self) { self.definition_.child.mailbox = x; });
  }

private:
  friend class detail::access;

  dynamic_builder(child_spec spec, detail::dynamic_definition definition,
                  Recipe recipe)
    : super(std::move(spec)), definition_(std::move(definition)),
      recipe_(std::move(recipe)) {
    // nop
  }

  /// Returns the description that a parent supervisor works from.
  [[nodiscard]] detail::child_definition definition() const {
    auto mine = definition_;
    mine.make_starter = [recipe = recipe_](bool eager) {
      return detail::make_starter<Dynamic>(recipe, eager);
    };
    mine.no_function = detail::is_null(recipe_.function);
    auto result = detail::define_dynamic(this->as_child(), std::move(mine),
                                         compat::handle_index<handle_type>());
    result.key = detail::tag_of<Key>();
    return result;
  }

  detail::dynamic_definition definition_;
  Recipe recipe_;
};

namespace detail {

template <class Dynamic, class Key, class F, class... Extra>
[[nodiscard]] auto build_dynamic(std::string id, F f, Extra... extra) {
  using traits = recipe_traits<Dynamic, F, Extra...>;
  using recipe = typename traits::type;
  return access::make<dynamic_builder<Dynamic, Key, recipe>>(
    spec_of_supervisor(std::move(id)), dynamic_definition{},
    recipe{std::move(f), std::tuple<Extra...>{std::move(extra)...}});
}

} // namespace detail

/// Describes a dynamic supervisor whose children are made by `f` from arguments
/// of the types `Args`.
///
/// `extra` are arguments that all children have in common: `f` gets copies of
/// them before the child's own, in each incarnation. OTP: the arguments of the
/// child spec; Elixir: `extra_arguments`.
template <class Handle, class... Args, class F, class... Extra>
[[nodiscard]] auto dynamic_supervisor(std::string id, F f, Extra... extra) {
  return detail::build_dynamic<dynamic_ref<Handle, Args...>, no_key>(
    std::move(id), std::move(f), std::move(extra)...);
}

/// Without types, nobody knows what `start_child` takes and returns.
template <auto... None, class F, class... Extra>
  requires(sizeof...(None) == 0)
void dynamic_supervisor(std::string, F, Extra...) {
  static_assert(sizeof(F) == 0,
                "vigil: a dynamic supervisor needs the handle of its children "
                "and the types of their arguments: write "
                "dynamic_supervisor<Handle, Args...>(id, f, extra...)");
}

/// Describes a dynamic supervisor with a key, which says whether its children
/// have keys too: `child_key<dynamic_ref<H, Args...>, "id">` or
/// `child_key<keyed_dynamic_ref<K, H, Args...>, "id">`.
template <class Dynamic, fixed_string Id, class F, class... Extra>
[[nodiscard]] auto dynamic_supervisor(child_key<Dynamic, Id>, F f,
                                      Extra... extra) {
  return detail::build_dynamic<Dynamic, child_key<Dynamic, Id>>(
    std::string{Id.view()}, std::move(f), std::move(extra)...);
}

} // namespace vigil
