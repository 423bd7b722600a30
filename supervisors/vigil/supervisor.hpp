#pragma once

#include <vigil/child.hpp>
#include <vigil/count.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/supervisor_ref.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace vigil {

/// A supervisor on its way into a tree: made by `vigil::supervisor`.
///
/// Like all builders a value: each setting returns a changed copy. It can be
/// started as a root, as often as you like, or become a child of another.
///
/// @tparam Own the keys of its own children
/// @tparam Below the keys further down
/// @tparam Key its own `child_key`, or `no_key`
template <class Own = key_list<>, class Below = key_list<>, class Key = no_key>
class supervisor_builder
  : public child_settings<supervisor_builder<Own, Below, Key>> {
public:
  using super = child_settings<supervisor_builder<Own, Below, Key>>;
  using handle_type = supervisor_handle;
  using key_type = Key;
  using keys = detail::append_keys_t<Own, Below>;

  explicit supervisor_builder(std::string id)
    : super(detail::spec_of_supervisor(id)) {
    definition_.spec.id = std::move(id);
  }

  // -- settings ---------------------------------------------------------------

  /// Says which children a restart concerns. Default: `one_for_one`.
  [[nodiscard]] supervisor_builder strategy(restart_strategy x) const {
    return detail::changed(
      *this, [&](auto& self) { self.definition_.spec.strategy = x; });
  }

  /// Allows that many restarts in any window of that length. Default: 3 in 5 s.
  [[nodiscard]] supervisor_builder intensity(any_count max_restarts,
                                             any_duration period) const {
    return detail::changed(*this, [&](auto& self) {
      self.definition_.spec.intensity = {max_restarts, period};
    });
  }

  /// Ends the supervisor with its significant children. Default: `never`.
  [[nodiscard]] supervisor_builder auto_shutdown(vigil::auto_shutdown x) const {
    return detail::changed(
      *this, [&](auto& self) { self.definition_.spec.auto_shutdown = x; });
  }

  // -- children ---------------------------------------------------------------

  /// Adds a supervisor as a child.
  template <class O, class B, class K>
  [[nodiscard]] auto child(const supervisor_builder<O, B, K>& x) const {
    check_key<K>();
    using own = detail::append_keys_t<Own, K>;
    using below = detail::append_keys_t<detail::append_keys_t<Below, O>, B>;
    return added<own, below>(detail::access::definition(x));
  }

  /// Adds a child of any other kind after those that are there: a worker, a
  /// dynamic, task or partition supervisor, a pool, a broker.
  template <detail::describes_child T>
  [[nodiscard]] auto child(const T& x) const {
    using key = typename T::key_type;
    check_key<key>();
    return added<detail::append_keys_t<Own, key>, Below>(
      detail::access::definition(x));
  }

  template <class... Ts>
  [[nodiscard]] supervisor_builder child(const Ts&...) const {
    static_assert(sizeof...(Ts) > sizeof...(Ts),
                  "vigil: child(...) of a supervisor takes what "
                  "vigil::child(...) or vigil::supervisor(...) makes, as in "
                  "child(vigil::child(id, f)); a builder has an id already");
    return *this;
  }

  /// Adds all children of a range, whose ids are known at run time.
  template <class Range>
  [[nodiscard]] supervisor_builder children(const Range& xs) const {
    using builder = std::remove_cvref_t<decltype(*std::begin(xs))>;
    static_assert(detail::describes_child<builder>,
                  "vigil: children(range) takes a range of what "
                  "vigil::child(...) or vigil::supervisor(...) makes");
    static_assert(!is_child_key_v<typename builder::key_type>,
                  "vigil: children(range) is for ids known at run time; add "
                  "a child that has a key with child(...)");
    auto result = *this;
    for (const auto& x : xs)
      result.definition_.children.push_back(detail::access::definition(x));
    return result;
  }

  /// Adds `n` children with the ids `"worker-0"`, `"worker-1"` and so on, if
  /// `id` is `"worker"`.
  ///
  /// `f` and `xs` are what `vigil::child(id, f, xs...)` takes; or `f` is a
  /// callable that returns what `vigil::child(…)` makes for an id and an index,
  /// both of which it gets. What that throws is a mistake that the start tells.
  template <class F, class... Ts>
  [[nodiscard]] supervisor_builder children(const std::string& id, any_count n,
                                            F f, Ts... xs) const {
    static_assert(detail::keeps_no_tree<F, Ts...>::value);
    auto result = *this;
    auto& to = result.definition_;
    if (!to.mistake)
      to.mistake = detail::check_children(n, detail::is_null(f), id);
    if (to.mistake)
      return result;
    to.mistake = detail::caught([&] {
      for (std::size_t i = 0; i < n; ++i) {
        auto name = id + '-' + std::to_string(i);
        if constexpr (detail::describes_indexed<F>)
          to.children.push_back(
            detail::access::definition(f(std::move(name), i)));
        else
          to.children.push_back(detail::access::definition(
            vigil::child(std::move(name), f, xs...)));
      }
    });
    if (to.mistake)
      to.mistake->path = id;
    return result;
  }

  // -- use --------------------------------------------------------------------

  /// Starts the tree in `sys` and waits until all static children are up.
  ///
  /// On failure, what was started has been stopped in reverse order; the
  /// failure names the child that failed and why. Mistakes in the specs are
  /// found before anything starts. Keep the reference: when its last copy is
  /// gone, the tree is told to stop.
  [[nodiscard]] result<supervisor_ref<keys>>
  start(caf::actor_system& sys) const {
    auto owner = detail::start_tree(sys, tree());
    if (!owner)
      return owner.error();
    return detail::access::make<supervisor_ref<keys>>(std::move(owner).value());
  }

private:
  friend class detail::access;

  supervisor_builder(child_spec spec, detail::supervisor_definition definition)
    : super(std::move(spec)), definition_(std::move(definition)) {
    // nop
  }

  /// Returns the description that a tree is started from.
  [[nodiscard]] detail::supervisor_definition_ptr tree() const {
    auto result = std::make_shared<detail::supervisor_definition>(definition_);
    result->own = this->as_child();
    return result;
  }

  /// Returns the description that a parent supervisor works from.
  [[nodiscard]] detail::child_definition definition() const {
    return {std::make_shared<child_spec>(this->as_child()),
            detail::make_supervisor_factory(tree()),
            compat::handle_index<supervisor_handle>(), detail::tag_of<Key>()};
  }

  template <class, class, class>
  friend class supervisor_builder;

  template <class K>
  static constexpr void check_key() {
    if constexpr (is_child_key_v<K>)
      static_assert(!detail::has_id(Own{}, K::id()),
                    "vigil: two children of one supervisor have the same key "
                    "id: give each child a child_key of its own");
  }

  template <class O, class B>
  [[nodiscard]] auto added(detail::child_definition x) const {
    supervisor_builder<O, B, Key> result{this->as_child(), definition_};
    result.definition_.children.push_back(std::move(x));
    return result;
  }

  detail::supervisor_definition definition_;
};

/// Describes a supervisor.
[[nodiscard]] inline auto supervisor(std::string id) {
  return supervisor_builder<>{std::move(id)};
}

/// Describes a supervisor with a key, to be found as a child of another.
template <class Handle, fixed_string Id>
[[nodiscard]] auto supervisor(child_key<Handle, Id>) {
  static_assert(std::is_same_v<Handle, supervisor_handle>,
                "vigil: the key of a supervisor is a "
                "child_key<vigil::supervisor_handle, ...>");
  using key = child_key<Handle, Id>;
  return supervisor_builder<key_list<>, key_list<>, key>{
    std::string{Id.view()}};
}

} // namespace vigil
