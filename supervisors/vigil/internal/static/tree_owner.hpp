#pragma once

#include <vigil/detail/static/definition.hpp>
#include <vigil/internal/static/supervisor_actor.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace vigil::detail {

/// Keeps a tree until the last `tree_ref` to it is gone, and learns its end.
struct tree_owner {
  tree_owner(caf::actor_system& sys, supervisor_definition_ptr definition);
  ~tree_owner();
  tree_owner(const tree_owner&) = delete;
  tree_owner& operator=(const tree_owner&) = delete;

  /// Shared with the hook on the root's end, which may outlive the owner.
  struct end_state {
    std::mutex mutex;
    std::condition_variable changed;
    // Guarded by mutex.
    bool ended = false;
    std::optional<failure> why;
  };

  void watch_end();

  std::shared_ptr<tree_context> tree;
  supervisor_definition_ptr definition;
  supervisor_cell_ptr cell;
  supervisor_handle root;
  std::shared_ptr<end_state> end = std::make_shared<end_state>();
};

/// Makes the root of a tree that has no mistake in its specs.
[[nodiscard]] result<std::shared_ptr<tree_owner>>
make_tree(caf::actor_system& sys, supervisor_definition_ptr definition);

/// Brings it up, and waits until it is.
[[nodiscard]] result<void> bring_up(const tree_owner& x);

} // namespace vigil::detail
