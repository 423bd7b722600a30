#include <vigil/detail/state/child_path.hpp>
#include <vigil/internal/base/path_text.hpp>

#include <utility>

namespace vigil::detail {

namespace {

failure missing(const supervisor_cell& from, std::string_view path,
                const char* text) {
  auto where = from.path;
  where += '/';
  where += path;
  return {errc::not_found, text, std::move(where)};
}

constexpr auto no_such_id = "no child of that id";

result<child_place> walk(const supervisor_cell& from, std::string_view path) {
  child_place result;
  const auto* here = &from;
  for (std::size_t start = 0;;) {
    const auto end = path.find('/', start);
    const auto done = path.substr(0, end);
    const auto id = done.substr(start);
    if (here == nullptr)
      return missing(from, done, "it has no children");
    if (id.empty())
      return missing(from, done, "a path with an empty id: no child has one");
    if (!here->population.expired())
      return has_no_ids(*here);
    auto child = here->find(id);
    if (end == std::string_view::npos) {
      result.child = std::move(child);
      result.id = id;
      return result;
    }
    if (child == nullptr)
      return missing(from, done, no_such_id);
    start = end + 1;
    here = child->nested.get();
    result.above = std::move(child);
  }
}

bool is_there(const result<child_place>& x) {
  return x && (x.value().child != nullptr || x.value().id.empty());
}

} // namespace

result<child_place> place_of(const supervisor_cell& from,
                             std::string_view path) {
  if (path.empty())
    return child_place{};
  const auto below = path_below(path, from.path);
  if (!below)
    return walk(from, path);
  result<child_place> whole = child_place{};
  if (!below->empty())
    whole = walk(from, *below);
  if (is_there(whole) && !below->empty())
    return whole;
  // A child may have the id of its supervisor.
  auto other = walk(from, path);
  if (is_there(other))
    return other;
  // Neither is there: the one that leads farther says more.
  const auto first = path.substr(0, path.find('/'));
  const bool ends_early = !whole && whole.error().code == errc::not_found;
  if (!is_there(whole) && from.find(first) != nullptr && (other || ends_early))
    return other;
  return whole;
}

result<child_cell_ptr> child_at(const supervisor_cell& from,
                                std::string_view path) {
  auto place = place_of(from, path);
  if (!place)
    return place.error();
  if (place.value().id.empty())
    return no_child_of_itself(from);
  if (place.value().child == nullptr)
    return failure{
      errc::not_found, no_such_id,
      (place.value().above != nullptr ? place.value().above->path() : from.path)
        + '/' + place.value().id};
  return std::move(place).value().child;
}

result<supervisor_cell_ptr> supervisor_at(const supervisor_cell& from,
                                          std::string_view path) {
  if (path.empty() || path == from.path)
    return supervisor_cell_ptr{};
  auto child = child_at(from, path);
  if (!child)
    return child.error();
  if (child.value()->nested == nullptr)
    return failure{errc::not_found, "it is no supervisor",
                   child.value()->path()};
  return child.value()->nested;
}

failure has_no_ids(const supervisor_cell& x) {
  return {errc::bad_combination,
          "the children of a dynamic supervisor have no ids: find it as "
          "dynamic_ref<…> and ask that",
          x.path};
}

failure no_child_of_itself(const supervisor_cell& x) {
  return {errc::not_found,
          "it is the supervisor itself and none of its "
          "children: call::stop, or stop() of a tree, ends it",
          x.path};
}

} // namespace vigil::detail
