#include <vigil/internal/static/definition_parts.hpp>
#include <vigil/internal/static/supervisor_actor.hpp>

#include <memory>
#include <utility>

namespace vigil::detail {

supervisor_actor::child_entry&
supervisor_actor::add_entry(child_uid child, shared_spec spec,
                            const child_definition& x) {
  auto cell = std::make_shared<child_cell>(std::move(spec), child, cell_,
                                           x.handle_type);
  cell->nested = x.factory->make_nested(*cell);
  auto port = x.factory->make_port(cell);
  auto& result = entries_[child];
  result.cell = std::move(cell);
  result.port = std::move(port);
  result.probe = x.probe;
  // The same place in the tree: its incarnations are counted on, and what an
  // earlier one has to say is about an earlier one.
  if (const auto i = earlier_.find(child); i != earlier_.end()) {
    result.cell->incarnation.store(i->second, std::memory_order_relaxed);
    result.left_behind = i->second;
  }
  return result;
}

void supervisor_actor::reveal(child_entry& x) {
  if (std::exchange(x.shown, true))
    return;
  x.cell->window = core_.find(x.cell->uid)->budget;
  cell_->add(x.cell);
}

supervisor_actor::child_entry* supervisor_actor::entry(child_uid child) {
  auto i = entries_.find(child);
  return i != entries_.end() ? &i->second : nullptr;
}

void supervisor_actor::sync(child_uid child) {
  auto* x = entry(child);
  auto view = core_.find(child);
  if (x == nullptr || !view)
    return;
  x->cell->state.store(view->state, std::memory_order_relaxed);
  if (view->state == child_state::starting)
    x->cell->stops_for_good(false);
  else if (view->state == child_state::stopping)
    x->cell->stops_for_good(!view->planned);
  else if (view->state == child_state::stopped && !view->planned)
    x->cell->vanish();
  if (x->cell->spec.health)
    check_health(*x, view->state);
}

void supervisor_actor::check_health(const child_entry& x, child_state state) {
  if (state != child_state::running)
    health_.end(x.cell->uid);
  else if (const auto at = health_.begin(x.cell, x.probe))
    wake_at(health_wake_, *at);
}

void supervisor_actor::sync_all() {
  for (const auto& [uid, child] : entries_)
    sync(uid);
}

// A static child that was forgotten comes back. What is made of a description
// may be copies of what is the user's.
supervisor_actor::child_entry* supervisor_actor::remade(child_uid child) {
  std::optional<failure> why;
  if (auto node = unmade_.extract(child); !node.empty()) {
    why = std::move(node.mapped());
  } else {
    const auto& definition = definition_->children[child - 1];
    why = caught([&] { add_entry(child, spec_for(definition), definition); });
    if (why)
      why->path = cell_->path + '/' + definition.spec->id;
  }
  if (why)
    core_.start_failed(child, std::move(*why), now());
  return entry(child);
}

void supervisor_actor::forget_all() {
  for (auto& [uid, child] : entries_)
    child.port->forget(context());
  remains_ = {std::exchange(entries_, {}), cell_->take_all()};
}

void supervisor_actor::clear_away() {
  for (auto& [uid, child] : remains_.entries)
    child.cell->handle(nullptr);
  remains_ = {};
}

} // namespace vigil::detail
