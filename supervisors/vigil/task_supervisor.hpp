#pragma once

#include <vigil/child_key.hpp>
#include <vigil/count.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/base/child_settings.hpp>
#include <vigil/tasks_ref.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace vigil {

/// A task supervisor on its way into a tree. Elixir: `Task.Supervisor`.
///
/// The settings that it shares with other children are about the supervisor as
/// a child of its parent; the others are about its tasks.
///
/// @tparam Key its `child_key<vigil::tasks_ref, …>`, or `no_key`
template <class Key = no_key>
class task_supervisor_builder
  : public child_settings<task_supervisor_builder<Key>> {
public:
  using super = child_settings<task_supervisor_builder<Key>>;
  using handle_type = tasks_ref;
  using key_type = Key;

  explicit task_supervisor_builder(std::string id)
    : super(detail::spec_of_supervisor(std::move(id))) {
    // nop
  }

  /// Allows that many restarts of `start_child` tasks in any window of that
  /// length, all tasks together. Default: 3 in 5 s.
  [[nodiscard]] task_supervisor_builder intensity(any_count max_restarts,
                                                  any_duration period) const {
    return detail::changed(*this, [&](auto& self) {
      self.settings_.supervisor.intensity = {max_restarts, period};
    });
  }

  /// Refuses to have more tasks than that at a time.
  [[nodiscard]] task_supervisor_builder max_children(any_count n) const {
    return detail::changed(
      *this, [&](auto& self) { self.settings_.max_children = n; });
  }

  /// Says how long tasks get when the supervisor stops. Default: 5 s.
  [[nodiscard]] task_supervisor_builder
  task_shutdown(shutdown_policy how) const {
    return detail::changed(*this,
                           [&](auto& self) { self.settings_.shutdown = how; });
  }

  /// Says how many threads there may be for work that blocks. Default: 4.
  [[nodiscard]] task_supervisor_builder blocking_threads(any_count n) const {
    return detail::changed(
      *this, [&](auto& self) { self.settings_.blocking_threads = n; });
  }

  /// Says how many tasks may wait for one of those threads. Default: 1024.
  [[nodiscard]] task_supervisor_builder blocking_queue(any_count n) const {
    return detail::changed(
      *this, [&](auto& self) { self.settings_.blocking_queue = n; });
  }

private:
  friend class detail::access;

  /// Returns the description that a parent supervisor works from.
  [[nodiscard]] detail::child_definition definition() const {
    auto result
      = detail::define_tasks(this->as_child(), settings_, typeid(tasks_ref));
    result.key = detail::tag_of<Key>();
    return result;
  }

  detail::task_settings settings_;
};

/// Describes a task supervisor.
[[nodiscard]] inline auto task_supervisor(std::string id) {
  return task_supervisor_builder<>{std::move(id)};
}

/// Describes a task supervisor with a key.
template <class Handle, fixed_string Id>
[[nodiscard]] auto task_supervisor(child_key<Handle, Id>) {
  static_assert(std::is_same_v<Handle, tasks_ref>,
                "vigil: the key of a task supervisor is a "
                "child_key<vigil::tasks_ref, ...>");
  return task_supervisor_builder<child_key<Handle, Id>>{std::string{Id.view()}};
}

} // namespace vigil
