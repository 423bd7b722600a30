#pragma once

#include <vigil/child_key.hpp>
#include <vigil/count.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/base/child_settings.hpp>
#include <vigil/detail/static/definition.hpp>
#include <vigil/mixed_dynamic_ref.hpp>

#include <memory>
#include <string>
#include <utility>

namespace vigil {

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
  using handle_type = mixed_dynamic_ref;
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

  /// Refuses to have more children than that; with 0 to start any. Restarting
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
    return {std::make_shared<child_spec>(this->as_child()),
            detail::make_supervisor_factory(std::move(mine)),
            typeid(mixed_dynamic_ref), detail::tag_of<Key>()};
  }

  detail::supervisor_definition definition_;
};

/// Describes a dynamic supervisor whose children have specs of their own.
[[nodiscard]] inline auto dynamic_supervisor(std::string id) {
  return mixed_dynamic_builder<>{std::move(id)};
}

/// Describes such a dynamic supervisor with a key.
template <fixed_string Id>
[[nodiscard]] auto dynamic_supervisor(child_key<mixed_dynamic_ref, Id>) {
  return mixed_dynamic_builder<child_key<mixed_dynamic_ref, Id>>{
    std::string{Id.view()}};
}

} // namespace vigil
