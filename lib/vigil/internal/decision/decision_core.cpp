#include <vigil/internal/base/mark.hpp>
#include <vigil/internal/decision/decision_core.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

namespace vigil::detail {

using told = action::publish::what;

decision_core::decision_core(supervisor_spec spec, std::string path,
                             std::shared_ptr<restart_window> window,
                             std::function<double()> random)
  : spec_(std::move(spec)), failures_(std::move(path)),
    rules_(std::move(window), std::move(random)), children_(spec_.dynamic) {
  // nop
}

child_uid decision_core::add_child(shared_spec spec) {
  return children_.add_static(std::move(spec));
}

// -- what happened ------------------------------------------------------------

void decision_core::start(time_point now) {
  for (const auto& x : children_.all())
    if (x.dynamic)
      out_.put(action::forget_child{x.uid});
  children_.reset();
  rules_.clear();
  down_ = false;
  force_ = false;
  plan_.begin_first_start(children_);
  start_next(now);
}

void decision_core::started(child_uid child, time_point now) {
  auto* x = children_.find(child);
  if (x == nullptr || !moves_.come_up(*x, now))
    return;
  if (x->state == child_state::stopping) {
    VIGIL_MARK("a child comes up that is being stopped");
    return;
  }
  answer_start(*x, child);
  step_after(child, now);
}

void decision_core::start_failed(child_uid child, failure why, time_point now) {
  auto* x = children_.find(child);
  if (children_.late().swallow(child, true) || x == nullptr)
    return;
  if (x->state == child_state::starting)
    start_refused(*x, std::move(why), now);
  else if (x->state == child_state::stopping) {
    VIGIL_MARK("a start fails that is being stopped");
    gone(*x, now);
  }
}

void decision_core::ignored(child_uid child, time_point now) {
  auto* x = children_.find(child);
  if (children_.late().swallow(child, true) || x == nullptr)
    return;
  if (x->state == child_state::stopping
      || (x->state == child_state::starting && stopping())) {
    VIGIL_MARK("a child ignores its start while it is being stopped");
    return gone(*x, now);
  }
  // A child that runs was restarted in place, and has nothing to run any more.
  if (x->state != child_state::starting && x->state != child_state::running)
    return;
  if (x->state == child_state::running)
    VIGIL_MARK("a child ignores its restart in place");
  moves_.settle(*x);
  answer_start(*x, child);
  release(*x, now);
  step_after(child, now);
}

void decision_core::exited(child_uid child, child_exit how, time_point now) {
  auto* x = children_.find(child);
  if (children_.late().swallow(child, false) || x == nullptr)
    return;
  if (stopping())
    farewell_.add(std::exchange(how.culprits, {}));
  if (x->state == child_state::stopping)
    gone(*x, now);
  else if (x->runs())
    ended(*x, std::move(how), now);
  else if (x->state == child_state::starting)
    ended_early(*x, std::move(how), now);
}

// A supervisor that is asked to go down while it comes up has not failed.
void decision_core::ended_early(core_child& x, child_exit&& how,
                                time_point now) {
  if (x.spec->kind != child_kind::supervisor || how.kind == exit_kind::abnormal
      || stopping())
    return start_refused(x, failures_.of_end(x, how, now), now);
  VIGIL_MARK("a supervisor ends in order before it is up");
  const auto uid = x.uid;
  if (x.called_by != start_call::none) {
    VIGIL_MARK("a supervisor is called to start, and ends in order before");
    answer_start(x, failures_.stopped_early(x, now));
  }
  started(uid, now);
  // What was kept until now may have it stopped already.
  exited(uid, std::move(how), now);
}

void decision_core::timer(child_uid child, std::uint64_t generation,
                          time_point now) {
  auto* x = children_.find(child);
  if (x == nullptr || x->timer == 0 || x->timer != generation) {
    VIGIL_MARK("a timer comes too late");
    return;
  }
  x->timer = 0;
  switch (x->timer_kind) {
    case alarm::start_limit:
      x->start_error
        = std::make_unique<failure>(failures_.start_took_too_long(*x, now));
      return moves_.kill(*x);
    case alarm::retry:
      return retry_is_due(*x, now);
    case alarm::deadline:
      out_.put(action::publish{told::killed, child});
      blame(*x, errc::shutdown_timeout);
      return moves_.kill(*x);
    case alarm::grace:
      return leave_behind(*x, now);
  }
}

bool decision_core::condemn(child_uid child, failure why, time_point now) {
  auto* x = children_.find(child);
  if (x == nullptr || !x->runs() || x->doomed || plan_.busy()) {
    VIGIL_MARK("a child is not condemned while something else happens");
    return false;
  }
  why.time = now;
  x->ailment = std::make_unique<failure>(std::move(why));
  moves_.kill(*x);
  return true;
}

void decision_core::write_off(child_uid child) {
  children_.late().write_off(child);
}

// -- what is asked ------------------------------------------------------------

child_uid decision_core::start_child(call_id call, shared_spec spec,
                                     time_point now) {
  if (down_ || stopping()) {
    refuse(call, down_ ? errc::supervisor_down : errc::supervisor_stopping,
           spec->id, now);
    return 0;
  }
  if (auto mistake = check(*spec, spec_, failures_.path_of(spec->id))) {
    out_.answer(call, std::move(*mistake));
    return 0;
  }
  if (children_.all().size() >= spec_.max_children) {
    out_.answer(call, failures_.too_many(spec_.max_children));
    return 0;
  }
  if (coming_up()) {
    VIGIL_MARK("a child is added while the static ones come up");
    const auto uid = children_.new_uid();
    kept_.keep(kept_start{call, uid, std::move(spec)});
    return uid;
  }
  if (const auto conflict = conflict_of(spec->id)) {
    refuse(call, *conflict, spec->id, now);
    return 0;
  }
  const auto uid = children_.new_uid();
  launch(call, uid, std::move(spec));
  return uid;
}

void decision_core::terminate_child(call_id call, std::string_view id,
                                    time_point now) {
  auto* x = target(kept_call::what::terminate, call, id, now);
  if (x == nullptr)
    return;
  const auto uid = x->uid;
  if (!stopping())
    take_out(*x, now);
  if (x->active()) {
    if (x->state == child_state::stopping)
      VIGIL_MARK("a child is terminated that is being stopped");
    x->waiters.push_back(call);
    if (!stopping() && x->state != child_state::stopping)
      begin_stop(*x, now);
    return;
  }
  const auto group_waits = plan_.waits_for(*x);
  moves_.settle(*x);
  if (!stopping())
    release(*x, now);
  if (group_waits) {
    VIGIL_MARK("the child is terminated for which a group waits");
    cancel_group(now);
  }
  out_.answer(call, uid);
  if (group_waits)
    replay(now);
}

void decision_core::restart_child(call_id call, std::string_view id,
                                  time_point now) {
  auto* x = target(kept_call::what::restart, call, id, now);
  if (x == nullptr || !is_idle(*x, call, now))
    return;
  x->called_by = start_call::restart_child;
  x->call = call;
  moves_.start(*x);
}

void decision_core::delete_child(call_id call, std::string_view id,
                                 time_point now) {
  auto* x = target(kept_call::what::remove, call, id, now);
  if (x == nullptr || !is_idle(*x, call, now))
    return;
  const auto uid = x->uid;
  moves_.forget(*x);
  out_.answer(call, uid);
}

void decision_core::stop(child_exit exit, bool kill, time_point now) {
  if (down_)
    return;
  if (!stopping()) {
    force_ = kill;
    return go_down(std::move(exit), false, now);
  }
  force_ = force_ || kill;
  if (!force_)
    return;
  if (auto* x = children_.find(plan_.current()); x != nullptr && !x->killed) {
    VIGIL_MARK("a stop is hurried");
    moves_.kill(*x);
  }
  if (plan_.many_leave())
    for (auto& x : children_.all())
      if (x.state == child_state::stopping && !x.killed) {
        VIGIL_MARK("a stop of many at once is hurried");
        moves_.kill(x);
      }
}

// -- what there is ------------------------------------------------------------

namespace {

decision_core::child_status status_of(const core_child& x) {
  const auto comes_back = x.planned || x.ailment != nullptr;
  return {x.uid,      &*x.spec,   x.state, x.dynamic,
          comes_back, x.up_since, x.budget};
}

std::optional<decision_core::child_status> status_of(const core_child* x) {
  if (x == nullptr)
    return std::nullopt;
  return status_of(*x);
}

} // namespace

std::vector<action_t> decision_core::take_actions() {
  return out_.take();
}

std::vector<decision_core::child_status> decision_core::children() const {
  std::vector<child_status> result;
  result.reserve(children_.all().size());
  for (const auto& x : children_.all())
    result.push_back(status_of(x));
  return result;
}

std::optional<decision_core::child_status>
decision_core::find(child_uid child) const {
  return status_of(children_.find(child));
}

std::optional<decision_core::child_status>
decision_core::find(std::string_view id) const {
  return status_of(children_.find(id));
}

bool decision_core::down() const noexcept {
  return down_;
}

bool decision_core::stopping() const noexcept {
  return plan_.going_down();
}

bool decision_core::coming_up() const noexcept {
  return plan_.coming_up();
}

const supervisor_spec& decision_core::spec() const noexcept {
  return spec_;
}

const char* decision_core::flaw() const {
  if (const auto* text = children_.flaw())
    return text;
  if (const auto* text = plan_.flaw(children_))
    return text;
  if (down_ && !plan_.none())
    return "down, there is no plan";
  if ((!plan_.busy() || stopping()) && !kept_.empty())
    return "nothing waits for longer than the plan";
  for (const auto& x : children_.all()) {
    if (down_ && x.state != child_state::stopped)
      return "down, every child is stopped";
    if (x.kept_exit != 0 && kept_.empty())
      return "a kept exit is kept";
    if (!down_ && !stopping() && !coming_up() && x.state == child_state::stopped
        && !x.planned && !x.parked)
      return "who stands still, and is not to start, is parked";
  }
  return nullptr;
}

// -- answers ------------------------------------------------------------------

void decision_core::refuse(call_id call, errc why, std::string_view id,
                           time_point now) {
  out_.answer(call, failures_.refusal(why, children_.find(id), id, now));
}

void decision_core::answer_start(core_child& x, result<child_uid> what) {
  const auto called = std::exchange(x.called_by, start_call::none);
  if (called != start_call::none && x.state == child_state::stopped
      && !x.planned && plan_.restarts_group()) {
    VIGIL_MARK("a call does not bring a child up whose group restarts");
    x.left_out = true;
  }
  out_.answer(std::exchange(x.call, 0), std::move(what));
}

// -- starting one child -------------------------------------------------------

void decision_core::start_refused(core_child& x, failure why, time_point now) {
  if (stopping()) {
    VIGIL_MARK("a start fails while the supervisor goes down");
    return gone(x, now);
  }
  moves_.settle(x);
  if (x.called_by != start_call::none)
    call_failed(x, std::move(why), now);
  else if (coming_up())
    go_down(abnormal(failures_.start_failed(x, std::move(why), now)), true,
            now);
  else
    retry(x, std::move(why), now);
}

void decision_core::call_failed(core_child& x, failure why, time_point now) {
  const auto uid = x.uid;
  const auto added = x.called_by == start_call::start_child;
  answer_start(x, failures_.start_failed(x, std::move(why), now));
  if (added || x.temporary())
    moves_.forget(x);
  else if (!x.planned)
    moves_.park(x);
  else
    VIGIL_MARK("a call does not bring a child up that its group will start");
  step_after(uid, now);
}

void decision_core::retry(core_child& x, failure why, time_point now) {
  auto last = failures_.start_failed(x, std::move(why), now);
  rules_.count_failed_start(x);
  if (const auto* limit = rules_.refusal(x, now))
    return give_up(
      x, failures_.spent(x, *limit, std::move(last), {}, false, now), now);
  rules_.remember(x, std::move(last));
  const auto wait = rules_.delay(x);
  out_.put(action::publish{told::restarting, x.uid, wait});
  moves_.wait_for_retry(x, wait);
  if (one_by_one())
    return;
  plan_.wait_for_retry(children_, first_of_group(x), x.uid);
  replay(now);
}

void decision_core::retry_is_due(core_child& x, time_point now) {
  if (one_by_one())
    moves_.start(x);
  else if (plan_.waiting())
    resume_group(now);
  else
    VIGIL_MARK("a child is due before its group has stopped");
}

// -- stopping one child -------------------------------------------------------

bool decision_core::begin_stop(core_child& x, time_point now) {
  if (x.kept_exit != 0) {
    VIGIL_MARK("a child is to stop whose end was kept");
    gone(x, now);
    return false;
  }
  moves_.stop(x, force_);
  return true;
}

void decision_core::gone(core_child& x, time_point now) {
  const auto uid = x.uid;
  const auto waiters = std::exchange(x.waiters, {});
  const auto why = std::move(x.start_error);
  auto ailment = std::move(x.ailment);
  if (x.doomed && ailment) {
    VIGIL_MARK("a condemned child is gone that its group was to stop");
    ailment.reset();
  }
  moves_.settle(x);
  if (why && !stopping())
    return start_refused(x, *why, now);
  if (ailment && !stopping()) {
    children_.set_state(x, child_state::running);
    return ended(x, abnormal(std::move(*ailment)), now);
  }
  if (!stopping())
    release(x, now);
  for (const auto call : waiters)
    out_.answer(call, uid);
  step_after(uid, now);
}

void decision_core::release(core_child& x, time_point now) {
  if (x.called_by != start_call::none && (x.temporary() || !x.planned)) {
    VIGIL_MARK("a child is stopped before it came up as it was called to");
    answer_start(x, failures_.stopped_early(x, now));
  }
  if (x.temporary())
    moves_.forget(x);
  else if (!x.planned)
    moves_.park(x);
}

void decision_core::blame(const core_child& x, errc what) {
  if (stopping())
    farewell_.blame(failures_.path_of(x.spec->id), what);
}

void decision_core::leave_behind(core_child& x, time_point now) {
  out_.put(action::publish{told::left_behind, x.uid});
  blame(x, errc::child_stuck);
  if (!x.up)
    VIGIL_MARK("a child is left behind that never came up");
  children_.late().expect(x.uid, x.up);
  gone(x, now);
}

// -- an end -------------------------------------------------------------------

void decision_core::ended(core_child& x, child_exit&& how, time_point now) {
  if (x.doomed) {
    VIGIL_MARK("a child ends before its turn to stop");
    gone(x, now);
  } else if (plan_.busy())
    kept_.keep_exit(x, std::move(how));
  else if (wants_restart(*x.spec, how))
    failed(x, std::move(how), now);
  else
    finished(x, now);
}

void decision_core::finished(core_child& x, time_point now) {
  const auto counts = x.spec->significant;
  moves_.settle(x);
  x.planned = plan_.waiting() && plan_.includes(x) && !x.temporary();
  if (x.planned)
    VIGIL_MARK("a child finishes while its group waits");
  if (x.temporary())
    moves_.forget(x);
  else
    moves_.park(x);
  const auto rule = spec_.auto_shutdown;
  if (counts
      && (rule == auto_shutdown::any_significant
          || (rule == auto_shutdown::all_significant
              && children_.significant_alive() == 0)))
    go_down(child_exit{exit_kind::shutdown, {}, false, {}}, false, now);
}

void decision_core::failed(core_child& x, child_exit&& how, time_point now) {
  rules_.count_end(x, now);
  moves_.settle(x);
  auto last = failures_.of_end(x, how, now);
  const auto* limit = how.refused_by       ? &*how.refused_by
                      : how.budget_refused ? &spec_.intensity
                                           : rules_.refusal(x, now);
  if (limit != nullptr)
    return give_up(x,
                   failures_.spent(x, *limit, std::move(last), how.earlier,
                                   how.kind != exit_kind::abnormal, now),
                   now);
  rules_.remember_end(x, std::move(last), how);
  if (plan_.waiting() && plan_.includes(x)) {
    VIGIL_MARK("a child fails while its group waits for another");
    out_.put(action::publish{told::restarting, x.uid});
    x.planned = true;
  } else {
    restart(x, now);
  }
}

void decision_core::restart(core_child& x, time_point now) {
  const auto wait = rules_.delay(x);
  out_.put(action::publish{told::restarting, x.uid, wait});
  if (!one_by_one())
    begin_group(x, wait, now);
  else if (wait == duration::zero())
    moves_.start(x);
  else
    moves_.wait_for_retry(x, wait);
}

void decision_core::give_up(core_child& x, failure&& why, time_point now) {
  out_.put(action::publish{told::gave_up, x.uid, {}, why});
  go_down(abnormal(std::move(why)), false, now);
}

// -- group restart ------------------------------------------------------------

bool decision_core::one_by_one() const noexcept {
  return spec_.strategy == restart_strategy::one_for_one;
}

child_uid decision_core::first_of_group(const core_child& x) const noexcept {
  return spec_.strategy == restart_strategy::rest_for_one ? x.uid : 0;
}

void decision_core::begin_group(core_child& x, duration wait, time_point now) {
  if (auto* earlier = children_.find(plan_.failed())) {
    VIGIL_MARK("a group begins while a smaller one waits");
    moves_.settle(*earlier);
    earlier->planned = true;
  }
  if (wait > duration::zero())
    moves_.wait_for_retry(x, wait);
  else
    moves_.wait_for_turn(x);
  plan_.begin_group(children_, first_of_group(x), x.uid);
  step(now);
}

void decision_core::resume_group(time_point now) {
  if (plan_.stop_again(children_))
    return step(now);
  plan_.start_group(children_);
  start_next(now);
}

void decision_core::cancel_group(time_point now) {
  const auto first = children_.from(plan_.first());
  plan_.clear();
  for (auto x = first; x != children_.all().end(); ++x) {
    x->doomed = false;
    if (std::exchange(x->planned, false) && x->state == child_state::stopped)
      release(*x, now);
  }
}

// -- going down ---------------------------------------------------------------

void decision_core::go_down(child_exit&& how, bool start_failed,
                            time_point now) {
  farewell_.begin(std::move(how), start_failed);
  plan_.begin_going_down();
  drop_kept(now);
  for (auto& x : children_.all())
    cancel_for_good(x, now);
  plan_.doom_all(children_);
  step(now);
}

void decision_core::cancel_for_good(core_child& x, time_point now) {
  x.planned = false;
  x.start_error.reset();
  if (x.called_by != start_call::none)
    answer_start(
      x, failures_.make(errc::supervisor_stopping, {}, x.spec->id, now));
  if (x.state == child_state::restarting) {
    VIGIL_MARK("a child waits for its restart when the supervisor goes down");
    moves_.settle(x);
  }
}

// -- one step -----------------------------------------------------------------

void decision_core::step(time_point now) {
  if (plan_.stops())
    stop_next(now);
  else if (plan_.starts())
    start_next(now);
}

void decision_core::step_after(child_uid child, time_point now) {
  switch (plan_.end_turn(child)) {
    case core_plan::turn::nothing:
      return;
    case core_plan::turn::next:
      return step(now);
    case core_plan::turn::all_stopped:
      return all_stopped(now);
  }
}

void decision_core::stop_next(time_point now) {
  while (auto* x = plan_.next_to_stop(children_)) {
    const auto uid = x->uid;
    if (!stop_at_its_turn(*x, now))
      continue;
    if (!spec_.dynamic)
      return plan_.give_turn(uid);
    plan_.add_leaving();
  }
  if (!plan_.many_leave())
    all_stopped(now);
}

bool decision_core::stop_at_its_turn(core_child& x, time_point now) {
  if (x.state != child_state::stopping)
    return begin_stop(x, now);
  VIGIL_MARK("a child is being stopped when its turn comes");
  if (force_ && !x.killed)
    moves_.kill(x);
  return true;
}

void decision_core::all_stopped(time_point now) {
  if (stopping()) {
    plan_.clear();
    down_ = true;
    return out_.put(farewell_.take());
  }
  const auto* x = children_.find(plan_.failed());
  if (x == nullptr || !plan_.waits_for(*x)) {
    plan_.start_group(children_);
    return start_next(now);
  }
  VIGIL_MARK("a group has stopped, and waits for its failed child");
  plan_.wait();
  replay(now);
}

void decision_core::start_next(time_point now) {
  if (auto* x = plan_.next_to_start(children_))
    return moves_.start(*x);
  const auto initial = coming_up();
  plan_.clear();
  if (initial)
    out_.put(action::came_up{});
  replay(now);
}

// -- parts of calls -----------------------------------------------------------

core_child* decision_core::target(kept_call::what run, call_id call,
                                  std::string_view id, time_point now) {
  auto* x = children_.find(id);
  if (coming_up())
    kept_.keep(kept_call{run, call, std::string{id}});
  else if (down_)
    refuse(call, errc::supervisor_down, id, now);
  else if (stopping() && run != kept_call::what::terminate)
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
  x.left_out = plan_.restarts_group();
  x.start_error.reset();
  if (std::exchange(x.ailment, nullptr))
    VIGIL_MARK("a condemned child is terminated");
  if (x.called_by != start_call::none)
    answer_start(x, failures_.stopped_early(x, now));
}

bool decision_core::is_idle(const core_child& x, call_id call, time_point now) {
  if (x.active())
    refuse(call, errc::child_running, x.spec->id, now);
  else if (x.planned || x.state == child_state::restarting)
    refuse(call, errc::child_restarting, x.spec->id, now);
  else
    return true;
  return false;
}

std::optional<errc> decision_core::conflict_of(std::string_view id) const {
  const auto* x = children_.find(id);
  if (x == nullptr)
    return std::nullopt;
  return x->active() ? errc::already_started : errc::already_present;
}

void decision_core::launch(call_id call, child_uid uid, shared_spec spec) {
  auto& x = children_.add_dynamic(uid, std::move(spec));
  x.called_by = start_call::start_child;
  x.call = call;
  moves_.start(x);
}

// -- what has to wait ---------------------------------------------------------

void decision_core::replay(time_point now) {
  for (auto n = kept_.size(); n > 0 && !kept_.empty(); --n) {
    auto x = kept_.take();
    std::visit([&](auto& y) { replay_one(y, now); }, x);
  }
}

void decision_core::replay_one(kept_exit& x, time_point now) {
  auto* child = children_.find(x.child);
  if (!x.counts_for(child)) {
    VIGIL_MARK("a kept end was dealt with in another way");
    return;
  }
  child->kept_exit = 0;
  ended(*child, std::move(x.how), now);
}

void decision_core::replay_one(kept_start& x, time_point now) {
  if (const auto conflict = conflict_of(x.spec->id)) {
    VIGIL_MARK("a kept start finds its id taken");
    refuse(x.call, *conflict, x.spec->id, now);
    out_.put(action::forget_child{x.child});
  } else {
    launch(x.call, x.child, std::move(x.spec));
  }
}

void decision_core::replay_one(kept_call& x, time_point now) {
  switch (x.run) {
    case kept_call::what::terminate:
      return terminate_child(x.call, x.id, now);
    case kept_call::what::restart:
      return restart_child(x.call, x.id, now);
    case kept_call::what::remove:
      return delete_child(x.call, x.id, now);
  }
}

void decision_core::drop_kept(time_point now) {
  for (auto& x : kept_.take_all())
    std::visit([&](auto& y) { drop_one(y, now); }, x);
}

void decision_core::drop_one(kept_exit& x, time_point) {
  auto* child = children_.find(x.child);
  if (x.counts_for(child)) {
    VIGIL_MARK("an end is still kept when the supervisor goes down");
    moves_.settle(*child);
  }
}

void decision_core::drop_one(kept_start& x, time_point now) {
  VIGIL_MARK("a start is still kept when the supervisor goes down");
  refuse(x.call, errc::supervisor_stopping, x.spec->id, now);
  out_.put(action::forget_child{x.child});
}

void decision_core::drop_one(kept_call& x, time_point now) {
  VIGIL_MARK("a call is still kept when the supervisor goes down");
  refuse(x.call, errc::supervisor_stopping, x.id, now);
}

} // namespace vigil::detail
