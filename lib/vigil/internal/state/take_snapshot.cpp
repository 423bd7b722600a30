#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/state/take_snapshot.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

namespace {

duration uptime(time_point now, child_state state, duration::rep up_since) {
  // A child whose first incarnation waits for its first message has not come
  // up.
  if (state != child_state::running || up_since == 0)
    return duration::zero();
  const auto since = time_point{duration{up_since}};
  return std::max(time_between(since, now), duration::zero());
}

void fill(tree_snapshot::row& row, const supervisor_cell& x, time_point now) {
  row.kind = child_kind::supervisor;
  row.strategy = x.spec.strategy;
  row.budget = x.spec.intensity;
  row.budget_used = x.window->used(now);
}

void append_children(tree_snapshot& to, const supervisor_cell& from,
                     std::size_t parent);

void append_child(tree_snapshot& to, const child_cell& x, std::size_t parent) {
  auto row = row_of(x, x.spec.id, to.taken_at);
  row.parent = parent;
  row.depth = to.rows[parent].depth + 1;
  if (x.spec.health)
    row.health = x.health.load(std::memory_order_relaxed);
  if (x.nested != nullptr)
    fill(row, *x.nested, to.taken_at);
  to.rows.push_back(std::move(row));
  if (x.nested != nullptr)
    append_children(to, *x.nested, to.rows.size() - 1);
}

// A dynamic supervisor may have a million children: some will do.
constexpr std::size_t sample_size = 16;

void append_sample(tree_snapshot& to, const population_base& from,
                   std::size_t parent) {
  std::vector<tree_snapshot::row> rows;
  from.sample(sample_size, to.taken_at, rows);
  for (auto& row : rows) {
    row.parent = parent;
    row.depth = to.rows[parent].depth + 1;
    to.rows.push_back(std::move(row));
  }
  to.rows[parent].dynamic_children = from.size();
}

void append_children(tree_snapshot& to, const supervisor_cell& from,
                     std::size_t parent) {
  if (auto population = from.population.lock())
    append_sample(to, *population, parent);
  const auto children = from.children();
  const auto size = to.rows.size() + children.size();
  // At least twice as many, as the vector does by itself.
  if (to.rows.capacity() < size)
    to.rows.reserve(std::max(size, 2 * to.rows.capacity()));
  for (const auto& child : children)
    append_child(to, *child, parent);
}

// Parents stand before their children.
void pass_health_up(std::vector<tree_snapshot::row>& rows) {
  for (auto i = rows.size(); i-- > 1;)
    if (const auto below = rows[i].health) {
      auto& above = rows[rows[i].parent].health;
      above = above ? worse(*above, *below) : *below;
    }
}

} // namespace

tree_snapshot::row row_of(const child_record& x, std::string id,
                          time_point now) {
  tree_snapshot::row row;
  row.id = std::move(id);
  row.path = x.path();
  row.kind = x.spec.kind;
  row.restart = x.spec.restart;
  row.state = x.state.load(std::memory_order_relaxed);
  row.incarnation = x.incarnation.load(std::memory_order_relaxed);
  row.restarts = x.restarts.load(std::memory_order_relaxed);
  row.messages_lost = x.messages_lost.load(std::memory_order_relaxed);
  row.last_failure = x.last_failure();
  row.uptime
    = uptime(now, row.state, x.up_since.load(std::memory_order_relaxed));
  return row;
}

tree_snapshot take_snapshot(const supervisor_cell& root) {
  tree_snapshot result;
  result.taken_at = root.tree->last_now();
  tree_snapshot::row row;
  row.id = root.spec.id;
  row.path = root.path;
  row.state = root.state.load(std::memory_order_relaxed);
  row.incarnation = 1;
  row.last_failure = root.failures.last(root.path);
  row.uptime = uptime(result.taken_at, row.state,
                      root.up_since.load(std::memory_order_relaxed));
  fill(row, root, result.taken_at);
  result.rows.push_back(std::move(row));
  append_children(result, root, 0);
  pass_health_up(result.rows);
  return result;
}

} // namespace vigil::detail
