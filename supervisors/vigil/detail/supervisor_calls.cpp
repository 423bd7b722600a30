#include <vigil/detail/supervisor_actor.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

supervisor_actor::behavior_type supervisor_actor::make_behavior() {
  return {
    [this](call::start_child& x) {
      return start_child(std::move(x.definition));
    },
    [this](call::terminate_child& x) -> caf::result<void> {
      auto id = remember(reply_kind::nothing, x.id);
      auto promise = calls_[id].promise;
      core_.terminate_child(id, x.id, now());
      if (auto child = core_.find(x.id))
        sync(child->uid);
      attend();
      return promise;
    },
    [this](call::restart_child& x) -> caf::result<child_info> {
      auto id = remember(reply_kind::info, x.id);
      auto promise = calls_[id].promise;
      core_.restart_child(id, x.id, now());
      attend();
      return promise;
    },
    [this](call::delete_child& x) -> caf::result<void> {
      auto id = remember(reply_kind::nothing, x.id);
      auto promise = calls_[id].promise;
      core_.delete_child(id, x.id, now());
      attend();
      return promise;
    },
    [this](call::which_children) { return list_children(*cell_); },
    [this](call::count_children) { return detail::count_children(*cell_); },
    [this](call::which_child& x) { return info_call(x.id); },
    [this](call::get_child_spec& x) -> caf::result<child_spec> {
      if (auto cell = cell_of(x.id))
        return cell->spec;
      return to_caf(unknown(x.id));
    },
    [this](call::take_snapshot) { return detail::take_snapshot(*cell_); },
    [this](call::stop) -> caf::result<stop_report> {
      if (core_.down())
        return stop_report{};
      auto promise = make_response_promise();
      stoppers_.push_back(promise);
      core_.stop({}, false, now());
      attend();
      return promise;
    },
  };
}

call_id supervisor_actor::remember(reply_kind kind, std::string id) {
  const auto result = ++last_call_;
  calls_.emplace(result,
                 pending_call{make_response_promise(), kind, std::move(id)});
  return result;
}

// Many children of a dynamic supervisor may be made from one description.
caf::result<child_info> supervisor_actor::start_child(child_definition x) {
  if (cell_->spec.dynamic)
    x.spec.id += '#' + std::to_string(++last_serial_);
  if (auto wrong = check_factory(x, cell_->path + '/' + x.spec.id))
    return to_caf(*wrong);
  auto id = remember(reply_kind::info, x.spec.id);
  auto promise = calls_[id].promise;
  if (auto uid = core_.start_child(id, x.spec, now()); uid != 0)
    add_entry(uid, x);
  attend();
  return promise;
}

caf::result<child_info> supervisor_actor::info_call(const std::string& id) {
  if (auto cell = cell_of(id))
    return info_of(*cell);
  return to_caf(unknown(id));
}

failure supervisor_actor::unknown(const std::string& id) const {
  return {errc::not_found, "the supervisor has no child of that id",
          cell_->path + '/' + id};
}

child_cell_ptr supervisor_actor::cell_of(const std::string& id) const {
  return cell_->find(id);
}

// -- without a message --------------------------------------------------------

child_info info_of(const child_cell& x) {
  return {
    x.spec.id,   x.path(),       x.state.load(std::memory_order_relaxed),
    x.spec.kind, x.spec.restart, x.incarnation.load(std::memory_order_relaxed),
    x.handle()};
}

std::vector<child_info> list_children(const supervisor_cell& x) {
  auto cells = x.children();
  std::vector<child_info> result;
  result.reserve(cells.size());
  std::transform(cells.rbegin(), cells.rend(), std::back_inserter(result),
                 [](const auto& cell) { return info_of(*cell); });
  return result;
}

child_counts count_children(const supervisor_cell& x) {
  child_counts result;
  if (auto pool = x.pool.lock()) {
    result.specs = result.workers = pool->size();
    result.active = pool->active();
  }
  for (const auto& cell : x.children()) {
    ++result.specs;
    if (cell->state == child_state::running)
      ++result.active;
    if (cell->spec.kind == child_kind::supervisor)
      ++result.supervisors;
    else
      ++result.workers;
  }
  return result;
}

} // namespace vigil::detail
