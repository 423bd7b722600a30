#include <vigil/caf.hpp>
#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/health/health_monitor.hpp>
#include <vigil/internal/health/liveness.hpp>

#include <utility>

namespace vigil::detail {

health_monitor::health_monitor(supervisor_handle::base& self,
                               condemn_function condemn)
  : self_(self), condemn_(std::move(condemn)) {
  // nop
}

std::optional<time_point>
health_monitor::begin(const child_cell_ptr& child,
                      std::shared_ptr<const health_probe> probe) {
  const auto& policy = *child->spec.health;
  if (probe == nullptr)
    probe = std::make_shared<liveness>();
  auto [i, added] = patients_.try_emplace(
    child->uid, patient{child, std::move(probe), health_watch{policy}, 0});
  if (!added)
    return std::nullopt;
  child->message_kind.store(0, std::memory_order_relaxed);
  return arm(i->second, time_after(child->now(), policy.interval));
}

void health_monitor::end(child_uid child) {
  auto node = patients_.extract(child);
  if (!node.empty())
    node.mapped().cell->health.store(health::unknown,
                                     std::memory_order_relaxed);
}

std::optional<time_point> health_monitor::tick(time_point now) {
  timers_.fire(now, [this](const timer_queue::timer& x) {
    if (auto* who = find(x.child, x.generation))
      check(*who);
  });
  return timers_.next([this](const auto& x) { return is_stale(x); });
}

health_monitor::patient* health_monitor::find(child_uid child,
                                              std::uint64_t generation) {
  auto i = patients_.find(child);
  return i != patients_.end() && i->second.generation == generation ? &i->second
                                                                    : nullptr;
}

bool health_monitor::is_stale(const timer_queue::timer& x) {
  return find(x.child, x.generation) == nullptr;
}

void health_monitor::check(patient& x) {
  const auto& cell = *x.cell;
  const auto incarnation = cell.incarnation.load(std::memory_order_relaxed);
  if (std::exchange(x.incarnation, incarnation) != incarnation)
    x.watch.reset();
  auto done = [this, child = cell.uid,
               generation = x.generation](result<health> answer) {
    answered(child, generation, std::move(answer));
  };
  // Its question may be copied from what is the user's.
  const auto why = caught([&] {
    x.probe->ask(self_, cell.owner.tree->timers, cell.handle(),
                 cell.spec.health->timeout, done);
  });
  if (why)
    done(*why);
}

void health_monitor::answered(child_uid child, std::uint64_t generation,
                              result<health> answer) {
  auto* x = find(child, generation);
  if (x == nullptr)
    return;
  const auto& cell = *x->cell;
  // If it restarted in place meanwhile, that says enough.
  if (cell.incarnation.load(std::memory_order_relaxed) == x->incarnation)
    judge(*x, answer);
  if (auto at = arm(*x, time_after(cell.now(), cell.spec.health->interval)))
    wake(*at);
}

void health_monitor::judge(patient& x, const result<health>& answer) {
  const auto changed
    = answer ? x.watch.answered(answer.value()) : x.watch.failed();
  const auto status = x.watch.status();
  const auto bad = status == health::unhealthy
                   && (!answer || answer.value() == health::unhealthy);
  const auto cell = x.cell;
  const auto uid = cell->uid;
  const auto incarnation = x.incarnation;
  std::optional<failure> why;
  if (bad)
    why = cell->complete(diagnosis(x, answer), incarnation);
  if (changed) {
    cell->health.store(status, std::memory_order_relaxed);
    cell->publish(
      incarnation,
      event{.type = event_type::health_changed, .why = why, .status = status});
  }
  if (bad && cell->spec.health->restart && condemn_(uid, *why))
    cell->log(std::move(*why), incarnation);
}

failure health_monitor::diagnosis(const patient& x,
                                  const result<health>& answer) const {
  failure result{errc::unhealthy};
  if (answer) {
    result.message = "it says so itself";
    return result;
  }
  const auto& cell = *x.cell;
  const auto& policy = *cell.spec.health;
  const auto checks = x.watch.failures();
  result.message = std::to_string(checks)
                   + (checks == 1 ? " check" : " checks in a row") + " failed";
  if (answer.error().code != errc::timeout)
    return result.because(answer.error());
  result.message
    += ", without an answer within " + format_duration(policy.timeout);
  if (const auto kind = cell.message_kind.load(std::memory_order_relaxed);
      kind != 0) {
    const auto since = time_point{
      duration{cell.message_since.load(std::memory_order_relaxed)}};
    result.message += "; it is busy with "
                      + compat::kind_name(self_.system(), kind) + " since "
                      + format_duration(time_between(since, cell.now()));
  }
  return result;
}

std::optional<time_point> health_monitor::arm(patient& x, time_point at) {
  x.generation = ++last_generation_;
  if (!timers_.add({at, x.cell->uid, x.generation},
                   [this](const auto& y) { return is_stale(y); }))
    return std::nullopt;
  return at;
}

} // namespace vigil::detail
