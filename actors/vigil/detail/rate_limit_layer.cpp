#include <vigil/detail/front.hpp>
#include <vigil/detail/guard_layers.hpp>
#include <vigil/detail/waiting_calls.hpp>
#include <vigil/rate_limiter_core.hpp>

#include <utility>

namespace vigil::detail {

namespace {

class rate_limit_front final : public front {
public:
  rate_limit_front(caf::actor_config& cfg, const std::string& label,
                   const rate_limit_policy& policy, bool by_sender,
                   caf::strong_actor_ptr target)
    : front(cfg, label, std::move(target)), by_sender_(by_sender),
      core_(rate_limiter_core::make(
              label, policy, now(),
              [this](rate_ticket x, rate_answer answer) { ready(x, answer); })
              .value()) {
    // nop
  }

protected:
  void called(compat::element_ptr x, compat::context* ctx) override {
    const auto at = now();
    const auto answer = core_->acquire(at, key_of(*x));
    if (const auto* ticket = std::get_if<rate_ticket>(&answer)) {
      if (auto early = waiting_.put(ticket->id, std::move(x)))
        pass(std::move(early->first), ctx);
      else
        wake_at(at + ticket->wait);
    } else if (const auto* no = std::get_if<rate_rejection>(&answer)) {
      compat::reply_error(
        self(), x->sender, x->mid, ctx,
        to_caf(trouble(errc::rate_limited, {}, no->retry_after)));
    } else {
      pass(std::move(x), ctx);
    }
  }

  // It makes no requests of its own.
  void answered(compat::element_ptr, compat::context*) override {
    // nop
  }

  void time_passed(time_point at, compat::context*) override {
    // Who is gone leaves its turn to those behind.
    const auto gone = waiting_.take_if([](const auto& x) {
      return compat::is_request(x) && compat::has_ended(compat::sender_of(x));
    });
    for (const auto& x : gone)
      core_->cancel({x.first, {}});
    core_->advance(at);
    if (const auto next = core_->next_timer(at))
      wake_at(*next);
  }

  void give_up(const failure& why, compat::context* ctx) override {
    for (auto& [ticket, x] : waiting_.take_if([](auto&) { return true; })) {
      core_->cancel({ticket, {}});
      compat::reply_error(self(), x->sender, x->mid, ctx, to_caf(why));
    }
  }

private:
  [[nodiscard]] std::string key_of(const compat::mailbox_element& x) const {
    if (!by_sender_)
      return {};
    return std::to_string(compat::actor_number(compat::sender_of(x)));
  }

  void ready(rate_ticket ticket, rate_answer answer) {
    if (auto x = waiting_.answer(ticket.id, answer))
      pass(std::move(x->first), nullptr);
  }

  const bool by_sender_;
  const std::shared_ptr<rate_limiter_core> core_;
  waiting_calls<rate_answer> waiting_;
};

} // namespace

layer_maker rate_limit_layer(rate_limit_policy policy, bool by_sender) {
  return [=](caf::actor_system& sys, const std::string& name,
             caf::strong_actor_ptr target) -> result<caf::strong_actor_ptr> {
    if (auto wrong = check(policy, name))
      return *std::move(wrong);
    return compat::make_forwarder<rate_limit_front>(
      sys, name, policy, by_sender, std::move(target));
  };
}

} // namespace vigil::detail
