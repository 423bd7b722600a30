#include "calm_model.hpp"

#include <algorithm>
#include <utility>

namespace vigil::test {

calm_model::calm_model(supervisor_spec spec, std::string path, start_fn how)
  : spec_(std::move(spec)), path_(std::move(path)), how_(std::move(how)) {
  // nop
}

void calm_model::add_child(child_spec spec) {
  kid x;
  x.uid = ++last_uid_;
  x.spec = std::move(spec);
  statics_.push_back(x);
  kids_.push_back(std::move(x));
}

// -- inputs -------------------------------------------------------------------

void calm_model::start() {
  begin();
  for (const auto& x : kids_)
    if (x.dynamic)
      seen_.forgotten.push_back(x.uid);
  kids_ = statics_;
  stamps_.clear();
  down_ = false;
  for (place x = 0; x < kids_.size();) {
    const auto uid = kids_[x].uid;
    if (try_start(x) == start_end::fails) {
      go_down({exit_kind::abnormal, static_cast<int>(errc::start_failed),
               path_ + '/' + kids_[x].spec.id, static_cast<int>(start_code),
               true});
      return finish();
    }
    if (x < kids_.size() && kids_[x].uid == uid)
      ++x;
  }
  seen_.published.push_back({'u', 0, {}});
  finish();
}

void calm_model::exits(child_uid child, const child_exit& how) {
  begin();
  const auto x = find(child);
  if (!x || kids_[*x].state != child_state::running)
    return finish();
  const auto spec = kids_[*x].spec;
  const auto why = static_cast<int>(how.why.code.value());
  kids_[*x].state = child_state::stopped;
  if (!wants_restart(spec, how)) {
    rest(*x);
    auto_shut(spec.significant);
  } else if (how.budget_refused) {
    give_up(*x, why);
  } else {
    wants_another(*x, why);
  }
  finish();
}

void calm_model::start_child(call_id call, const child_spec& spec) {
  begin();
  const auto old = find(spec.id);
  if (down_) {
    reply(call, 0, errc::supervisor_down);
  } else if (auto bad = check(spec, spec_, path_ + '/' + spec.id)) {
    reply(call, 0, static_cast<errc>(bad->code.value()));
  } else if (old) {
    reply(call, 0,
          kids_[*old].state == child_state::running ? errc::already_started
                                                    : errc::already_present);
  } else {
    kid fresh;
    fresh.uid = ++last_uid_;
    fresh.spec = spec;
    fresh.dynamic = true;
    kids_.push_back(fresh);
    if (try_start(kids_.size() - 1) == start_end::fails) {
      kids_.pop_back();
      seen_.forgotten.push_back(fresh.uid);
      reply(call, 0, errc::start_failed);
    } else {
      stay_out(fresh.uid);
      reply(call, fresh.uid);
    }
  }
  finish();
}

void calm_model::terminate_child(call_id call, std::string_view id) {
  begin();
  const auto x = find(id);
  if (down_)
    reply(call, 0, errc::supervisor_down);
  else if (!x)
    reply(call, 0, errc::not_found);
  else {
    auto& y = kids_[*x];
    y.left_out = !waits_.empty();
    if (y.state == child_state::restarting)
      call_off(y.uid);
    else if (y.state == child_state::running)
      stop_one(*x);
    if (const auto z = find(id))
      rest(*z);
    reply(call, 0);
  }
  finish();
}

void calm_model::restart_child(call_id call, std::string_view id) {
  begin();
  const auto x = find(id);
  if (down_)
    reply(call, 0, errc::supervisor_down);
  else if (!x)
    reply(call, 0, errc::not_found);
  else if (kids_[*x].state == child_state::running)
    reply(call, 0, errc::child_running);
  else if (kids_[*x].state == child_state::restarting || waits(*x))
    reply(call, 0, errc::child_restarting);
  else {
    const auto uid = kids_[*x].uid;
    if (try_start(*x) == start_end::fails) {
      rest(*x);
      reply(call, 0, errc::start_failed);
    } else {
      reply(call, uid);
    }
    stay_out(uid);
  }
  finish();
}

void calm_model::delete_child(call_id call, std::string_view id) {
  begin();
  const auto x = find(id);
  if (down_)
    reply(call, 0, errc::supervisor_down);
  else if (!x)
    reply(call, 0, errc::not_found);
  else if (kids_[*x].state == child_state::running)
    reply(call, 0, errc::child_running);
  else if (kids_[*x].state == child_state::restarting || waits(*x))
    reply(call, 0, errc::child_restarting);
  else {
    seen_.forgotten.push_back(kids_[*x].uid);
    kids_.erase(kids_.begin() + static_cast<std::ptrdiff_t>(*x));
    reply(call, 0);
  }
  finish();
}

void calm_model::stop() {
  begin();
  if (!down_)
    go_down({});
  finish();
}

void calm_model::pass(duration time) {
  begin();
  const auto until = now_ + time;
  for (auto next = next_due(); next && *next <= until; next = next_due()) {
    now_ = std::max(now_, *next);
    const auto x = std::find_if(waits_.begin(), waits_.end(),
                                [&](const wait& w) { return w.due == *next; });
    const auto [child, due, afresh] = *x;
    waits_.erase(x);
    if (const auto [first, last] = group(*find(child)); afresh)
      stop_group(first, last);
    restart_group(child);
  }
  now_ = until;
  finish();
}

std::optional<time_point> calm_model::next_due() const {
  const auto x = std::min_element(
    waits_.begin(), waits_.end(),
    [](const wait& a, const wait& b) { return a.due < b.due; });
  if (x == waits_.end())
    return std::nullopt;
  return x->due;
}

// -- single children ----------------------------------------------------------

void calm_model::begin() {
  seen_.next();
}

void calm_model::finish() {
  seen_.down = down_;
  seen_.rows.clear();
  for (const auto& x : kids_)
    seen_.rows.push_back(
      {x.uid, x.state, !down_ && x.parked && x.state == child_state::stopped});
  seen_.used = 0;
  if (!down_)
    seen_.used = static_cast<std::size_t>(
      std::count_if(stamps_.begin(), stamps_.end(), [this](time_point t) {
        return t >= now_ - spec_.intensity.period;
      }));
  std::sort(seen_.forgotten.begin(), seen_.forgotten.end());
}

std::optional<calm_model::place> calm_model::find(child_uid child) const {
  for (place x = 0; x < kids_.size(); ++x)
    if (kids_[x].uid == child)
      return x;
  return std::nullopt;
}

std::optional<calm_model::place> calm_model::find(std::string_view id) const {
  for (place x = 0; x < kids_.size(); ++x)
    if (kids_[x].spec.id == id)
      return x;
  return std::nullopt;
}

void calm_model::reply(call_id call, child_uid child, errc code) {
  seen_.replies.push_back({call, static_cast<int>(code), child});
}

void calm_model::reply(call_id call, child_uid child) {
  seen_.replies.push_back({call, 0, child});
}

start_end calm_model::try_start(place x) {
  auto& y = kids_[x];
  seen_.moves.push_back({y.was_up ? '*' : '+', y.uid});
  const auto end = how_(y.uid);
  y.left_out = false;
  y.parked = false;
  if (end == start_end::up) {
    y.state = child_state::running;
    y.was_up = true;
    if (!y.dynamic)
      statics_[y.uid - 1].was_up = true;
    y.up_since = now_;
  } else if (end == start_end::ignores) {
    rest(x);
  }
  return end;
}

// It does not run and nobody is going to start it.
void calm_model::rest(place x) {
  auto& y = kids_[x];
  y.state = child_state::stopped;
  y.parked = true;
  if (y.spec.restart != restart_policy::temporary)
    return;
  seen_.forgotten.push_back(y.uid);
  kids_.erase(kids_.begin() + static_cast<std::ptrdiff_t>(x));
}

// A call did not bring it up: a group that waits goes on without it.
void calm_model::stay_out(child_uid child) {
  if (const auto x = find(child))
    kids_[*x].left_out
      = kids_[*x].state == child_state::stopped && !waits_.empty();
}

void calm_model::stop_one(place x) {
  auto& y = kids_[x];
  seen_.moves.push_back({y.spec.shutdown.brutal() ? 'x' : '-', y.uid});
  y.state = child_state::stopped;
}

} // namespace vigil::test
