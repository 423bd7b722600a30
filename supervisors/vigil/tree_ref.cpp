#include <vigil/caf.hpp>
#include <vigil/detail/child/child_context.hpp>
#include <vigil/detail/child/running.hpp>
#include <vigil/detail/state/child_path.hpp>
#include <vigil/detail/static/child_calls.hpp>
#include <vigil/internal/static/call_supervisor.hpp>
#include <vigil/internal/static/definition_parts.hpp>
#include <vigil/internal/static/tree_owner.hpp>
#include <vigil/tree_ref.hpp>

#include <utility>

namespace vigil {

namespace detail {

namespace {

child_cell_ptr find_key(const supervisor_definition& definition,
                        const supervisor_cell& cell, key_tag key) {
  for (const auto& child : definition.children) {
    auto found = cell.find(child.spec->id);
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

} // namespace

child_cell_ptr child_of_key(const tree_owner& x, key_tag key) {
  return find_key(*x.definition, *x.cell, key);
}

result<std::shared_ptr<tree_owner>>
start_tree(caf::actor_system& sys, supervisor_definition_ptr definition) {
  auto owner = make_tree(sys, std::move(definition));
  if (owner)
    if (auto up = bring_up(*owner.value()); !up)
      return up.error();
  return owner;
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
                   "inside an actor, monitor the tree's handle instead",
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
  if (!running())
    return failure{errc::supervisor_down, {}, owner_->cell->path};
  auto cell = find_with_ids(path);
  if (!cell)
    return cell.error();
  return detail::start_child_in(*cell.value(), std::move(x), timeout);
}

template <class T, class Call>
result<T> tree_ref::call_child(std::string_view path,
                               any_duration timeout) const {
  const auto& root = *owner_->cell;
  if (!running())
    return failure{errc::supervisor_down, {}, root.path};
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
