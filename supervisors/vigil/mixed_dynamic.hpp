#pragma once

#include <vigil/child_key.hpp>
#include <vigil/count.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/base/child_settings.hpp>
#include <vigil/detail/child/typed_handle.hpp>
#include <vigil/detail/population/dynamic_definition.hpp>
#include <vigil/detail/static/cell_calls.hpp>
#include <vigil/detail/static/definition.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace vigil {

/// Refers to a running dynamic supervisor whose children have specs of their
/// own. Look it up by key (`child_key<mixed_dynamic, "id">`) or by path.
///
/// Its children are described by what `vigil::child(…)`, `vigil::supervisor(…)`
/// or `vigil::dynamic_supervisor(…)` makes. Their starts go through the
/// supervisor; the calls that start and stop block, so they are not for use
/// inside an actor, where they fail with `errc::would_block`: there, send
/// `vigil::call::start_child` to `handle()`. Otherwise as `dynamic`: valid over
/// restarts of the supervisor, which end all children; thread-safe.
class VIGIL_EXPORT mixed_dynamic {
public:
  mixed_dynamic() = default;

  /// Starts a child, waits until it is up and returns its handle.
  ///
  /// The supervisor appends a number to its id, so that many children can be
  /// made from one description: `"loader"` becomes `"loader#1"`. Fails with
  /// `errc::max_children`, `errc::start_failed`, `errc::ignored`,
  /// `errc::supervisor_stopping`, `errc::supervisor_down` and with what is
  /// wrong with the description.
  template <class Builder>
  result<typename detail::started_child<Builder>::handle_type>
  start_child(const Builder& x,
              any_duration timeout = detail::dynamic_timeout) const {
    if (cell_ == nullptr)
      return detail::no_pool();
    auto child = detail::start_child_in(*cell_, call::start_child{x}, timeout);
    if (!child)
      return child.error();
    return detail::handle_of_started<typename Builder::handle_type>(
      child.value());
  }

  /// Stops a child and waits until it is gone. Fails with `errc::not_found` if
  /// the handle is of no child of this supervisor. O(1).
  template <class Handle>
  result<void> terminate_child(const Handle& child,
                               any_duration timeout
                               = detail::dynamic_timeout) const {
    static_assert(detail::is_child_handle<Handle>,
                  "vigil: terminate_child takes the handle of a child");
    if (cell_ == nullptr)
      return detail::no_pool();
    return detail::terminate_child_in(*cell_, pointer(child), timeout);
  }

  /// Counts the children. O(n).
  [[nodiscard]] child_counts count_children() const {
    return cell_ != nullptr ? detail::count_children(*cell_) : child_counts{};
  }

  /// Lists the children, the newest first. O(n).
  [[nodiscard]] std::vector<child_info> which_children() const {
    return cell_ != nullptr ? detail::list_children(*cell_)
                            : std::vector<child_info>{};
  }

  /// Returns the supervisor as an actor to send `call` messages to; null if it
  /// is gone for good.
  [[nodiscard]] supervisor_handle handle() const {
    if (cell_ == nullptr)
      return {};
    return caf::actor_cast<supervisor_handle>(cell_->actor);
  }

private:
  friend class detail::access;

  explicit mixed_dynamic(const detail::child_cell& x) : cell_(x.nested) {
    // nop
  }

  template <class Handle>
  [[nodiscard]] static caf::strong_actor_ptr pointer(const Handle& x) {
    if constexpr (caf::is_handle<Handle>::value)
      return caf::actor_cast<caf::strong_actor_ptr>(x);
    else
      return caf::actor_cast<caf::strong_actor_ptr>(x.handle());
  }

  detail::supervisor_cell_ptr cell_;
};

/// A dynamic supervisor whose children have specs of their own, on its way into
/// a tree.
///
/// As a `one_for_one` supervisor without static children, except that a child
/// which has ended for good is forgotten whatever its restart policy, and that
/// all children stop at once, each with its own deadline. Elixir:
/// `DynamicSupervisor`.
///
/// @tparam Key its `child_key`, or `no_key`
template <class Key = no_key>
class mixed_dynamic_builder
  : public child_settings<mixed_dynamic_builder<Key>> {
public:
  using super = child_settings<mixed_dynamic_builder<Key>>;
  using handle_type = mixed_dynamic;
  using key_type = Key;

  explicit mixed_dynamic_builder(std::string id)
    : super(detail::spec_of_supervisor(id)) {
    definition_.spec.id = std::move(id);
    definition_.spec.dynamic = true;
  }

  /// Allows that many restarts of children in any window of that length, all
  /// children together. Default: 3 in 5 s.
  [[nodiscard]] mixed_dynamic_builder intensity(any_count max_restarts,
                                                any_duration period) const {
    return detail::changed(*this, [&](auto& self) {
      self.definition_.spec.intensity = {max_restarts, period};
    });
  }

  /// Refuses to have more children than that, which is above zero. Restarting
  /// ones count.
  [[nodiscard]] mixed_dynamic_builder max_children(any_count n) const {
    return detail::changed(
      *this, [&](auto& self) { self.definition_.spec.max_children = n; });
  }

private:
  friend class detail::access;

  /// Returns the description that a parent supervisor works from.
  [[nodiscard]] detail::child_definition definition() const {
    auto mine = std::make_shared<detail::supervisor_definition>(definition_);
    return {this->as_child(), detail::make_supervisor_factory(std::move(mine)),
            typeid(mixed_dynamic), detail::tag_of<Key>()};
  }

  detail::supervisor_definition definition_;
};

/// Describes a dynamic supervisor whose children have specs of their own.
[[nodiscard]] inline auto dynamic_supervisor(std::string id) {
  return mixed_dynamic_builder<>{std::move(id)};
}

/// Describes such a dynamic supervisor with a key.
template <fixed_string Id>
[[nodiscard]] auto dynamic_supervisor(child_key<mixed_dynamic, Id>) {
  return mixed_dynamic_builder<child_key<mixed_dynamic, Id>>{
    std::string{Id.view()}};
}

} // namespace vigil
