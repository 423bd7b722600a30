#include <vigil/caf.hpp>
#include <vigil/detail/guard/asker.hpp>
#include <vigil/detail/guard/guard_layers.hpp>
#include <vigil/internal/guard/front.hpp>
#include <vigil/internal/guard/gone_callers.hpp>
#include <vigil/internal/guard/waiting_calls.hpp>
#include <vigil/rate_limiter_core.hpp>

#include <utility>

namespace vigil::detail {

namespace {

class rate_limit_front final : public front {
public:
  rate_limit_front(caf::actor_config& cfg, layer_place at,
                   const rate_limit_policy& policy, bool by_sender)
    : front(cfg, std::move(at)), by_sender_(by_sender),
      has_queue_(policy.settings().queue > 0),
      core_(rate_limiter_core::make(
              label(), policy, now(),
              [this](rate_ticket x, rate_answer answer) { ready(x, answer); },
              listener())
              .value()) {
    // nop
  }

protected:
  void called(compat::element_ptr x, compat::context* ctx) override {
    const auto at = now();
    const auto key = key_of(*x);
    auto answer = core_->acquire(at, key);
    if (std::holds_alternative<rate_rejection>(answer) && has_queue_
        && gone_.drop(waiting_, at, [&](auto id) { return let_go(id, ctx); }))
      answer = core_->acquire(at, key);
    if (const auto* ticket = std::get_if<rate_ticket>(&answer))
      wait(std::move(x), *ticket, at, ctx);
    else
      go_on(std::move(x), answer, ctx);
  }

  // It makes no requests of its own.
  void answered(compat::element_ptr, compat::context*) override {
    // nop
  }

  void time_passed(time_point at, compat::context* ctx) override {
    // Who is gone leaves its turn to those behind.
    gone_.drop_all(waiting_, [&](auto id) { return let_go(id, ctx); });
    core_->advance(at);
  }

  [[nodiscard]] time_point next_timer(time_point at) override {
    return core_->next_timer(at).value_or(never);
  }

  // What it let through is a matter between target and asker.
  void target_ended(const failure& why, compat::context* ctx) override {
    for (const auto id : waiting_.look([](auto x, auto&) { return x; }))
      if (core_->cancel({id, {}}))
        if (auto x = waiting_.take(id))
          refuse(*x, why, ctx);
  }

  void give_up(const failure& why, compat::context* ctx) override {
    for (auto& [ticket, x] : waiting_.close()) {
      core_->cancel({ticket, {}});
      refuse(*x, why, ctx);
    }
  }

private:
  [[nodiscard]] std::string key_of(const compat::mailbox_element& x) const {
    return by_sender_ ? caller_key(x) : std::string{};
  }

  void wait(compat::element_ptr x, rate_ticket ticket, time_point at,
            compat::context* ctx) {
    std::optional<rate_answer> early;
    if (waiting_.put(ticket.id, x, early)) {
      wake_at(time_after(at, ticket.wait));
    } else if (early) {
      go_on(std::move(x), *early, ctx);
    } else {
      core_->cancel(ticket);
      refuse(*x, trouble(errc::child_stopped), ctx);
    }
  }

  bool let_go(std::uint64_t ticket, compat::context* ctx) {
    if (!core_->cancel({ticket, {}}))
      return false;
    if (auto x = waiting_.take(ticket))
      refuse(*x, nobody_asks(), ctx);
    return true;
  }

  /// Answers a message if it is a request.
  void refuse(compat::mailbox_element& x, const failure& why,
              compat::context* ctx) {
    compat::refuse(x, self(), to_caf(why), ctx);
  }

  void ready(rate_ticket ticket, rate_answer answer) {
    if (auto x = waiting_.answer(ticket.id, answer))
      go_on(std::move(x->first), answer, nullptr);
  }

  void go_on(compat::element_ptr x, const rate_answer& answer,
             compat::context* ctx) {
    if (const auto* no = std::get_if<rate_rejection>(&answer))
      refuse(*x, trouble(errc::rate_limited, {}, no->retry_after), ctx);
    else
      pass(std::move(x), ctx);
  }

  const bool by_sender_;
  const bool has_queue_;
  const std::shared_ptr<rate_limiter_core> core_;
  waiting_calls<rate_answer> waiting_;
  gone_callers gone_;
};

} // namespace

layer_spec rate_limit_layer(std::string name, rate_limit_policy policy,
                            bool by_sender) {
  layer_spec result{std::move(name), {}, {}};
  result.check = [policy, name = result.name] {
    return check(policy, name);
  };
  result.make = makes_front<rate_limit_front>(policy, by_sender);
  return result;
}

} // namespace vigil::detail
