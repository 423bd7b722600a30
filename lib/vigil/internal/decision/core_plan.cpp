#include <vigil/internal/base/mark.hpp>
#include <vigil/internal/decision/core_plan.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

// -- what it becomes ----------------------------------------------------------

void core_plan::begin(kind what, phase step) noexcept {
  *this = {};
  what_ = what;
  step_ = step;
}

void core_plan::clear() noexcept {
  *this = {};
}

void core_plan::begin_first_start(child_table& children) {
  begin(kind::first_start, phase::starting);
  auto& all = children.all();
  for (auto x = all.rbegin(); x != all.rend(); ++x) {
    x->planned = true;
    todo_.push_back(x->uid);
  }
}

void core_plan::begin_group(child_table& children, child_uid first,
                            child_uid failed) {
  begin(kind::group, phase::stopping);
  first_ = first;
  failed_ = failed;
  const auto end = children.all().end();
  for (auto x = children.from(first); x != end; ++x)
    x->left_out = false;
  doom_group(children);
}

void core_plan::doom_group(child_table& children) {
  const auto end = children.all().end();
  for (auto x = children.from(first_); x != end; ++x) {
    x->planned = !x->temporary() && !x->left_out;
    if (x->uid != failed_ && x->active()) {
      x->doomed = true;
      todo_.push_back(x->uid);
    }
  }
}

// Only the child whose start failed is restarting; what stands still with it
// is started again with it.
void core_plan::wait_for_retry(child_table& children, child_uid first,
                               child_uid failed) {
  begin(kind::group, phase::waiting);
  first_ = first;
  failed_ = failed;
  afresh_ = true;
  const auto end = children.all().end();
  for (auto x = children.from(first); x != end; ++x) {
    if (x->state == child_state::restarting && x->uid != failed) {
      VIGIL_MARK("a child waits for another one of its group");
      children.set_state(*x, child_state::stopped);
    }
    x->planned = !x->active() && !x->temporary() && !x->left_out;
  }
}

void core_plan::begin_going_down() noexcept {
  begin(kind::going_down, phase::stopping);
}

// -- how it goes on -----------------------------------------------------------

bool core_plan::stop_again(child_table& children) {
  if (!std::exchange(afresh_, false))
    return false;
  VIGIL_MARK("a group that waited for a failed start stops again");
  step_ = phase::stopping;
  doom_group(children);
  return true;
}

void core_plan::doom_all(child_table& children) {
  for (auto& x : children.all()) {
    x.doomed = x.active();
    if (x.doomed)
      todo_.push_back(x.uid);
  }
}

void core_plan::start_group(child_table& children) {
  step_ = phase::starting;
  failed_ = 0;
  const auto end = children.all().end();
  for (auto x = children.from(first_); x != end; ++x)
    if (x->planned)
      todo_.push_back(x->uid);
  std::reverse(todo_.begin(), todo_.end());
}

core_child* core_plan::next_to_stop(child_table& children) {
  current_ = 0;
  while (!todo_.empty()) {
    auto* x = children.find(todo_.back());
    todo_.pop_back();
    if (x != nullptr && (x->doomed || x->state == child_state::stopping))
      return x;
    VIGIL_MARK("a child is gone when its turn to stop comes");
  }
  return nullptr;
}

core_child* core_plan::next_to_start(child_table& children) {
  while (!todo_.empty()) {
    current_ = todo_.back();
    todo_.pop_back();
    auto* x = children.find(current_);
    if (x != nullptr && x->planned && !x->active())
      return x;
    VIGIL_MARK("a child is not to start any more when its turn comes");
  }
  return nullptr;
}

// -- for tests ----------------------------------------------------------------

const char* core_plan::flaw(const child_table& children) const {
  const auto dooms
    = going_down() || (restarts_group() && step_ == phase::stopping);
  const auto plans = coming_up() || restarts_group();
  for (const auto& x : children.all()) {
    if (x.doomed && !dooms)
      return "nobody is doomed but by a group or by going down";
    if (x.doomed && restarts_group() && !includes(x))
      return "who is not of the group is not doomed";
    if (x.planned && !plans)
      return "nobody is planned but by a first start or a group";
    if (x.planned && restarts_group() && !includes(x))
      return "who is not of the group is not planned";
    if (x.planned && x.temporary() && !coming_up())
      return "nobody temporary is started again";
    if (x.state == child_state::restarting && going_down())
      return "going down, nothing restarts";
  }
  if (none() && (!todo_.empty() || current_ != 0 || leaving_ != 0))
    return "without a plan there is nothing to do";
  if (waiting()) {
    const auto* x = children.find(failed_);
    if (x == nullptr || !waits_for(*x))
      return "a group waits for the timer of its failed child";
    if (!todo_.empty() || leaving_ != 0)
      return "a group that waits does nothing else";
  } else if (busy()) {
    const auto* x = children.find(current_);
    if (leaving_ == 0 && (x == nullptr || !x->active()))
      return "it is somebody's turn";
    if (leaving_ == 0 && starts() && x->state == child_state::running)
      return "whose turn it is to start does not run";
    if (leaving_ == 0 && stops() && x->state != child_state::stopping)
      return "whose turn it is to stop stops";
  }
  return nullptr;
}

} // namespace vigil::detail
