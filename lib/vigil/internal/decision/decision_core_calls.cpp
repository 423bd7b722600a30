#include <vigil/internal/decision/decision_core.hpp>

#include <type_traits>
#include <utility>

namespace vigil::detail {

namespace {

const char* advice(errc why) {
  switch (why) {
    case errc::already_started:
      return "a child of that id is running";
    case errc::already_present:
      return "restart_child starts it, delete_child forgets it";
    case errc::not_found:
      return "the supervisor has no such child";
    case errc::child_running:
      return "terminate_child stops it";
    case errc::child_restarting:
      return "terminate_child cancels that";
    default:
      return "";
  }
}

} // namespace

// -- what is asked ------------------------------------------------------------

child_uid decision_core::start_child(call_id call, child_spec spec,
                                     time_point now) {
  if (down_ || stopping()) {
    refuse(call, down_ ? errc::supervisor_down : errc::supervisor_stopping,
           spec.id, now);
    return 0;
  }
  if (auto mistake = check(spec, spec_, path_of(spec.id))) {
    reply(call, std::move(*mistake));
    return 0;
  }
  if (children_.size() >= spec_.max_children) {
    reply(call,
          failure{errc::max_children,
                  "the limit is " + std::to_string(spec_.max_children), path_});
    return 0;
  }
  if (coming_up()) {
    kept_.emplace_back(kept_start{call, ++last_uid_, std::move(spec)});
    return last_uid_;
  }
  if (const auto conflict = conflict_of(spec.id)) {
    refuse(call, *conflict, spec.id, now);
    return 0;
  }
  launch(call, ++last_uid_, std::move(spec));
  return last_uid_;
}

void decision_core::terminate_child(call_id call, std::string_view id,
                                    time_point now) {
  auto* x = target(call, id, &decision_core::terminate_child, now);
  if (x == nullptr)
    return;
  const auto uid = x->uid;
  if (!stopping())
    take_out(*x, now);
  if (x->active()) {
    x->waiters.push_back(call);
    if (!stopping() && x->state != child_state::stopping)
      begin_stop(*x, now);
    return;
  }
  const auto group_waits = waits_for(*x);
  settle(*x);
  if (!stopping())
    release(*x, now);
  if (group_waits)
    cancel_group(now);
  reply(call, uid);
  if (group_waits)
    replay(now);
}

void decision_core::restart_child(call_id call, std::string_view id,
                                  time_point now) {
  auto* x = target(call, id, &decision_core::restart_child, now);
  if (x == nullptr || !is_idle(*x, call, now))
    return;
  x->called_by = start_call::restart_child;
  x->call = call;
  begin_start(*x);
}

void decision_core::delete_child(call_id call, std::string_view id,
                                 time_point now) {
  auto* x = target(call, id, &decision_core::delete_child, now);
  if (x == nullptr || !is_idle(*x, call, now))
    return;
  const auto uid = x->uid;
  forget(*x);
  reply(call, uid);
}

// -- parts of calls -----------------------------------------------------------

core_child* decision_core::target(call_id call, std::string_view id,
                                  call_function run, time_point now) {
  auto* x = node(id);
  if (coming_up())
    kept_.emplace_back(kept_call{run, call, std::string{id}});
  else if (down_)
    refuse(call, errc::supervisor_down, id, now);
  else if (stopping() && run != &decision_core::terminate_child)
    refuse(call, errc::supervisor_stopping, id, now);
  else if (x == nullptr)
    refuse(call, errc::not_found, id, now);
  else
    return x;
  return nullptr;
}

void decision_core::take_out(core_child& x, time_point now) {
  x.planned = false;
  x.doomed = false;
  x.left_out = restarts_group();
  x.start_error.reset();
  x.ailment.reset();
  if (x.called_by != start_call::none)
    reply_to_start(x, stopped_early(x, now));
}

bool decision_core::is_idle(const core_child& x, call_id call, time_point now) {
  if (x.active())
    refuse(call, errc::child_running, x.spec.id, now);
  else if (x.planned || x.state == child_state::restarting)
    refuse(call, errc::child_restarting, x.spec.id, now);
  else
    return true;
  return false;
}

std::optional<errc> decision_core::conflict_of(std::string_view id) {
  const auto* x = node(id);
  if (x == nullptr)
    return std::nullopt;
  return x->active() ? errc::already_started : errc::already_present;
}

void decision_core::launch(call_id call, child_uid uid, child_spec spec) {
  auto& x = insert(uid, std::move(spec), true);
  x.called_by = start_call::start_child;
  x.call = call;
  begin_start(x);
}

void decision_core::refuse(call_id call, errc why, std::string_view id,
                           time_point now) {
  const auto* x = node(id);
  const auto comes_back
    = why == errc::already_present && x != nullptr
      && (x->planned || x->state == child_state::restarting);
  // Both calls that the advice names are refused until its restart is over.
  reply(call, failure_of(why,
                         comes_back ? "it is being restarted; terminate_child "
                                      "cancels that"
                                    : advice(why),
                         id, now));
}

// -- what has to wait ---------------------------------------------------------

void decision_core::keep(core_child& x, child_exit how) {
  x.kept_exit = ++last_ticket_;
  kept_.emplace_back(kept_exit{x.uid, x.kept_exit, std::move(how)});
}

core_child* decision_core::kept_child(const kept_exit& x) {
  auto* result = node(x.child);
  return result != nullptr && result->kept_exit == x.ticket ? result : nullptr;
}

void decision_core::replay(time_point now) {
  for (auto n = kept_.size(); n > 0 && !kept_.empty(); --n) {
    auto x = std::move(kept_.front());
    kept_.pop_front();
    std::visit([&](auto& y) { replay_one(y, now); }, x);
  }
}

void decision_core::replay_one(kept_exit& x, time_point now) {
  if (auto* child = kept_child(x)) {
    child->kept_exit = 0;
    ended(*child, std::move(x.how), now);
  }
}

void decision_core::replay_one(kept_start& x, time_point now) {
  if (const auto conflict = conflict_of(x.spec.id)) {
    refuse(x.call, *conflict, x.spec.id, now);
    emit(action::forget_child{x.child});
  } else {
    launch(x.call, x.child, std::move(x.spec));
  }
}

void decision_core::replay_one(kept_call& x, time_point now) {
  (this->*x.run)(x.call, x.id, now);
}

void decision_core::drop_kept(time_point now) {
  for (auto& x : std::exchange(kept_, {}))
    std::visit([&](auto& y) { drop_one(y, now); }, x);
}

void decision_core::drop_one(kept_exit& x, time_point) {
  if (auto* child = kept_child(x))
    settle(*child);
}

void decision_core::drop_one(kept_start& x, time_point now) {
  refuse(x.call, errc::supervisor_stopping, x.spec.id, now);
  emit(action::forget_child{x.child});
}

void decision_core::drop_one(kept_call& x, time_point now) {
  refuse(x.call, errc::supervisor_stopping, x.id, now);
}

} // namespace vigil::detail
