#include <vigil/detail/limit_text.hpp>
#include <vigil/detail/task_actor.hpp>
#include <vigil/detail/task_base.hpp>

#include <utility>

namespace vigil::detail {

task_actor::task_actor(caf::actor_config& cfg, std::shared_ptr<task_pool> pool,
                       supervisor_cell_ptr cell, child_cell_ptr me)
  : task_actor_base(cfg), pool_(std::move(pool)), cell_(std::move(cell)),
    me_(std::move(me)) {
  set_default_handler(caf::drop);
  set_error_handler([](caf::scheduled_actor*, caf::error&) {});
  set_down_handler([](caf::scheduled_actor*, caf::down_msg&) {});
  gate(true);
}

const char* task_actor::name() const {
  return "vigil.task_supervisor";
}

task_actor::behavior_type task_actor::make_behavior() {
  return {
    [this](call::count_children) {
      const auto n = pool_->size();
      return child_counts{n, n, 0, n};
    },
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

compat::verdict task_actor::before(compat::mailbox_element& x) {
  if (const auto* cmd = compat::get_if<host_command>(x)) {
    on_command(cmd->kind);
  } else if (compat::get_if<pool_drained>(x) != nullptr) {
    if ((phase_ == phase::asking || phase_ == phase::killing)
        && pool_->drained())
      went_down();
  } else if (auto* exhausted = compat::get_if<pool_exhausted>(x)) {
    on_exhausted(*exhausted);
  } else if (const auto* timer = compat::get_if<core_timer>(x)) {
    if (timer->generation == timer_)
      on_timer();
  } else if (const auto* exit = compat::get_if<caf::exit_msg>(x)) {
    if (exit->reason)
      stop(exit_of(exit->reason), exit->reason == caf::exit_reason::kill);
  } else {
    return compat::verdict::pass;
  }
  return compat::verdict::consumed;
}

bool task_actor::ended() {
  return false;
}

void task_actor::thrown(std::string what, const caf::strong_actor_ptr&,
                        caf::message_id) {
  stop(abnormal({errc::exception, std::move(what), cell_->path}), false);
}

void task_actor::on_command(host_command::what x) {
  switch (x) {
    case host_command::what::start:
      if (phase_ == phase::down)
        return begin_life();
      start_when_down_ = true;
      return stop(killed(), true);
    case host_command::what::stop:
      return stop({exit_kind::shutdown, {}, false, {}}, false);
    case host_command::what::kill:
      return stop(killed(), true);
    case host_command::what::park:
      return;
    case host_command::what::forget:
      forget_when_down_ = true;
      if (phase_ == phase::down)
        return retire(to_caf({errc::supervisor_down, {}, cell_->path}));
      return stop(killed(), true);
  }
}

void task_actor::on_exhausted(pool_exhausted& x) {
  if (phase_ != phase::up)
    return;
  failure why{errc::restart_limit_reached,
              limit_text("a task", cell_->spec.intensity, x.earlier),
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

void task_actor::on_timer() {
  if (phase_ == phase::asking)
    kill_all();
  else if (phase_ == phase::killing)
    leave_behind();
}

// -- lives --------------------------------------------------------------------

void task_actor::begin_life() {
  me_->incarnation.fetch_add(1, std::memory_order_relaxed);
  me_->came_up(me_->now());
  cell_->window->clear();
  report_ = {};
  phase_ = phase::up;
  pool_->open();
  me_->publish(event_type::supervisor_started);
  notify(*me_, me_->incarnation, context(), child_note::what::started);
}

// No task is left only when the last of them says so: that message comes later,
// and once, so the phase has to be there before the first is asked to end.
void task_actor::stop(child_exit how, bool kill) {
  if (phase_ == phase::asking && kill)
    return kill_all();
  if (phase_ != phase::up)
    return;
  exit_ = std::move(how);
  phase_ = phase::asking;
  if (pool_->close())
    return went_down();
  const auto& policy = pool_->spec(restart_policy::temporary).shutdown;
  if (kill || policy.brutal())
    return kill_all();
  for (const auto& task : pool_->children())
    task->stop(false, context());
  if (!policy.infinite())
    arm(policy.deadline());
}

void task_actor::kill_all() {
  const auto late = timer_ != 0;
  phase_ = phase::killing;
  for (const auto& task : pool_->children()) {
    if (late) {
      report_.culprits.push_back({task->path(), errc::shutdown_timeout});
      task->publish(event_type::child_killed);
    }
    task->stop(true, context());
  }
  arm(kill_grace);
}

void task_actor::leave_behind() {
  for (const auto& task : pool_->children()) {
    report_.culprits.push_back({task->path(), errc::child_stuck});
    task->leave_behind();
  }
}

void task_actor::went_down() {
  phase_ = phase::down;
  timer_ = 0;
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

void task_actor::arm(duration after) {
  timer_ = ++last_timer_;
  compat::schedule(system(), cell_->tree->now() + after,
                   caf::strong_actor_ptr{ctrl()}, core_timer{0, timer_});
}

child_exit task_actor::killed() const {
  return abnormal({errc::killed, {}, cell_->path});
}

} // namespace vigil::detail
