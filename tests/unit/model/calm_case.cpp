#include "calm_case.hpp"

#include <utility>

namespace vigil::test {

namespace {

supervisor_spec make_supervisor(choices& pick, const calm_bounds& bounds) {
  supervisor_spec result;
  result.id = "top";
  result.strategy = pick.pick(bounds.strategies);
  result.intensity = {pick.pick(bounds.intensities), calm_period};
  result.auto_shutdown = pick.pick(bounds.shutdowns);
  return result;
}

std::vector<child_spec> make_children(choices& pick, const calm_bounds& bounds,
                                      auto_shutdown when) {
  std::vector<child_spec> result;
  const auto count = pick.pick(bounds.children);
  const auto wait = pick.pick(bounds.backoffs);
  for (std::size_t i = 0; i < count; ++i) {
    child_spec x;
    x.id = std::string(1, static_cast<char>('a' + i));
    x.restart = pick.pick(bounds.policies);
    x.backoff = wait;
    if (i == 0)
      x.intensity = pick.pick(bounds.own);
    if (when != auto_shutdown::never && x.restart != restart_policy::permanent)
      x.significant = pick.pick(2) == 0;
    result.push_back(std::move(x));
  }
  return result;
}

child_exit make_exit(exit_kind how, bool refused) {
  child_exit result;
  result.kind = how;
  if (how == exit_kind::abnormal)
    result.why = failure{exit_code};
  result.budget_refused = refused;
  return result;
}

} // namespace

calm_case::calm_case(choices& pick, const calm_bounds& bounds)
  : pick_(pick), bounds_(bounds), spec_(make_supervisor(pick, bounds)),
    children_(make_children(pick, bounds, spec_.auto_shutdown)),
    faults_left_(bounds.faults) {
  model_.emplace(spec_, "top", [this](child_uid) {
    auto end = start_end::up;
    if (faults_left_ > 0)
      end = static_cast<start_end>(pick_.pick(3));
    if (end != start_end::up)
      --faults_left_;
    ends_.push_back(end);
    return end;
  });
  core_.emplace(spec_, "top");
  for (const auto& x : children_) {
    model_->add_child(x);
    core_->add_child(x);
  }
}

std::optional<std::string> calm_case::run() {
  if (!agree({.kind = what::start}))
    return story();
  for (auto left = bounds_.length; left > 0; --left) {
    const auto all = options(left == 1);
    if (all.empty())
      break;
    if (!agree(pick_.pick(all)))
      return story();
  }
  return std::nullopt;
}

// Does `x` to both.
bool calm_case::agree(const input& x) {
  inputs_.push_back(x);
  ends_.clear();
  apply(*model_, x);
  for (auto end : ends_) {
    core_->script(end);
    starts_ += "+fi"[static_cast<std::size_t>(end)];
  }
  starts_ += ' ';
  apply(*core_, x);
  if (x.kind != what::exits && x.kind < what::pass)
    ++call_;
  if (x.kind == what::start_new)
    ++fresh_;
  return core_->wrong().empty() && model_->seen() == core_->seen();
}

template <class Supervisor>
void calm_case::apply(Supervisor& to, const input& x) {
  switch (x.kind) {
    case what::exits:
      return to.exits(x.child, make_exit(x.how, x.refused));
    case what::start_new:
    case what::start_known: {
      child_spec spec;
      spec.id = x.id;
      spec.restart = x.policy;
      return to.start_child(call_ + 1, spec);
    }
    case what::terminate:
      return to.terminate_child(call_ + 1, x.id);
    case what::restart:
      return to.restart_child(call_ + 1, x.id);
    case what::erase:
      return to.delete_child(call_ + 1, x.id);
    case what::pass:
      return to.pass(x.time);
    case what::stop:
      return to.stop();
    case what::start:
      return to.start();
  }
}

// -- what can happen next -----------------------------------------------------

std::vector<calm_case::input> calm_case::options(bool last) const {
  std::vector<input> result;
  result.reserve(40);
  if (model_->down()) {
    if (bounds_.calls)
      result.push_back({.kind = what::start});
    if (!last || !bounds_.calls)
      return result;
    // All of these are refused.
    for (auto kind : {what::start_new, what::terminate, what::restart,
                      what::erase, what::stop})
      result.push_back({.kind = kind, .id = "a"});
    return result;
  }
  for (const auto& x : model_->kids()) {
    add_ends(result, x);
    if (bounds_.calls)
      add_calls(result, x, last);
  }
  add_times(result);
  if (!bounds_.calls)
    return result;
  result.push_back({.kind = what::stop});
  for (auto policy : {restart_policy::permanent, restart_policy::temporary})
    result.push_back({.kind = what::start_new,
                      .id = std::string{"new"} + std::to_string(fresh_),
                      .policy = policy});
  if (last)
    for (auto kind : {what::terminate, what::restart, what::erase})
      result.push_back({.kind = kind, .id = "nobody"});
  return result;
}

void calm_case::add_ends(std::vector<input>& to,
                         const calm_model::kid& x) const {
  if (x.state != child_state::running)
    return;
  auto add = [&](exit_kind how, bool refused) {
    to.push_back(
      {.kind = what::exits, .child = x.uid, .how = how, .refused = refused});
  };
  add(exit_kind::normal, false);
  add(exit_kind::abnormal, false);
  if (!bounds_.all_ends)
    return;
  add(exit_kind::shutdown, false);
  add(exit_kind::abnormal, true);
}

// Calls that change nothing are worth a case of their own, but not a step on
// the way to another.
void calm_case::add_calls(std::vector<input>& to, const calm_model::kid& x,
                          bool last) const {
  auto add = [&](what kind) {
    to.push_back({.kind = kind, .id = x.spec.id});
  };
  const auto stands = x.state == child_state::stopped;
  if (last || !stands || model_->next_due())
    add(what::terminate);
  if (last || stands) {
    add(what::restart);
    add(what::erase);
  }
  if (last)
    add(what::start_known);
}

void calm_case::add_times(std::vector<input>& to) const {
  if (const auto due = model_->next_due())
    to.push_back({.kind = what::pass, .time = *due - model_->now()});
  if (bounds_.all_ends)
    to.push_back({.kind = what::pass, .time = calm_period});
  if (model_->seen().used > 0)
    to.push_back({.kind = what::pass, .time = calm_period + duration{1}});
}

// -- for people ---------------------------------------------------------------

std::string calm_case::to_string(const input& x) {
  switch (x.kind) {
    case what::exits:
      return '#' + std::to_string(x.child) + " exits "
             + std::string{vigil::to_string(x.how)}
             + (x.refused ? ", refused" : "");
    case what::start_new:
    case what::start_known:
      return "start_child " + x.id + ' '
             + std::string{vigil::to_string(x.policy)};
    case what::terminate:
      return "terminate_child " + x.id;
    case what::restart:
      return "restart_child " + x.id;
    case what::erase:
      return "delete_child " + x.id;
    case what::pass:
      return "time passes by " + std::to_string(x.time.count());
    case what::stop:
      return "stop";
    case what::start:
      break;
  }
  return "start";
}

std::string calm_case::story() const {
  std::string result
    = std::string{vigil::to_string(spec_.strategy)} + ", intensity "
      + std::to_string(spec_.intensity.max_restarts) + ", auto_shutdown "
      + std::string{vigil::to_string(spec_.auto_shutdown)};
  for (const auto& x : children_) {
    result += "\n  " + x.id + ' ' + std::string{vigil::to_string(x.restart)};
    if (x.significant)
      result += " significant";
    if (x.backoff.enabled())
      result += " backoff " + std::to_string(x.backoff.initial().count());
    if (x.intensity)
      result += " own budget " + std::to_string(x.intensity->max_restarts);
  }
  for (const auto& x : inputs_)
    result += "\n> " + to_string(x);
  result += "\nstarts (+ up, f fails, i ignores), input by input: " + starts_;
  result += "\nmodel: " + vigil::test::to_string(model_->seen());
  result += "\ncore:  " + vigil::test::to_string(core_->seen());
  if (!core_->wrong().empty())
    result += "\nwrong: " + core_->wrong();
  return result;
}

calm_result run_all(const calm_bounds& bounds) {
  calm_result result;
  choices pick;
  do {
    ++result.cases;
    if (auto story = calm_case{pick, bounds}.run()) {
      result.story = "case " + std::to_string(result.cases) + " (" + pick.text()
                     + ")\n" + *story;
      break;
    }
  } while (pick.next());
  return result;
}

} // namespace vigil::test
