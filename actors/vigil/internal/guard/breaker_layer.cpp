#include <vigil/caf.hpp>
#include <vigil/detail/guard/breaker_home.hpp>
#include <vigil/internal/guard/front.hpp>

#include <utility>

namespace vigil::detail {

namespace {

/// How a breaker counts a response; `why` becomes its error, if it is one.
call_outcome outcome_of(compat::mailbox_element& x,
                        const breaker_policy& policy,
                        const std::vector<value_judge<call_outcome>>& judges,
                        std::optional<failure>& why) {
  if (const auto* error = compat::error_in(x)) {
    why = to_failure(*error);
    return policy.outcome_of(*why);
  }
  for (const auto& judge : judges)
    if (const auto result = judge(x))
      return *result;
  return call_outcome::success;
}

guard_event_type type_of(breaker_event_type x) noexcept {
  switch (x) {
    case breaker_event_type::refused:
      return guard_event_type::refused;
    case breaker_event_type::moved:
    case breaker_event_type::reset:
      return guard_event_type::moved;
    default:
      return guard_event_type::noticed;
  }
}

std::vector<breaker_listener> listeners_of(const breaker_options& own,
                                           const layer_place& at) {
  std::vector<breaker_listener> result;
  if (at.on_event)
    result.push_back({at.whose, [f = at.on_event](const breaker_event& x) {
                        f({type_of(x.type), x.breaker, {}, x.retry_after, &x});
                      }});
  if (own.on_event != nullptr)
    result.push_back({own.on_event, [f = own.on_event](const breaker_event& x) {
                        (*f)(x);
                      }});
  return result;
}

/// Asks the core before it passes a request on, and tells it of the response
/// before it passes that back.
class breaker_front final : public calling_front<breaker_permit> {
public:
  breaker_front(caf::actor_config& cfg, layer_place at,
                std::shared_ptr<breaker_home> home,
                std::shared_ptr<breaker_core> core,
                const breaker_options& options)
    : calling_front<breaker_permit>(cfg, std::move(at)), home_(std::move(home)),
      core_(std::move(core)), judges_(options.judges),
      has_fallback_(options.has_fallback) {
    // nop
  }

  // A guard that ends behind this one counts as the target's end, too.
  void watch_target() override {
    calling_front<breaker_permit>::watch_target();
    if (target() != worker())
      watch(target());
  }

protected:
  void called(compat::element_ptr x, compat::context* ctx) override {
    if (!compat::is_request(*x))
      return told(std::move(x), ctx);
    if (auto permit = core_->try_acquire_closed())
      return forward(std::move(x), std::move(permit), ctx);
    const auto at = now();
    auto answer = core_->try_acquire(at);
    if (answer)
      forward(std::move(x), std::move(answer.permit()), ctx);
    else
      refused(*x, answer.rejection(), ctx);
    wake_at(next_timer(at));
  }

  void answered(compat::element_ptr x, compat::context* ctx) override {
    auto mine = take(compat::number_of(*x));
    if (!mine) {
      home_->late_answers.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    std::optional<failure> why;
    auto how = outcome_of(*x, core_->policy(), judges_, why);
    // A guard behind this one let the call go, as nobody waits for it.
    if (why && why->code == errc::child_stopped && nobody_waits(mine->from))
      how = call_outcome::cancelled;
    // First the breaker, then who asked.
    const auto at = now();
    mine->extra.report(how, at, why ? why->code : std::error_code{});
    wake_at(next_timer(at));
    if (has_fallback_ && how == call_outcome::failure)
      return refuse(std::move(mine->from), trouble(errc::breaker_open), ctx);
    compat::answer(std::move(mine->from), std::move(x), ctx);
  }

  void time_passed(time_point at, compat::context*) override {
    core_->advance(at);
  }

  [[nodiscard]] time_point next_timer(time_point) override {
    const auto timer = core_->next_timer();
    return timer ? timer->at : never;
  }

  // First the breaker, then who asked.
  void target_ended(const failure& why, compat::context* ctx) override {
    core_->trip(now(), errc::child_stopped);
    look_at_timer();
    calling_front<breaker_permit>::target_ended(why, ctx);
  }

private:
  // Nobody answers, so there is nothing to learn from it.
  void told(compat::element_ptr x, compat::context* ctx) {
    const auto state = core_->state(now());
    if (state != breaker_state::open && state != breaker_state::forced_open)
      pass(std::move(x), ctx);
    else
      home_->lost_messages.fetch_add(1, std::memory_order_relaxed);
  }

  void refused(compat::mailbox_element& x, const breaker_rejection& why,
               compat::context* ctx) {
    auto result = trouble(errc::breaker_open,
                          std::string{to_string(why.reason)}, why.retry_after);
    if (why.last_error)
      result = result.because({why.last_error});
    refuse(compat::take_requester(x), result, ctx);
  }

  const std::shared_ptr<breaker_home> home_;
  const std::shared_ptr<breaker_core> core_;
  const std::vector<value_judge<call_outcome>> judges_;
  const bool has_fallback_;
};

} // namespace

// The end of the target may be told here before the breaker learns of it.
response_check failure_of(std::shared_ptr<breaker_home> home) {
  return [home = std::move(home)](compat::mailbox_element& x) {
    const auto* error = compat::error_in(x);
    if (error == nullptr)
      return false;
    const auto why = to_failure(*error);
    return why.code == errc::breaker_open
           || (why.code == errc::child_stopped
               && home->policy().outcome_of(why) == call_outcome::failure);
  };
}

layer_spec breaker_layer(std::shared_ptr<breaker_home> home,
                         breaker_options options) {
  layer_spec result{home->name(), {}, {}, home};
  result.check = [home, nulls = options.nulls]() -> std::optional<failure> {
    if (auto wrong = nulls.check("breaker '" + home->name() + '\''))
      return wrong;
    return check(home->policy(), home->name());
  };
  result.make = [home, options = std::move(options)](
                  caf::actor_system& sys,
                  layer_place at) -> vigil::result<caf::strong_actor_ptr> {
    auto core = home->begin(sys, options.fresh);
    if (!core)
      return core.error();
    const auto listeners = listeners_of(options, at);
    auto made = make_front<breaker_front>(sys, std::move(at), home,
                                          core.value(), options);
    home->serve(made, *core.value(), listeners);
    static_cast<front*>(made->get())->look_at_timer();
    return made;
  };
  return result;
}

} // namespace vigil::detail
