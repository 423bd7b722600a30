#include "storm.hpp"

#include <algorithm>
#include <utility>

namespace vigil::test {

storm::storm(std::uint64_t seed, const storm_weather& weather)
  : random_(seed), weather_(weather) {
  spec_.id = "top";
  spec_.dynamic = weather_.dynamic;
  if (!spec_.dynamic)
    spec_.strategy = static_cast<restart_strategy>(chance(3));
  spec_.intensity = {static_cast<std::uint32_t>(chance(8)), duration{60}};
  spec_.auto_shutdown = static_cast<auto_shutdown>(chance(3));
  window_ = std::make_shared<restart_window>(spec_.intensity);
  core_.emplace(spec_, "top", window_,
                [this] { return static_cast<double>(chance(100)) / 100.0; });
  log(
    (spec_.dynamic ? "dynamic" : std::string{vigil::to_string(spec_.strategy)})
    + ", intensity " + std::to_string(spec_.intensity.max_restarts)
    + ", auto_shutdown " + std::string{vigil::to_string(spec_.auto_shutdown)});
  const auto count = spec_.dynamic ? 0 : chance(weather_.children + 1);
  for (std::size_t i = 0; i < count; ++i)
    add_child(any_spec(std::string(1, static_cast<char>('a' + i))));
}

bool storm::run() {
  begin_up();
  for (auto left = weather_.steps; left > 0 && well_; --left)
    step();
  rest();
  if (!well_)
    return false;
  look_at_rest();
  if (on_)
    stopped_with_ = exit_kind::normal;
  core_->stop({}, false, now_);
  ending_ = true;
  carry_out_all("last stop");
  rest();
  expect(core_->down() && !on_, "it is down at the end");
  return well_;
}

std::string storm::story() const {
  return log_;
}

// -- chance -------------------------------------------------------------------

std::size_t storm::chance(std::size_t options) {
  return static_cast<std::size_t>(random_() % options);
}

bool storm::rarely(std::size_t one_in) {
  return chance(one_in) == 0;
}

child_spec storm::any_spec(std::string id) {
  child_spec x;
  x.id = std::move(id);
  x.restart = static_cast<restart_policy>(chance(3));
  x.significant = x.restart != restart_policy::permanent
                  && spec_.auto_shutdown != auto_shutdown::never && rarely(2);
  if (rarely(4))
    x.shutdown = brutal_kill;
  else if (rarely(4))
    x.shutdown = infinity;
  else
    x.shutdown = duration{static_cast<duration::rep>(chance(3)) * 5};
  if (rarely(2))
    x.backoff = exponential(duration{2}, duration{15}).jitter(1.0);
  if (rarely(4))
    x.intensity
      = restart_intensity{static_cast<std::uint32_t>(chance(4)), duration{30}};
  if (weather_.stuck && rarely(3))
    x.start_timeout = duration{8};
  log("  " + x.id + ' ' + std::string{vigil::to_string(x.restart)}
      + (x.significant ? " significant" : "")
      + (x.shutdown.brutal()     ? " brutal"
         : x.shutdown.infinite() ? " infinite"
                                 : " shutdown")
      + (x.backoff.enabled() ? " backoff" : "")
      + (x.intensity ? " own " + std::to_string(x.intensity->max_restarts)
                     : std::string{})
      + (x.start_timeout ? " start_timeout" : ""));
  return x;
}

child_exit storm::any_exit() {
  child_exit result;
  result.kind = static_cast<exit_kind>(chance(3));
  if (rarely(2))
    result.kind = exit_kind::abnormal;
  if (result.kind == exit_kind::abnormal)
    result.why = failure{errc::unspecified};
  return result;
}

std::string storm::any_id() {
  if (rarely(12) || order_.empty())
    return "nobody";
  return bodies_[order_[chance(order_.size())]].spec.id;
}

// -- after the storm ---------------------------------------------------------

// Answers whatever is open and lets time pass until nothing is left to do.
void storm::rest() {
  log("waiting for rest");
  for (auto left = 2'000; left > 0 && well_; --left)
    if (!kindly_step())
      return;
  expect(!well_, "the core comes to rest");
}

storm::bodies::iterator storm::next_alarm() {
  auto next = bodies_.end();
  for (auto x = bodies_.begin(); x != bodies_.end(); ++x)
    if (x->second.alarm
        && (next == bodies_.end()
            || x->second.alarm->due < next->second.alarm->due))
      next = x;
  return next;
}

bool storm::kindly_step() {
  if (!debts_.empty()) {
    end_late(debts_.begin()->first);
    return true;
  }
  for (auto& [uid, x] : bodies_) {
    if (x.stuck && x.alarm)
      continue; // that goes on until it is left behind
    if (x.now == life::starting) {
      answer_start(uid, true);
      return true;
    }
    if (x.now == life::up && x.asked) {
      end(uid, any_exit());
      return true;
    }
  }
  const auto next = next_alarm();
  if (next == bodies_.end())
    return false;
  now_ = std::max(now_, next->second.alarm->due);
  fire(next->first);
  return true;
}

} // namespace vigil::test
