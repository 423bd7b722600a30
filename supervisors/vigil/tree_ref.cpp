#include <vigil/detail/blocking_call.hpp>
#include <vigil/detail/child_path.hpp>
#include <vigil/detail/guarded.hpp>
#include <vigil/detail/tree_owner.hpp>
#include <vigil/tree_ref.hpp>

#include <new>
#include <utility>

namespace vigil {

namespace detail {

// -- tree_owner ---------------------------------------------------------------

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
  if (auto wrong = check(*definition, definition->spec.id))
    return *wrong;
  const auto& path = definition->spec.id;
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

result<std::shared_ptr<tree_owner>>
start_tree(caf::actor_system& sys, supervisor_definition_ptr definition) {
  auto owner = make_tree(sys, std::move(definition));
  if (owner)
    if (auto up = bring_up(*owner.value()); !up)
      return up.error();
  return owner;
}

child_cell_ptr find_key(const supervisor_definition& definition,
                        const supervisor_cell& cell, key_tag key) {
  for (const auto& child : definition.children) {
    auto found = cell.find(child.spec.id);
    if (found == nullptr)
      continue;
    if (child.key == key)
      return found;
    if (const auto* nested = nested_definition(*child.factory))
      if (auto below = find_key(*nested, *found->nested, key))
        return below;
  }
  return nullptr;
}

child_cell_ptr child_of_key(const tree_owner& x, key_tag key) {
  return find_key(*x.definition, *x.cell, key);
}

} // namespace detail

// -- tree_ref -----------------------------------------------------------------

tree_ref::tree_ref(std::shared_ptr<detail::tree_owner> owner)
  : tree_view(owner->cell), owner_(std::move(owner)) {
  // nop
}

supervisor_handle tree_ref::handle() const {
  return owner_->root;
}

event_stream& tree_ref::events() const noexcept {
  return owner_->tree->events;
}

result<void> tree_ref::terminate_child(std::string_view path,
                                       any_duration timeout) const {
  return call_child<void, call::terminate_child>(path, timeout);
}

result<child_info> tree_ref::restart_child(std::string_view path,
                                           any_duration timeout) const {
  return call_child<child_info, call::restart_child>(path, timeout);
}

result<void> tree_ref::delete_child(std::string_view path,
                                    any_duration timeout) const {
  return call_child<void, call::delete_child>(path, timeout);
}

result<stop_report> tree_ref::stop(any_duration timeout) const {
  if (!running())
    return stop_report{};
  if (detail::waits_for_itself(*owner_->tree, owner_->cell->path))
    return detail::would_wait_for_itself(owner_->cell->path);
  auto report = detail::blocking_call<stop_report>(
    *owner_->tree, owner_->root, owner_->cell->path, timeout, call::stop{});
  if (!report && report.error().code == errc::supervisor_down)
    return stop_report{};
  return report;
}

result<void> tree_ref::wait() const {
  if (running() && detail::waits_for_itself(*owner_->tree, owner_->cell->path))
    return detail::would_wait_for_itself(owner_->cell->path);
  if (running() && detail::must_not_wait_for(*owner_->tree))
    return failure{errc::would_block,
                   "an actor of the tree would wait for itself",
                   owner_->cell->path};
  auto& end = *owner_->end;
  if (running()) {
    auto& sys = owner_->tree->system;
    const auto& path = owner_->cell->path;
    compat::test_driver driver{sys};
    if (driver.active())
      do
        driver.run();
      while (running() && driver.skip_time());
    if (driver.active() && running())
      return failure{errc::timeout, "virtual time has nothing more to do",
                     path};
  }
  std::unique_lock guard{end.mutex};
  end.changed.wait(guard, [&] { return end.ended; });
  if (end.why)
    return *end.why;
  return success();
}

result<detail::started_cell> tree_ref::call_start(std::string_view path,
                                                  call::start_child x,
                                                  any_duration timeout) const {
  auto cell = find_with_ids(path);
  if (!cell)
    return cell.error();
  return detail::start_child_in(*cell.value(), std::move(x), timeout);
}

template <class T, class Call>
result<T> tree_ref::call_child(std::string_view path,
                               any_duration timeout) const {
  const auto& root = *owner_->cell;
  auto place = detail::place_of(root, path);
  if (!place)
    return place.error();
  auto& [above, child, id] = place.value();
  if (id.empty())
    return detail::no_child_of_itself(root);
  // The supervisor reads the id as a path, which would name itself.
  if (child == nullptr && above == nullptr && id == root.path)
    return failure{errc::not_found, "no child of that id",
                   root.path + '/' + id};
  return detail::call_supervisor<T>(above != nullptr ? *above->nested : root,
                                    Call{std::move(id)}, timeout);
}

} // namespace vigil
