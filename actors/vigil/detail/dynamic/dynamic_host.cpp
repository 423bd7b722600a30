#include <vigil/caf.hpp>
#include <vigil/detail/base/due.hpp>
#include <vigil/detail/dynamic/dynamic_host.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/state/restart_window.hpp>
#include <vigil/internal/decision/limit_text.hpp>

#include <limits>
#include <random>
#include <utility>

namespace vigil::detail {

namespace {

double random_share() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>{}(engine);
}

} // namespace

std::optional<failure> dynamic_host_core::begin_now() {
  if (!born_)
    be_born();
  if (came_ || !leaving_)
    return std::nullopt;
  if (!may_start())
    return failure{errc::supervisor_stopping, {}, owner.path};
  auto why = last_failure();
  return why ? why : failure{errc::ignored, {}, path()};
}

const restart_intensity* dynamic_host_core::refusal(time_point at) {
  if (spec.intensity) {
    auto& alone = own_budget(*spec.intensity);
    spent_alone_ = !alone.admit(at);
    if (spent_alone_)
      return &alone.limit();
  }
  return child_record::refusal(at);
}

compat::fate dynamic_host_core::before(compat::mailbox_element& x) {
  if (successor() != nullptr) [[unlikely]] {
    const auto result = host_core::before(x);
    if (handed_over())
      retire(to_caf({errc::child_stuck, {}, path()}));
    return result;
  }
  const auto* cmd
    = compat::is_urgent(x) ? compat::get_if<host_command>(x) : nullptr;
  const auto ends = cmd != nullptr && cmd->kind != host_command::what::start
                    && cmd->kind != host_command::what::park;
  if (ends) {
    leaving_ = true;
    stops_for_good(true);
    if (!running()) {
      if (auto last = exhausted_ ? last_failure() : std::nullopt)
        leave(to_caf(*last));
      else
        leave(caf::make_error(caf::exit_reason::user_shutdown));
      return compat::fate::consumed;
    }
  } else if (!born_ && cmd == nullptr) {
    be_born();
    if (leaving_) {
      lose(x, errc::child_stopped);
      return compat::fate::consumed;
    }
  }
  return host_core::before(x);
}

void dynamic_host_core::be_born() {
  born_ = true;
  if (!may_start())
    return leave(to_caf({errc::supervisor_stopping, {}, owner.path}));
  start(start_kind::by_supervisor, now());
  settle();
}

void dynamic_host_core::report(child_note_kind kind, child_exit&& how) {
  switch (kind) {
    case child_note::what::started:
      came_ = true;
      return set_restarting(false);
    case child_note::what::start_failed:
      return on_start_failed(std::move(how.why));
    case child_note::what::ignored:
      return leave(caf::error{});
    case child_note::what::exited:
      return on_incarnation_end(std::move(how));
  }
}

void dynamic_host_core::on_incarnation_end(child_exit&& how) {
  if (leaving_ || !may_start() || !wants_restart(spec, how))
    return leave(reason_of(how));
  how.why = cause_of(how);
  if (how.budget_refused)
    return exhaust(std::move(how.why));
  if (has_lasted(time_point{duration{up_since.load(std::memory_order_relaxed)}},
                 now(), spec.backoff.reset_after()))
    attempts_ = 0;
  if (refusal(now()) != nullptr)
    return exhaust(std::move(how.why));
  retry_after(next_delay());
}

void dynamic_host_core::on_start_failed(failure why) {
  // A first start that fails is the caller's news, not a reason to restart.
  if (leaving_ || !may_start() || host_core::incarnation() == 1)
    return leave(to_caf(host_core::complete(std::move(why))));
  if (refusal(now()) != nullptr)
    return exhaust(std::move(why));
  retry_after(next_delay());
}

duration dynamic_host_core::next_delay() {
  if (attempts_ < std::numeric_limits<std::uint16_t>::max())
    ++attempts_;
  return spec.backoff.delay(attempts_, random_share());
}

void dynamic_host_core::set_restarting(bool x) {
  if (restarting_ == x)
    return;
  restarting_ = x;
  population().count_restarting(x);
}

void dynamic_host_core::retry_after(duration wait) {
  set_restarting(true);
  state.store(child_state::restarting, std::memory_order_relaxed);
  publish(number(), event{.type = event_type::child_restarting, .after = wait});
  host_command again{host_command::what::start};
  if (wait == duration::zero())
    compat::send_urgent(caf::strong_actor_ptr{self().ctrl()}, self().context(),
                        again);
  else
    send_later(time_after(now(), wait), again);
}

void dynamic_host_core::exhaust(failure why) {
  vanish();
  if (spent_alone_)
    return exhaust_alone(std::move(why));
  state.store(child_state::stopped, std::memory_order_relaxed);
  exhausted_ = true;
  auto to = caf::actor_cast<caf::strong_actor_ptr>(owner.actor);
  compat::send_urgent(to, self().context(),
                      population_exhausted{host_core::complete(std::move(why)),
                                           earlier_failures()});
}

void dynamic_host_core::exhaust_alone(failure why) {
  failure limit{errc::restart_limit_reached,
                limit_text("it", *spec.intensity, earlier_failures())};
  auto all = host_core::complete(std::move(limit))
               .because(host_core::complete(std::move(why)));
  publish(number(), event{.type = event_type::gave_up, .why = all});
  leave(to_caf(all));
}

// Whoever has learned of the end finds the child nowhere any more.
void dynamic_host_core::leave(caf::error why) {
  leaving_ = true;
  send_nothing_later();
  vanish();
  set_restarting(false);
  state.store(child_state::stopped, std::memory_order_relaxed);
  forget_key();
  publish(number(), event_type::child_removed);
  auto last = population().remove(*this);
  retire(std::move(why));
}

} // namespace vigil::detail
