#include <vigil/caf.hpp>
#include <vigil/detail/guard/asker.hpp>
#include <vigil/detail/guard/guard_layers.hpp>
#include <vigil/internal/base/random_unit.hpp>
#include <vigil/internal/guard/delayed_calls.hpp>
#include <vigil/internal/guard/front.hpp>
#include <vigil/retry_core.hpp>

#include <random>
#include <utility>

namespace vigil::detail {

namespace {

struct retried {
  retry_core attempts;
  caf::message content;
};

class retry_front final : public calling_front<retried> {
public:
  retry_front(caf::actor_config& cfg, layer_place at,
              const retry_policy& policy, std::vector<value_judge<bool>> judges)
    : calling_front<retried>(cfg, std::move(at)), policy_(policy),
      judges_(std::move(judges)), random_(std::random_device{}()) {
    // nop
  }

protected:
  void called(compat::element_ptr x, compat::context* ctx) override {
    if (!compat::is_request(*x))
      return pass(std::move(x), ctx);
    retried extra{retry_core{policy_, now()}, compat::copy_content(*x)};
    forward(std::move(x), std::move(extra), ctx);
  }

  void answered(compat::element_ptr x, compat::context* ctx) override {
    auto mine = take(compat::number_of(*x));
    if (!mine)
      return;
    const auto next = judge(*x, *mine);
    if (next && *next)
      return again(std::move(*mine), next->after(), ctx);
    if (next)
      tell(guard_event_type::gave_up);
    const auto* over = worker_end();
    if (over != nullptr && compat::error_in(*x) != nullptr)
      return refuse(std::move(mine->from), *over, ctx);
    if (next && next->why() && policy_.settings().tell_exhausted)
      return refuse(std::move(mine->from), complete(*next->why()), ctx);
    compat::answer(std::move(mine->from), std::move(x), ctx);
  }

  void time_passed(time_point at, compat::context* ctx) override {
    for (auto& x : kept(delayed_.take_due(at)))
      if (nobody_waits(x.from))
        refuse(std::move(x.from), nobody_asks(), ctx);
      else
        once_more(std::move(x), ctx);
  }

  [[nodiscard]] time_point next_timer(time_point) override {
    return delayed_.next();
  }

  // No attempt can succeed any more, so none is made.
  void target_ended(const failure& why, compat::context* ctx) override {
    for (auto& x : kept(delayed_.take_all()))
      refuse(std::move(x.from), why, ctx);
    for (auto& x : take_all())
      refuse(std::move(x.from), why, ctx);
  }

  void give_up(const failure& why, compat::context* ctx) override {
    for (auto& x : kept(delayed_.close()))
      refuse(std::move(x.from), why, ctx);
    calling_front<retried>::give_up(why, ctx);
  }

private:
  /// What fails at once, for ever, must not keep a thread from all others.
  static constexpr std::uint32_t attempts_in_a_row = 64;

  /// Nothing if the response stands: it is good, or nobody waits for a better
  /// one, or nobody can give one. A guard that asked for somebody gets it all
  /// the same.
  [[nodiscard]] std::optional<retry_decision> judge(compat::mailbox_element& x,
                                                    call& mine) {
    const auto* error = compat::error_in(x);
    if (error == nullptr && !is_bad(x))
      return std::nullopt;
    if (worker_end() != nullptr || nobody_waits(mine.from))
      return std::nullopt;
    const auto random
      = random_unit(random_.fetch_add(1, std::memory_order_relaxed));
    auto& attempts = mine.extra.attempts;
    return error != nullptr ? attempts.failed(to_failure(*error), now(), random)
                            : attempts.bad_value(now(), random);
  }

  [[nodiscard]] bool is_bad(compat::mailbox_element& x) const {
    for (const auto& judge : judges_)
      if (const auto good = judge(x))
        return !*good;
    return false;
  }

  [[nodiscard]] failure complete(failure x) const {
    x.message = label() + ": " + x.message;
    return x;
  }

  void again(call x, duration after, compat::context* ctx) {
    tell(guard_event_type::retried, after);
    const auto at_once = after <= duration::zero();
    if (at_once && x.extra.attempts.attempts() % attempts_in_a_row != 0)
      return once_more(std::move(x), ctx);
    const auto at = time_after(now(), after);
    x.let_loose();
    if (!delayed_.add(at, x)) {
      x.keep();
      return stop(std::move(x.from), ctx);
    }
    if (at_once)
      come_back(ctx);
    else
      wake_at(at);
    // Its end may have come before the call was there.
    if (const auto* why = worker_end())
      target_ended(*why, ctx);
  }

  void once_more(call x, compat::context* ctx) {
    auto content = x.extra.content;
    forward(std::move(x), std::move(content), ctx);
  }

  const retry_policy policy_;
  const std::vector<value_judge<bool>> judges_;
  // Relaxed: each turn to it gets another number.
  std::atomic<std::uint64_t> random_;
  delayed_calls<call> delayed_;
};

} // namespace

layer_spec retry_layer(std::string name, retry_policy policy,
                       std::vector<value_judge<bool>> judges,
                       null_settings nulls) {
  layer_spec result{std::move(name), {}, {}};
  result.check = [policy, nulls = std::move(nulls),
                  name = result.name]() -> std::optional<failure> {
    if (auto wrong = nulls.check("retry '" + name + '\''))
      return wrong;
    return check(policy, name);
  };
  result.make = makes_front<retry_front>(std::move(policy), std::move(judges));
  return result;
}

} // namespace vigil::detail
