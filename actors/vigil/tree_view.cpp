#include <vigil/detail/child/cell_view.hpp>
#include <vigil/detail/state/child_path.hpp>
#include <vigil/internal/state/take_snapshot.hpp>
#include <vigil/tree_view.hpp>

#include <utility>

namespace vigil {

tree_view::tree_view(std::weak_ptr<const detail::supervisor_cell> root)
  : root_(std::move(root)) {
  // nop
}

result<tree_view::supervisor_ptr> tree_view::root() const {
  if (auto x = root_.lock())
    return x;
  return failure{errc::supervisor_down, "there is no tree any more"};
}

supervisor_handle tree_view::handle() const {
  const auto x = root_.lock();
  return x != nullptr ? caf::actor_cast<supervisor_handle>(x->actor)
                      : supervisor_handle{};
}

tree_snapshot tree_view::snapshot() const {
  const auto x = root_.lock();
  return x != nullptr ? detail::take_snapshot(*x) : tree_snapshot{};
}

result<std::vector<child_info>>
tree_view::which_children(std::string_view path) const {
  auto cell = find_with_ids(path);
  if (!cell)
    return cell.error();
  return detail::list_children(*cell.value());
}

result<child_counts> tree_view::count_children(std::string_view path) const {
  auto cell = find_supervisor(path);
  if (!cell)
    return cell.error();
  return detail::count_children(*cell.value());
}

result<child_info> tree_view::which_child(std::string_view path) const {
  auto cell = find_cell(path);
  if (!cell)
    return cell.error();
  return detail::info_of(*cell.value());
}

result<child_spec> tree_view::get_child_spec(std::string_view path) const {
  auto cell = find_cell(path);
  if (!cell)
    return cell.error();
  return cell.value()->spec;
}

std::shared_ptr<event_stream> tree_view::events() const {
  const auto x = root_.lock();
  return x != nullptr ? std::shared_ptr<event_stream>{x->tree, &x->tree->events}
                      : nullptr;
}

bool tree_view::running() const {
  const auto x = root_.lock();
  return x != nullptr && !x->tree->has_ended();
}

result<detail::child_cell_ptr>
tree_view::find_cell(std::string_view path) const {
  auto from = root();
  if (!from)
    return from.error();
  return detail::child_at(*from.value(), path);
}

result<tree_view::supervisor_ptr>
tree_view::find_supervisor(std::string_view path) const {
  auto from = root();
  if (!from)
    return from;
  auto cell = detail::supervisor_at(*from.value(), path);
  if (!cell)
    return cell.error();
  return cell.value() != nullptr ? supervisor_ptr{std::move(cell).value()}
                                 : std::move(from).value();
}

result<tree_view::supervisor_ptr>
tree_view::find_with_ids(std::string_view path) const {
  auto cell = find_supervisor(path);
  if (cell && !cell.value()->population.expired())
    return detail::has_no_ids(*cell.value());
  return cell;
}

} // namespace vigil
