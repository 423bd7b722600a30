#include <vigil/internal/decision/decision_core.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

namespace {

std::shared_ptr<restart_window> budget_for(const child_spec& spec) {
  return spec.intensity ? std::make_shared<restart_window>(*spec.intensity)
                        : nullptr;
}

} // namespace

decision_core::decision_core(supervisor_spec spec, std::string path,
                             std::shared_ptr<restart_window> window,
                             std::function<double()> random)
  : spec_(std::move(spec)), path_(std::move(path)), window_(std::move(window)),
    random_(std::move(random)) {
  // nop
}

child_uid decision_core::add_child(child_spec spec) {
  statics_.push_back({spec, budget_for(spec)});
  return insert(++last_uid_, std::move(spec), false).uid;
}

// -- what happened ------------------------------------------------------------

void decision_core::start(time_point now) {
  rebuild();
  window_->clear();
  down_ = false;
  force_ = false;
  farewell_ = {};
  plan_ = {};
  plan_.what = core_plan::kind::initial;
  for (auto x = children_.rbegin(); x != children_.rend(); ++x) {
    x->planned = true;
    plan_.todo.push_back(x->uid);
  }
  start_next(now);
}

void decision_core::started(child_uid child, time_point now) {
  auto* x = node(child);
  if (x == nullptr)
    return;
  if (x->state == child_state::starting) {
    disarm(*x);
    set_state(*x, child_state::running);
    x->up_since = now;
  } else if (x->state != child_state::stopping) {
    return;
  }
  x->been_up = true;
  x->up = true;
  if (!x->dynamic)
    statics_[child - 1].been_up = true;
  if (x->state == child_state::stopping)
    return;
  reply_to_start(*x, child);
  step_after(child, now);
}

void decision_core::start_failed(child_uid child, failure why, time_point now) {
  auto* x = node(child);
  if (swallow(child, true) || x == nullptr)
    return;
  if (x->state == child_state::starting)
    start_refused(*x, std::move(why), now);
  else if (x->state == child_state::stopping)
    gone(*x, now);
}

void decision_core::ignored(child_uid child, time_point now) {
  auto* x = node(child);
  if (swallow(child, true) || x == nullptr)
    return;
  if (x->state == child_state::stopping
      || (x->state == child_state::starting && stopping()))
    return gone(*x, now);
  // A child that runs was restarted in place, and has nothing to run any more.
  if (x->state != child_state::starting && x->state != child_state::running)
    return;
  settle(*x);
  reply_to_start(*x, child);
  release(*x, now);
  step_after(child, now);
}

void decision_core::exited(child_uid child, child_exit how, time_point now) {
  auto* x = node(child);
  if (swallow(child, false) || x == nullptr)
    return;
  if (stopping())
    for (auto& culprit : std::exchange(how.culprits, {}))
      farewell_.report.culprits.push_back(std::move(culprit));
  if (x->state == child_state::stopping)
    gone(*x, now);
  else if (x->state == child_state::running && x->kept_exit == 0)
    ended(*x, std::move(how), now);
  else if (x->state == child_state::starting)
    ended_early(*x, std::move(how), now);
}

// A supervisor that is asked to go down while it comes up has not failed.
void decision_core::ended_early(core_child& x, child_exit how, time_point now) {
  if (x.spec.kind != child_kind::supervisor || how.kind == exit_kind::abnormal
      || stopping())
    return start_refused(x, why_of(x, how, now), now);
  const auto uid = x.uid;
  started(uid, now);
  if (auto* same = node(uid); same != nullptr
                              && same->state == child_state::running
                              && same->kept_exit == 0)
    ended(*same, std::move(how), now);
}

void decision_core::timer(child_uid child, std::uint64_t generation,
                          time_point now) {
  auto* x = node(child);
  if (x == nullptr || x->timer == 0 || x->timer != generation)
    return;
  x->timer = 0;
  switch (x->timer_kind) {
    case alarm::start_limit:
      return start_took_too_long(*x, now);
    case alarm::retry:
      return retry_is_due(*x, now);
    case alarm::deadline:
      emit(action::publish{action::publish::what::killed, child});
      blame(*x, errc::shutdown_timeout);
      return kill(*x);
    case alarm::grace:
      return leave_behind(*x, now);
  }
}

bool decision_core::condemn(child_uid child, failure why, time_point now) {
  auto* x = node(child);
  const auto busy = plan_.what != core_plan::kind::none && !waiting();
  if (x == nullptr || x->state != child_state::running || x->kept_exit != 0
      || x->doomed || busy)
    return false;
  why.time = now;
  x->ailment = std::move(why);
  set_state(*x, child_state::stopping);
  kill(*x);
  return true;
}

void decision_core::write_off(child_uid child) {
  debts_.erase(child);
}

// -- what there is ------------------------------------------------------------

namespace {

decision_core::child_view view_of(const core_child& x) {
  const auto comes_back = x.planned || x.ailment.has_value();
  return {x.uid, &x.spec, x.state, x.dynamic, comes_back, x.up_since, x.budget};
}

} // namespace

std::vector<action_t> decision_core::take_actions() {
  return std::exchange(actions_, {});
}

std::vector<decision_core::child_view> decision_core::children() const {
  std::vector<child_view> result;
  result.reserve(children_.size());
  std::transform(children_.begin(), children_.end(), std::back_inserter(result),
                 view_of);
  return result;
}

std::optional<decision_core::child_view>
decision_core::find(child_uid child) const {
  const auto x = by_uid_.find(child);
  if (x == by_uid_.end())
    return std::nullopt;
  return view_of(*x->second);
}

std::optional<decision_core::child_view>
decision_core::find(std::string_view id) const {
  const auto x = by_id_.find(id);
  if (x == by_id_.end())
    return std::nullopt;
  return view_of(*x->second);
}

bool decision_core::down() const noexcept {
  return down_;
}

bool decision_core::stopping() const noexcept {
  return plan_.what == core_plan::kind::down;
}

bool decision_core::coming_up() const noexcept {
  return plan_.what == core_plan::kind::initial;
}

const supervisor_spec& decision_core::spec() const noexcept {
  return spec_;
}

// -- children -----------------------------------------------------------------

core_child& decision_core::insert(child_uid uid, child_spec spec,
                                  bool dynamic) {
  auto& x = children_.emplace_back(uid, std::move(spec), dynamic);
  x.fleeting = spec_.dynamic;
  x.budget = dynamic ? budget_for(x.spec) : statics_[uid - 1].budget;
  by_uid_.emplace(uid, std::prev(children_.end()));
  by_id_.emplace(x.spec.id, &x);
  return x;
}

void decision_core::rebuild() {
  for (const auto& x : children_)
    if (x.dynamic)
      emit(action::forget_child{x.uid});
  by_id_.clear();
  by_uid_.clear();
  children_.clear();
  significant_alive_ = 0;
  for (std::size_t i = 0; i < statics_.size(); ++i) {
    auto& x = insert(i + 1, statics_[i].spec, false);
    x.been_up = statics_[i].been_up;
    if (x.budget != nullptr)
      x.budget->clear();
  }
  std::erase_if(debts_,
                [this](const auto& x) { return x.first > statics_.size(); });
}

core_child* decision_core::node(child_uid uid) {
  const auto x = by_uid_.find(uid);
  return x != by_uid_.end() ? &*x->second : nullptr;
}

core_child* decision_core::node(std::string_view id) {
  const auto x = by_id_.find(id);
  return x != by_id_.end() ? x->second : nullptr;
}

std::string decision_core::path_of(std::string_view id) const {
  auto result = path_ + '/';
  result += id;
  return result;
}

void decision_core::set_state(core_child& x, child_state next) {
  if (x.spec.significant) {
    significant_alive_ -= x.state != child_state::stopped ? 1 : 0;
    significant_alive_ += next != child_state::stopped ? 1 : 0;
  }
  x.state = next;
}

void decision_core::settle(core_child& x) {
  disarm(x);
  set_state(x, child_state::stopped);
  x.doomed = false;
  x.killed = false;
  x.kept_exit = 0;
}

void decision_core::park(core_child& x) {
  if (!std::exchange(x.parked, true))
    emit(action::park_child{x.uid});
}

void decision_core::forget(core_child& x) {
  emit(action::forget_child{x.uid});
  if (x.dynamic)
    debts_.erase(x.uid);
  by_id_.erase(x.spec.id);
  const auto position = by_uid_.find(x.uid);
  const auto place = position->second;
  by_uid_.erase(position);
  children_.erase(place);
}

// Whether this is the end of an incarnation that was left behind. One that had
// come up cannot fail to start any more.
bool decision_core::swallow(child_uid uid, bool end_of_start) {
  const auto x = debts_.find(uid);
  if (x == debts_.end())
    return false;
  auto& debt = x->second;
  auto& owed = end_of_start || debt.exits == 0 ? debt.starts : debt.exits;
  if (owed == 0)
    return false;
  --owed;
  if (debt.exits + debt.starts == 0)
    debts_.erase(x);
  return true;
}

// -- actions ------------------------------------------------------------------

void decision_core::reply(call_id call, result<child_uid> what) {
  if (call != 0)
    emit(action::answer{call, std::move(what)});
}

void decision_core::reply_to_start(core_child& x, result<child_uid> what) {
  const auto called = std::exchange(x.called_by, start_call::none);
  if (called != start_call::none && x.state == child_state::stopped
      && !x.planned && restarts_group())
    x.left_out = true;
  reply(std::exchange(x.call, 0), std::move(what));
}

void decision_core::arm(core_child& x, alarm kind, duration after) {
  x.timer = ++last_timer_;
  x.timer_kind = kind;
  emit(action::set_timer{x.uid, x.timer, after});
}

void decision_core::disarm(core_child& x) {
  if (std::exchange(x.timer, 0) != 0)
    emit(action::cancel_timer{x.uid});
}

failure decision_core::failure_of(errc code, std::string text,
                                  std::string_view id, time_point now) const {
  failure result{code, std::move(text), path_of(id)};
  result.time = now;
  return result;
}

failure decision_core::why_of(const core_child& x, const child_exit& how,
                              time_point now) const {
  if (how.kind == exit_kind::abnormal)
    return how.why;
  auto why = cause_of(how);
  why.path = path_of(x.spec.id);
  why.time = now;
  return why;
}

} // namespace vigil::detail
