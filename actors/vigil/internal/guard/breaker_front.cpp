#include <vigil/detail/guard/asker.hpp>
#include <vigil/internal/guard/breaker_front.hpp>

#include <utility>

namespace vigil::detail {

breaker_front::breaker_front(caf::actor_config& cfg,
                             std::shared_ptr<breaker_home> home,
                             std::shared_ptr<breaker_core> core,
                             breaker_options options,
                             caf::strong_actor_ptr target)
  : calling_front<broken_call>(cfg, home->name(), std::move(target)),
    home_(std::move(home)), core_(std::move(core)),
    options_(std::move(options)),
    fallback_(options_.fallback ? options_.fallback(home_system()) : nullptr) {
  // nop
}

// A guard that ends behind this one counts as the target's end, too.
void breaker_front::watch_target() {
  calling_front<broken_call>::watch_target();
  if (target() != worker())
    watch(target());
}

void breaker_front::called(compat::element_ptr x, compat::context* ctx) {
  if (!compat::is_request(*x)) {
    told(std::move(x), ctx);
    return;
  }
  const auto timed = options_.timeout > duration::zero();
  if (!timed)
    if (auto permit = core_->try_acquire_closed()) {
      let_in(std::move(x), std::move(permit), ctx, never);
      return;
    }
  const auto at = now();
  auto answer = core_->try_acquire(at);
  if (answer)
    let_in(std::move(x), std::move(answer.permit()), ctx,
           timed ? time_after(at, options_.timeout) : never);
  else
    refused(std::move(x), answer.rejection(), ctx);
  look_at_timer();
}

void breaker_front::let_in(compat::element_ptr x, breaker_permit permit,
                           compat::context* ctx, time_point end) {
  auto content
    = fallback_ != nullptr ? compat::copy_content(*x) : caf::message{};
  forward(std::move(x), {std::move(permit), std::move(content)}, ctx, end);
}

// Nobody answers, so there is nothing to learn from it.
void breaker_front::told(compat::element_ptr x, compat::context* ctx) {
  const auto state = core_->state(now());
  if (state != breaker_state::open && state != breaker_state::forced_open)
    pass(std::move(x), ctx);
  else
    home_->lost_messages.fetch_add(1, std::memory_order_relaxed);
}

void breaker_front::refused(compat::element_ptr x, const breaker_rejection& why,
                            compat::context* ctx) {
  if (fallback_ != nullptr) {
    fallback_->enqueue(std::move(x), ctx);
    return;
  }
  auto result = trouble(errc::breaker_open, std::string{to_string(why.reason)},
                        why.retry_after);
  if (why.last_error)
    result = result.because({why.last_error});
  refuse(compat::take_requester(*x), result, ctx);
}

void breaker_front::answered(compat::element_ptr x, compat::context* ctx) {
  auto mine = calls_.take(compat::number_of(*x));
  if (!mine) {
    home_->late_answers.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  std::error_code why;
  const auto how = outcome_of(*x, *mine, why);
  // First the breaker, then who asked.
  mine->extra.permit.report(how, now(), why);
  look_at_timer();
  if (how == call_outcome::failure && fallback_ != nullptr
      && !nobody_waits(mine->from))
    fallback_->enqueue(compat::make_request(std::move(mine->from),
                                            std::move(mine->extra.content)),
                       ctx);
  else
    compat::answer(std::move(mine->from), std::move(x), ctx);
}

call_outcome breaker_front::outcome_of(compat::mailbox_element& x,
                                       const call& mine,
                                       std::error_code& why) const {
  if (const auto* error = compat::error_in(x)) {
    const auto reason = to_failure(*error);
    why = reason.code;
    // A guard behind this one let the call go, as nobody waits for it.
    if (why == errc::child_stopped && nobody_waits(mine.from))
      return call_outcome::cancelled;
    return core_->policy().outcome_of(reason);
  }
  for (const auto& judge : options_.judges)
    if (const auto result = judge(x))
      return *result;
  return call_outcome::success;
}

void breaker_front::time_passed(time_point at, compat::context* ctx) {
  core_->advance(at);
  const auto why = trouble(errc::timeout, "no answer in time");
  for (auto& x : calls_.take_late(at)) {
    x.extra.permit.report(core_->policy().outcome_of(why), at, why.code);
    if (fallback_ != nullptr && !nobody_waits(x.from))
      fallback_->enqueue(
        compat::make_request(std::move(x.from), std::move(x.extra.content)),
        ctx);
    else
      refuse(std::move(x.from), why, ctx);
  }
  if (const auto end = calls_.next_end(); end != never)
    wake_at(end);
  look_at_timer();
}

void breaker_front::look_at_timer() {
  if (const auto timer = core_->next_timer())
    wake_at(timer->at);
}

// First the breaker, then who asked.
void breaker_front::target_ended(const failure& why, compat::context* ctx) {
  core_->trip(now(), errc::child_stopped);
  look_at_timer();
  calling_front<broken_call>::target_ended(why, ctx);
}

} // namespace vigil::detail
