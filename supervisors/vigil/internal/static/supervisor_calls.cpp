#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/child/cell_view.hpp>
#include <vigil/detail/state/child_path.hpp>
#include <vigil/internal/state/take_snapshot.hpp>
#include <vigil/internal/static/definition_parts.hpp>
#include <vigil/internal/static/supervisor_actor.hpp>
#include <vigil/mail.hpp>

#include <utility>

namespace vigil::detail {

// A path may lead to a child of a supervisor below: that one answers then.
template <class T, class Call, class F>
caf::result<T> supervisor_actor::call_child(Call& x, F here) {
  auto place = place_of(*cell_, x.id);
  if (!place)
    return to_caf(place.error());
  auto& [above, child, id] = place.value();
  if (id.empty() && !x.id.empty())
    return to_caf(no_child_of_itself(*cell_));
  if (above == nullptr)
    return here(id);
  auto to = caf::actor_cast<supervisor_handle>(above->nested->actor);
  if (!to)
    return to_caf({errc::supervisor_down, {}, above->path()});
  return vigil::mail(this, Call{std::move(id)}).delegate(to);
}

supervisor_actor::behavior_type supervisor_actor::make_behavior() {
  return {
    [this](call::start_child& x) {
      return start_child(access::state(std::move(x)));
    },
    [this](call::terminate_child& x) -> caf::result<void> {
      return call_child<void>(
        x, [this](const std::string& id) { return terminate_child(id); });
    },
    [this](call::restart_child& x) -> caf::result<child_info> {
      return call_child<child_info>(
        x, [this](const std::string& id) { return restart_child(id); });
    },
    [this](call::delete_child& x) -> caf::result<void> {
      return call_child<void>(
        x, [this](const std::string& id) { return delete_child(id); });
    },
    [this](call::which_children) { return list_children(*cell_); },
    [this](call::count_children) { return detail::count_children(*cell_); },
    [this](call::which_child& x) -> caf::result<child_info> {
      auto cell = child_at(*cell_, x.id);
      if (!cell)
        return to_caf(cell.error());
      return info_of(*cell.value());
    },
    [this](call::get_child_spec& x) -> caf::result<child_spec> {
      auto cell = child_at(*cell_, x.id);
      if (!cell)
        return to_caf(cell.error());
      return cell.value()->spec;
    },
    [this](call::take_snapshot) { return detail::take_snapshot(*cell_); },
    [this](call::stop) { return stop_for_caller(); },
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
    rename(x, x.spec->id + '#' + std::to_string(++last_serial_));
  if (auto wrong = check_factory(x, cell_->path + '/' + x.spec->id))
    return to_caf(*wrong);
  auto id = remember(reply_kind::info, x.spec->id);
  auto promise = calls_[id].promise;
  const auto spec = spec_for(x);
  if (auto uid = core_.start_child(id, spec, now()); uid != 0)
    if (auto why = caught([&] { add_entry(uid, spec, x); })) {
      why->path = cell_->path + '/' + x.spec->id;
      unmade_.emplace(uid, std::move(*why));
    }
  attend();
  return promise;
}

caf::result<void> supervisor_actor::terminate_child(const std::string& id) {
  const auto call = remember(reply_kind::nothing, id);
  auto promise = calls_[call].promise;
  core_.terminate_child(call, id, now());
  if (auto child = core_.find(id))
    sync(child->uid);
  attend();
  return promise;
}

caf::result<child_info> supervisor_actor::restart_child(const std::string& id) {
  const auto call = remember(reply_kind::info, id);
  auto promise = calls_[call].promise;
  core_.restart_child(call, id, now());
  attend();
  return promise;
}

caf::result<void> supervisor_actor::delete_child(const std::string& id) {
  const auto call = remember(reply_kind::nothing, id);
  auto promise = calls_[call].promise;
  core_.delete_child(call, id, now());
  attend();
  return promise;
}

} // namespace vigil::detail
