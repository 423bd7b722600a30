#include <vigil/detail/dynamic_actor.hpp>
#include <vigil/detail/dynamic_record.hpp>
#include <vigil/detail/limit_text.hpp>

#include <utility>

namespace vigil::detail {

dynamic_actor::dynamic_actor(caf::actor_config& cfg,
                             std::shared_ptr<dynamic_pool> pool,
                             supervisor_cell_ptr cell, child_cell_ptr me)
  : dynamic_base(cfg), pool_(std::move(pool)), cell_(std::move(cell)),
    me_(std::move(me)) {
  set_default_handler(caf::drop);
  set_error_handler([](caf::scheduled_actor*, caf::error&) {});
  set_down_handler([](caf::scheduled_actor*, caf::down_msg&) {});
  gate(true);
}

const char* dynamic_actor::name() const {
  return "vigil.dynamic_supervisor";
}

dynamic_actor::behavior_type dynamic_actor::make_behavior() {
  return {
    [this](const call::terminate_handle& x) { return terminate(x.child); },
    [this](call::count_children) { return detail::count_children(*cell_); },
    [this](call::stop) -> caf::result<stop_report> {
      if (phase_ == phase::down)
        return stop_report{};
      auto promise = make_response_promise();
      stoppers_.push_back(promise);
      stop({}, false);
      return promise;
    },
  };
}

// -- what happens -------------------------------------------------------------

compat::verdict dynamic_actor::before(compat::mailbox_element& x) {
  if (const auto* cmd = compat::get_if<host_command>(x)) {
    on_command(cmd->kind);
  } else if (compat::get_if<pool_drained>(x) != nullptr) {
    if ((phase_ == phase::asking || phase_ == phase::killing)
        && pool_->size() == 0)
      went_down();
  } else if (auto* exhausted = compat::get_if<pool_exhausted>(x)) {
    on_exhausted(*exhausted);
  } else if (const auto* dismissed = compat::get_if<pool_dismissed>(x)) {
    if (const auto* record = pool_->find(dismissed->child))
      see_off(*record, dismissed->child);
  } else if (const auto* timer = compat::get_if<core_timer>(x)) {
    on_timer(*timer);
  } else if (const auto* gone = compat::get_if<dynamic_gone>(x)) {
    on_gone(gone->uid);
  } else if (const auto* exit = compat::get_if<caf::exit_msg>(x)) {
    if (exit->reason)
      stop(exit_of(exit->reason), exit->reason == caf::exit_reason::kill);
  } else {
    return compat::verdict::pass;
  }
  return compat::verdict::consumed;
}

bool dynamic_actor::ended() {
  return false;
}

void dynamic_actor::thrown(std::string what, const caf::strong_actor_ptr&,
                           caf::message_id) {
  stop(abnormal({errc::exception, std::move(what), cell_->path}), false);
}

void dynamic_actor::on_command(host_command::what x) {
  switch (x) {
    case host_command::what::start:
      if (phase_ == phase::down)
        return begin_life();
      start_when_down_ = true;
      return stop(abnormal({errc::killed, {}, cell_->path}), true);
    case host_command::what::stop:
      return stop({exit_kind::shutdown, {}, false, {}}, false);
    case host_command::what::kill:
      return stop(abnormal({errc::killed, {}, cell_->path}), true);
    case host_command::what::park:
      return;
    case host_command::what::forget:
      forget_when_down_ = true;
      if (phase_ == phase::down)
        return retire(to_caf({errc::supervisor_down, {}, cell_->path}));
      return stop(abnormal({errc::killed, {}, cell_->path}), true);
  }
}

void dynamic_actor::on_exhausted(pool_exhausted& x) {
  if (phase_ != phase::up)
    return;
  failure why{errc::restart_limit_reached,
              limit_text("a child", cell_->spec.intensity, x.earlier),
              cell_->path};
  why.time = cell_->tree->now();
  auto how = abnormal(why.because(std::move(x.last)));
  if (cell_->tree->events.enabled())
    cell_->tree->events.publish(event{.type = event_type::gave_up,
                                      .time = why.time,
                                      .path = cell_->path,
                                      .exit = how.kind,
                                      .why = how.why});
  stop(std::move(how), false);
}

void dynamic_actor::on_timer(const core_timer& x) {
  if (x.generation == all_timer_) {
    if (phase_ == phase::asking)
      kill_all();
    else if (phase_ == phase::killing)
      leave_behind();
    return;
  }
  auto i = leavers_.find(x.child);
  if (i != leavers_.end() && i->second.timer == x.generation)
    press(i->first, i->second);
}

// -- lives --------------------------------------------------------------------

void dynamic_actor::begin_life() {
  me_->appear();
  me_->incarnation.fetch_add(1, std::memory_order_relaxed);
  me_->came_up(me_->now());
  cell_->window->clear();
  report_ = {};
  phase_ = phase::up;
  pool_->open();
  me_->publish(event_type::supervisor_started);
  notify(*me_, me_->incarnation, context(), child_note::what::started);
}

void dynamic_actor::stop(child_exit how, bool kill) {
  if (phase_ == phase::asking && kill)
    return kill_all();
  if (phase_ != phase::up)
    return;
  exit_ = std::move(how);
  if (pool_->close()) {
    phase_ = phase::killing;
    return went_down();
  }
  const auto& policy = pool_->spec().shutdown;
  if (kill || policy.brutal())
    return kill_all();
  phase_ = phase::asking;
  tell_all(host_command::what::stop);
  if (!policy.infinite())
    arm_all(policy.deadline());
}

void dynamic_actor::tell_all(host_command::what x) {
  for (const auto& child : pool_->children())
    compat::send_urgent(child, context(), host_command{x});
}

void dynamic_actor::kill_all() {
  const auto late = phase_ == phase::asking;
  phase_ = phase::killing;
  if (late)
    for (const auto& child : pool_->children())
      if (const auto* record = dynamic_cast<dynamic_record*>(child->get())) {
        report_.culprits.push_back({record->path(), errc::shutdown_timeout});
        record->publish(event_type::child_killed);
      }
  tell_all(host_command::what::kill);
  arm_all(kill_grace);
}

void dynamic_actor::leave_behind() {
  for (const auto& child : pool_->children())
    if (auto* record = pool_->find(child)) {
      report_.culprits.push_back({record->path(), errc::child_stuck});
      abandon(*record);
    }
}

void dynamic_actor::went_down() {
  if (me_->departs(exit_, true))
    me_->vanish();
  phase_ = phase::down;
  all_timer_ = 0;
  if (exit_.kind == exit_kind::abnormal)
    me_->log(exit_.why);
  me_->publish(event_type::supervisor_stopped, exit_);
  for (auto& promise : std::exchange(stoppers_, {}))
    promise.deliver(report_);
  auto how = exit_;
  how.culprits = report_.culprits;
  notify(*me_, me_->incarnation, context(), child_note::what::exited,
         std::move(how));
  if (forget_when_down_)
    retire(to_caf({errc::supervisor_down, {}, cell_->path}));
  else if (std::exchange(start_when_down_, false))
    begin_life();
}

void dynamic_actor::arm_all(duration after) {
  all_timer_ = arm(0, after);
}

std::uint64_t dynamic_actor::arm(std::uint64_t uid, duration after) {
  const auto result = ++last_timer_;
  compat::schedule(system(), cell_->tree->now() + after,
                   caf::strong_actor_ptr{ctrl()}, core_timer{uid, result});
  return result;
}

// -- one child ----------------------------------------------------------------

caf::result<void> dynamic_actor::terminate(const caf::strong_actor_ptr& child) {
  const auto* record = pool_->find(child);
  if (record == nullptr)
    return to_caf(pool_->no_child());
  auto promise = make_response_promise();
  see_off(*record, child).promises.push_back(promise);
  return promise;
}

dynamic_actor::leaver&
dynamic_actor::see_off(const dynamic_record& x,
                       const caf::strong_actor_ptr& child) {
  auto [i, added] = leavers_.try_emplace(x.uid);
  auto& result = i->second;
  if (!added)
    return result;
  result.child = child;
  auto me = caf::actor_cast<caf::weak_actor_ptr>(caf::strong_actor_ptr{ctrl()});
  compat::watch(
    child, [me, uid = x.uid](const caf::error&, compat::context* ctx) {
      compat::send_urgent(caf::actor_cast<caf::strong_actor_ptr>(me), ctx,
                          dynamic_gone{uid});
    });
  const auto& policy = pool_->spec().shutdown;
  if (policy.brutal()) {
    press(x.uid, result);
    return result;
  }
  compat::send_urgent(child, context(), host_command{host_command::what::stop});
  if (!policy.infinite())
    result.timer = arm(x.uid, policy.deadline());
  return result;
}

void dynamic_actor::abandon(dynamic_record& x) {
  x.vanish();
  x.publish(event_type::child_left_behind);
  x.forget_key();
  static_cast<void>(pool_->remove(x));
}

void dynamic_actor::press(std::uint64_t uid, leaver& x) {
  if (x.killed) {
    if (auto* record = pool_->find(x.child))
      abandon(*record);
    return on_gone(uid);
  }
  x.killed = true;
  if (const auto* late = x.timer != 0 ? pool_->find(x.child) : nullptr)
    late->publish(event_type::child_killed);
  compat::send_urgent(x.child, context(),
                      host_command{host_command::what::kill});
  x.timer = arm(uid, kill_grace);
}

void dynamic_actor::on_gone(std::uint64_t uid) {
  auto node = leavers_.extract(uid);
  if (!node.empty())
    for (auto& promise : node.mapped().promises)
      promise.deliver(caf::unit);
}

} // namespace vigil::detail
