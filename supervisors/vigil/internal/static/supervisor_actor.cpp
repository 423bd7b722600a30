#include <vigil/caf.hpp>
#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/child/cell_view.hpp>
#include <vigil/internal/static/definition_parts.hpp>
#include <vigil/internal/static/supervisor_actor.hpp>

#include <optional>
#include <random>
#include <utility>

namespace vigil::detail {

namespace {

std::function<double()> random_source(std::uint64_t seed) {
  return [engine = std::mt19937_64{seed},
          range = std::uniform_real_distribution<double>{}]() mutable {
    return range(engine);
  };
}

} // namespace

supervisor_actor::supervisor_actor(caf::actor_config& cfg,
                                   supervisor_definition_ptr definition,
                                   supervisor_cell_ptr cell, child_cell_ptr me)
  : supervising_actor(cfg, std::move(cell), std::move(me)),
    definition_(std::move(definition)),
    core_(definition_->spec, cell_->path, cell_->window,
          random_source(cell_->tree->next_seed())),
    core_wake_(cell_->tree->timers), health_wake_(cell_->tree->timers),
    health_(*this, [this](child_uid child, failure why) {
      const auto condemned = core_.condemn(child, std::move(why), now());
      attend();
      return condemned;
    }) {
  health_.wake = [this](time_point at) {
    wake_at(health_wake_, at);
  };
  for (const auto& child : definition_->children) {
    const auto spec = spec_for(child);
    reveal(add_entry(core_.add_child(spec), spec, child));
  }
}

const char* supervisor_actor::name() const {
  return "vigil.supervisor";
}

void supervisor_actor::before_end(const caf::error&) {
  core_wake_.cancel();
  health_wake_.cancel();
  forget_all();
  if (!acting_)
    clear_away();
}

// -- what happens -------------------------------------------------------------

compat::fate supervisor_actor::before(compat::mailbox_element& x) {
  if (auto* note = compat::get_if<child_note>(x))
    on_note(*note);
  else if (const auto* timer = compat::get_if<core_timer>(x))
    core_.timer(timer->child, timer->generation, now());
  else if (const auto* cmd = compat::get_if<host_command>(x))
    on_command(cmd->kind);
  else if (const auto* exit = compat::get_if<caf::exit_msg>(x))
    on_exit_message(exit->reason);
  else if (compat::get_if<core_tick>(x) != nullptr)
    on_tick();
  else if (compat::get_if<start_tree_request>(x) != nullptr)
    on_start_tree();
  else
    return compat::fate::pass;
  act();
  return compat::fate::consumed;
}

bool supervisor_actor::ended() {
  act();
  return false;
}

void supervisor_actor::on_note(child_note& x) {
  auto* child = entry(x.child);
  if (child == nullptr || x.incarnation <= child->left_behind)
    return;
  switch (x.kind) {
    case child_note::what::started:
      core_.started(x.child, now());
      break;
    case child_note::what::start_failed:
      core_.start_failed(x.child, std::move(x.how.why), now());
      break;
    case child_note::what::ignored:
      core_.ignored(x.child, now());
      break;
    case child_note::what::exited:
      core_.exited(x.child, std::move(x.how), now());
      break;
  }
  sync(x.child);
}

bool supervisor_actor::down() const {
  return core_.down();
}

void supervisor_actor::go_down(child_exit how, bool kill) {
  // A root is down before its start only: it will not come any more.
  if (me_ == nullptr && core_.down())
    return end_root(how);
  core_.stop(std::move(how), kill, now());
  attend();
}

void supervisor_actor::park() {
  for (auto& [uid, child] : entries_)
    child.port->park(!ordered(), context());
}

// The core knows stale timers by their generation; here they only cost.
void supervisor_actor::on_tick() {
  const auto time = now();
  timers_.fire(time, [&](const timer_queue::timer& x) {
    core_.timer(x.child, x.generation, time);
  });
  if (const auto at
      = timers_.next([this](const auto& x) { return is_stale(x); }))
    wake_at(core_wake_, *at);
  if (const auto at = health_.tick(time))
    wake_at(health_wake_, *at);
}

bool supervisor_actor::is_stale(const timer_queue::timer& x) {
  const auto* child = entry(x.child);
  return child == nullptr || child->timer != x.generation;
}

void supervisor_actor::wake_at(compat::timer& x, time_point at) {
  x.set(at, *this, [] { return core_tick{}; });
}

void supervisor_actor::on_start_tree() {
  starter_ = make_response_promise();
  keep_alive();
  begin();
}

void supervisor_actor::bring_up() {
  up_ = false;
  set_state(child_state::starting, now());
  core_.start(now());
}

// -- what is decided ----------------------------------------------------------

void supervisor_actor::act() {
  if (std::exchange(acting_, true))
    return;
  // What was to be started again is not any more.
  if (core_.stopping() && note_going_down())
    sync_all();
  auto todo = core_.take_actions();
  while (!todo.empty() && !retired()) {
    for (const auto& x : todo)
      std::visit([this](const auto& y) { carry_out(y); }, x);
    core_.recycle(std::exchange(todo, {}));
    todo = core_.take_actions();
  }
  core_.recycle(std::move(todo));
  acting_ = false;
  if (retired())
    clear_away();
}

void supervisor_actor::carry_out(const action::start_child& x) {
  auto* child = entry(x.child);
  if (child == nullptr) {
    child = remade(x.child);
    if (child == nullptr)
      return;
  }
  reveal(*child);
  child->stopped = false;
  condemn(*child, std::nullopt);
  sync(x.child);
  try {
    child->port->start(context());
  } catch (const failure_exception& e) {
    if (e.why.code == errc::ignored)
      return core_.ignored(x.child, now());
    start_threw(*child, e.why);
  } catch (...) {
    start_threw(*child, thrown_failure());
  }
}

void supervisor_actor::start_threw(const child_entry& x, failure why) {
  const auto n = x.cell->incarnation.load(std::memory_order_relaxed);
  auto how = abnormal(std::move(why));
  x.cell->conclude(n, how, event_type::start_failed);
  x.cell->publish(n, event_type::start_failed, how);
  x.cell->ended(n, how);
  core_.start_failed(x.cell->uid, std::move(how.why), now());
}

void supervisor_actor::condemn(child_entry& x,
                               const std::optional<failure>& why) {
  if (why || x.condemned)
    x.cell->condemn(why);
  x.condemned = why.has_value();
}

void supervisor_actor::carry_out(const action::stop_child& x) {
  sync(x.child);
  if (auto* child = entry(x.child)) {
    child->stopped = true;
    condemn(*child, x.why);
    child->port->stop(x.kill, context());
  }
}

void supervisor_actor::carry_out(const action::park_child& x) {
  sync(x.child);
  if (auto* child = entry(x.child))
    child->port->park(!child->stopped, context());
}

void supervisor_actor::carry_out(const action::forget_child& x) {
  unmade_.erase(x.child);
  auto node = entries_.extract(x.child);
  if (node.empty())
    return;
  auto& child = node.mapped();
  health_.end(x.child);
  const auto n = child.cell->incarnation.load(std::memory_order_relaxed);
  if (x.child <= definition_->children.size())
    earlier_[x.child] = n;
  child.cell->state.store(child_state::stopped, std::memory_order_relaxed);
  child.cell->vanish();
  if (child.shown)
    child.cell->publish(n, event_type::child_removed);
  child.port->forget(context());
  child.cell->handle(nullptr);
  cell_->remove(x.child);
}

void supervisor_actor::carry_out(const action::set_timer& x) {
  sync(x.child);
  if (x.after == duration::zero())
    return compat::send_normal(caf::strong_actor_ptr{ctrl()}, context(),
                               core_timer{x.child, x.generation});
  if (auto* child = entry(x.child))
    child->timer = x.generation;
  const auto at = time_after(now(), x.after);
  if (timers_.add({at, x.child, x.generation},
                  [this](const auto& y) { return is_stale(y); }))
    wake_at(core_wake_, at);
}

void supervisor_actor::carry_out(const action::cancel_timer& x) {
  if (auto* child = entry(x.child))
    child->timer = 0;
}

void supervisor_actor::carry_out(const action::answer& x) {
  auto node = calls_.extract(x.call);
  if (node.empty())
    return;
  auto& call = node.mapped();
  if (!x.what)
    return call.promise.deliver(to_caf(x.what.error()));
  if (call.kind == reply_kind::nothing)
    return compat::deliver_void(std::move(call.promise));
  child_info info;
  // A temporary child that ignored its start is about to be forgotten.
  const auto* child = entry(x.what.value());
  if (child != nullptr && core_.find(x.what.value())) {
    sync(x.what.value());
    info = info_of(*child->cell);
  } else {
    info.id = call.id;
    info.path = cell_->path + '/' + call.id;
  }
  call.promise.deliver(std::move(info));
}

void supervisor_actor::carry_out(const action::came_up&) {
  up_ = true;
  set_state(child_state::running, now());
  publish(event_type::supervisor_started);
  if (me_ != nullptr) {
    me_->came_up(incarnation(), now());
    notify(*me_, incarnation(), context(), child_note::what::started);
  } else {
    compat::deliver_void(std::exchange(starter_, {}));
  }
}

void supervisor_actor::carry_out(const action::went_down& x) {
  sync_all();
  // Killed before it was up, it has not started.
  const bool never_up
    = x.start_failed || (!up_ && x.exit.kind == exit_kind::abnormal);
  const auto as = never_up    ? event_type::start_failed
                  : ordered() ? event_type::child_stopped
                              : event_type::child_exited;
  auto how = x.exit;
  if (me_ != nullptr)
    me_->conclude(incarnation(), how, as);
  set_state(child_state::stopped, now());
  if (how.kind == exit_kind::abnormal)
    cell_->failures.add(how.why);
  tell_down(std::move(how), x.report, as,
            x.start_failed ? child_note::what::start_failed
                           : child_note::what::exited);
}

void supervisor_actor::carry_out(const action::publish& x) {
  auto* child = entry(x.child);
  if (child == nullptr)
    return;
  using what = action::publish::what;
  auto& cell = *child->cell;
  // No incarnation begins at this point but by an order of this actor.
  const auto last = cell.incarnation.load(std::memory_order_relaxed);
  switch (x.kind) {
    case what::restarting:
      return cell.publish(
        last, event{.type = event_type::child_restarting, .after = x.after});
    case what::gave_up: {
      const auto how = abnormal(*x.why);
      return publish(event_type::gave_up, &how);
    }
    case what::killed:
      return cell.publish(last, event_type::child_killed);
    case what::left_behind:
      child->left_behind = last;
      sync(x.child);
      core_.write_off(x.child);
      if (cell.verdict())
        cell.log(cell.complete({errc::killed}, last), last);
      cell.ended(last, abnormal({errc::child_stuck, {}, cell.path()}));
      child->port->abandon(context());
      return cell.publish(last, event_type::child_left_behind);
  }
}

void supervisor_actor::end_root(const child_exit& how) {
  auto reason = reason_of(how);
  if (starter_.pending())
    std::exchange(starter_, {})
      .deliver(how.kind == exit_kind::abnormal
                 ? reason
                 : to_caf({errc::supervisor_stopping, {}, cell_->path}));
  retire(std::move(reason));
}

void supervisor_actor::set_state(child_state x, time_point at) {
  cell_->state.store(x, std::memory_order_relaxed);
  cell_->up_since.store(at.time_since_epoch().count(),
                        std::memory_order_relaxed);
  if (me_ != nullptr)
    me_->since(at);
}

time_point supervisor_actor::now() const {
  return cell_->tree->now();
}

} // namespace vigil::detail
