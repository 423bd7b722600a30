#include <vigil/caf.hpp>
#include <vigil/detail/base/guarded.hpp>
#include <vigil/internal/state/unprepared.hpp>
#include <vigil/internal/static/blocking_call.hpp>
#include <vigil/internal/static/definition_parts.hpp>
#include <vigil/internal/static/tree_owner.hpp>
#include <vigil/tree_ref.hpp>

#include <new>
#include <utility>

namespace vigil::detail {

tree_owner::tree_owner(caf::actor_system& sys, supervisor_definition_ptr x)
  : tree(std::make_shared<tree_context>(sys)), definition(std::move(x)),
    cell(std::make_shared<supervisor_cell>(definition->spec,
                                           definition->spec.id, tree)) {
  auto ptr
    = compat::spawn_counted<supervisor_actor>(sys, definition, cell, nullptr);
  cell->actor = caf::actor_cast<caf::weak_actor_ptr>(ptr);
  tree->root = cell;
  root = caf::actor_cast<supervisor_handle>(ptr);
}

namespace {

void send_root(const supervisor_handle& root, caf::exit_reason why) {
  compat::send_exit(caf::actor_cast<caf::strong_actor_ptr>(root), nullptr,
                    caf::make_error(why));
}

// Nobody else drives virtual time once the last reference is gone, and the end
// of the actor system waits for the tree.
// Returns whether it was driven, and has not ended all the same.
bool outlasts_a_day(const tree_context& tree) {
  compat::test_driver driver{tree.system};
  if (!driver.active())
    return false;
  const auto late = time_after(driver.now(), std::chrono::hours{24});
  do
    driver.run();
  while (!tree.has_ended() && driver.now() < late && driver.skip_time());
  return !tree.has_ended();
}

} // namespace

// After the end, there may be no actor system any more.
tree_owner::~tree_owner() {
  if (tree->has_ended())
    return;
  send_root(root, caf::exit_reason::user_shutdown);
  if (!outlasts_a_day(*tree))
    return;
  send_root(root, caf::exit_reason::kill);
  static_cast<void>(outlasts_a_day(*tree));
}

void tree_owner::watch_end() {
  auto tell
    = [state = end, all = tree](const caf::error& reason, compat::context*) {
        all->end();
        std::lock_guard guard{state->mutex};
        state->ended = true;
        if (exit_kind_of(reason) == exit_kind::abnormal)
          state->why = to_failure(reason);
        state->changed.notify_all();
      };
  compat::watch(caf::actor_cast<caf::strong_actor_ptr>(root), std::move(tell));
}

result<std::shared_ptr<tree_owner>>
make_tree(caf::actor_system& sys, supervisor_definition_ptr definition) {
  const auto& path = definition->spec.id;
  // What it is to a supervisor may stay when it is started alone.
  supervisor_spec any;
  any.auto_shutdown = auto_shutdown::any_significant;
  if (auto wrong = check(definition->own, any, path))
    return *wrong;
  if (auto wrong = check(*definition, path))
    return *wrong;
  if (auto why = unprepared(path))
    return *std::move(why);
  return guarded_result(path, [&]() -> result<std::shared_ptr<tree_owner>> {
    try {
      auto owner = std::make_shared<tree_owner>(sys, definition);
      owner->watch_end();
      return owner;
    } catch (const std::bad_alloc&) {
      return failure{errc::start_failed, "there is not enough memory", path};
    }
  });
}

result<void> bring_up(const tree_owner& x) {
  return blocking_call<void>(*x.tree, caf::actor_cast<caf::actor>(x.root),
                             x.cell->path, duration::max(),
                             start_tree_request{});
}

} // namespace vigil::detail
