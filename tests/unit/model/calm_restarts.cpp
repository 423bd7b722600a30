#include "calm_model.hpp"

#include <algorithm>
#include <utility>

namespace vigil::test {

// -- automatic restarts -------------------------------------------------------

std::pair<calm_model::place, calm_model::place>
calm_model::group(place failed) const {
  switch (spec_.strategy) {
    case restart_strategy::one_for_all:
      return {0, kids_.size()};
    case restart_strategy::rest_for_one:
      return {failed, kids_.size()};
    case restart_strategy::one_for_one:
      break;
  }
  return {failed, failed + 1};
}

// A child that stands still until its group is started again.
bool calm_model::waits(place x) const {
  const auto& y = kids_[x];
  return y.state == child_state::stopped && !y.left_out
         && y.spec.restart != restart_policy::temporary
         && std::any_of(waits_.begin(), waits_.end(), [&](const wait& w) {
              const auto [first, last] = group(*find(w.child));
              return first <= x && x < last;
            });
}

bool calm_model::admitted(place x) {
  auto ask = [this](std::vector<time_point>& stamps, restart_intensity limit) {
    const auto counted
      = std::count_if(stamps.begin(), stamps.end(),
                      [&](time_point t) { return t >= now_ - limit.period; });
    if (counted >= static_cast<std::ptrdiff_t>(limit.max_restarts))
      return false;
    stamps.push_back(now_);
    return true;
  };
  auto& y = kids_[x];
  return (!y.spec.intensity || ask(y.stamps, *y.spec.intensity))
         && ask(stamps_, spec_.intensity);
}

// Counts one more failure of the child, and says how long to wait for its next
// start.
duration calm_model::delay(place x) {
  return kids_[x].spec.backoff.delay(++kids_[x].failures, 0.5);
}

void calm_model::stop_group(place first, place last) {
  for (auto x = last; x-- > first;)
    if (kids_[x].state == child_state::running) {
      stop_one(x);
      if (kids_[x].spec.restart == restart_policy::temporary)
        rest(x);
    }
}

// A child ended by itself that is to run.
void calm_model::wants_another(place x, int why) {
  auto& y = kids_[x];
  const auto uid = y.uid;
  if (!admitted(x))
    return give_up(x, why);
  if (now_ - y.up_since >= y.spec.backoff.reset_after())
    y.failures = 0;
  // It is started with its group, when that is due.
  const auto joins
    = spec_.strategy != restart_strategy::one_for_one && waits(x);
  const auto own = delay(x);
  const auto after = joins ? duration::zero() : own;
  seen_.published.push_back({'r', uid, after});
  if (joins)
    return;
  if (spec_.strategy != restart_strategy::one_for_one) {
    for (const auto& w : waits_)
      kids_[*find(w.child)].state = child_state::stopped;
    waits_.clear();
  }
  for (auto& z : kids_)
    z.left_out = false;
  const auto [first, last] = group(x);
  stop_group(first, last);
  kids_[*find(uid)].state = child_state::restarting;
  if (after == duration::zero())
    return restart_group(uid);
  waits_.push_back({uid, now_ + after, false});
}

void calm_model::cannot_start(place x) {
  if (!admitted(x))
    return give_up(x, static_cast<int>(start_code));
  const auto uid = kids_[x].uid;
  const auto after = delay(x);
  seen_.published.push_back({'r', uid, after});
  kids_[x].state = child_state::restarting;
  waits_.push_back({uid, now_ + after, true});
}

void calm_model::restart_group(child_uid failed) {
  const auto [first, last] = group(*find(failed));
  kids_[*find(failed)].state = child_state::stopped;
  for (auto x = first; x < last; ++x) {
    const auto& y = kids_[x];
    if (y.spec.restart == restart_policy::temporary || y.left_out
        || y.state == child_state::running)
      continue;
    if (try_start(x) == start_end::fails)
      return cannot_start(x);
  }
  for (auto& z : kids_)
    z.left_out = false;
}

// Gives up waiting, for all that wait.
void calm_model::call_off(child_uid child) {
  waits_.erase(std::find_if(waits_.begin(), waits_.end(),
                            [&](const wait& w) { return w.child == child; }));
  if (spec_.strategy == restart_strategy::one_for_one)
    return;
  for (auto& x : kids_)
    x.parked = x.state == child_state::stopped;
}

// -- going down ---------------------------------------------------------------

// A child of that significance ended by itself, and for good.
void calm_model::auto_shut(bool significant) {
  if (!significant || spec_.auto_shutdown == auto_shutdown::never)
    return;
  const auto lives = [](const kid& x) {
    return x.spec.significant && x.state != child_state::stopped;
  };
  if (spec_.auto_shutdown == auto_shutdown::all_significant
      && std::any_of(kids_.begin(), kids_.end(), lives))
    return;
  go_down({exit_kind::shutdown, 0, {}, 0, false});
}

void calm_model::give_up(place x, int why) {
  seen_.published.push_back({'g', kids_[x].uid, {}});
  go_down({exit_kind::abnormal, static_cast<int>(errc::restart_limit_reached),
           path_, why, false});
}

void calm_model::go_down(observation::end how) {
  waits_.clear();
  for (auto x = kids_.size(); x-- > 0;) {
    if (kids_[x].state == child_state::running)
      stop_one(x);
    kids_[x].state = child_state::stopped;
  }
  seen_.ends.push_back(std::move(how));
  down_ = true;
}

} // namespace vigil::test
