#include <vigil/bulkhead_core.hpp>
#include <vigil/caf.hpp>
#include <vigil/detail/guard/asker.hpp>
#include <vigil/detail/guard/guard_layers.hpp>
#include <vigil/internal/guard/front.hpp>
#include <vigil/internal/guard/gone_callers.hpp>
#include <vigil/internal/guard/waiting_calls.hpp>

#include <utility>

namespace vigil::detail {

namespace {

class bulkhead_front final : public calling_front<bulkhead_permit> {
public:
  bulkhead_front(caf::actor_config& cfg, layer_place at,
                 const bulkhead_policy& policy)
    : calling_front<bulkhead_permit>(cfg, std::move(at)),
      settings_(policy.settings()),
      core_(bulkhead_core::make(
              label(), policy,
              [this](bulkhead_ticket x, bulkhead_answer answer) {
                ready(x, std::move(answer));
              },
              listener())
              .value()) {
    // nop
  }

protected:
  void called(compat::element_ptr x, compat::context* ctx) override {
    if (!compat::is_request(*x))
      return pass(std::move(x), ctx);
    const auto at = now();
    const auto caller = caller_of(*x);
    const auto looks = gone_.looks();
    auto answer = core_->acquire(at, caller);
    if (std::holds_alternative<bulkhead_refusal>(answer) && settings_.queue > 0
        && make_room(looks, at, ctx))
      answer = core_->acquire(at, caller);
    if (const auto* ticket = std::get_if<bulkhead_ticket>(&answer))
      return wait(std::move(x), *ticket, at, ctx);
    go_on(std::move(x), std::move(answer), ctx);
  }

  void answered(compat::element_ptr x, compat::context* ctx) override {
    // The place is free again when `mine` goes, after the answer. This call may
    // be all that keeps the guards before this one for those that wait.
    caf::strong_actor_ptr first;
    auto mine = take(compat::number_of(*x));
    if (!mine)
      return;
    if (waiting_.size() > 0)
      first = first_front_of({compat::source_of(mine->from), mine->id()});
    compat::answer(std::move(mine->from), std::move(x), ctx);
  }

  void time_passed(time_point at, compat::context*) override {
    core_->advance(at);
  }

  [[nodiscard]] time_point next_timer(time_point) override {
    return core_->next_timer().value_or(never);
  }

  void give_up(const failure& why, compat::context* ctx) override {
    for (auto& [ticket, x] : waiting_.close()) {
      core_->cancel({ticket});
      refuse(compat::take_requester(*x), why, ctx);
    }
    calling_front<bulkhead_permit>::give_up(why, ctx);
  }

private:
  [[nodiscard]] std::string caller_of(const compat::mailbox_element& x) const {
    return settings_.per_caller ? caller_key(x) : std::string{};
  }

  void wait(compat::element_ptr x, bulkhead_ticket ticket, time_point at,
            compat::context* ctx) {
    std::optional<bulkhead_answer> early;
    if (waiting_.put(ticket.id, x, early)) {
      if (settings_.max_wait)
        wake_at(time_after(at, *settings_.max_wait));
      return;
    }
    if (early)
      return its_turn(std::move(x), std::move(*early), ctx);
    core_->cancel(ticket);
    stop(compat::take_requester(*x), ctx);
  }

  /// Lets those go whom nobody waits for. Returns whether there may be room.
  bool make_room(std::uint64_t looks, time_point at, compat::context* ctx) {
    return gone_.drop(looks, waiting_, at, [&](std::uint64_t ticket) {
      if (!core_->cancel({ticket}))
        return;
      if (auto x = waiting_.take(ticket))
        refuse(compat::take_requester(*x), nobody_asks(), ctx);
    });
  }

  void ready(bulkhead_ticket ticket, bulkhead_answer answer) {
    if (auto x = waiting_.answer(ticket.id, std::move(answer)))
      its_turn(std::move(x->first), std::move(x->second), nullptr);
  }

  void its_turn(compat::element_ptr x, bulkhead_answer answer,
                compat::context* ctx) {
    // Nobody is there to take the answer: the next one, please. A guard that
    // asked for somebody still has to hear of it.
    if (nobody_waits(*x))
      refuse(compat::take_requester(*x), nobody_asks(), ctx);
    else
      go_on(std::move(x), std::move(answer), ctx);
  }

  void go_on(compat::element_ptr x, bulkhead_answer answer,
             compat::context* ctx) {
    if (const auto* why = std::get_if<bulkhead_refusal>(&answer))
      refuse(compat::take_requester(*x),
             trouble(errc::bulkhead_full, std::string{to_string(*why)}), ctx);
    else
      forward(std::move(x), std::get<bulkhead_permit>(std::move(answer)), ctx);
  }

  const bulkhead_settings settings_;
  const std::shared_ptr<bulkhead_core> core_;
  waiting_calls<bulkhead_answer> waiting_;
  gone_callers gone_;
};

} // namespace

layer_spec bulkhead_layer(std::string name, bulkhead_policy policy) {
  layer_spec result{std::move(name), {}, {}};
  result.check = [policy, name = result.name]() -> std::optional<failure> {
    if (auto wrong = check(policy, name))
      return wrong;
    if (!policy.settings().partitions.empty())
      return failure{errc::bad_combination,
                     "bulkhead '" + name
                       + "': partition needs callers with names, which actors "
                         "do not have; use bulkhead_core"};
    return std::nullopt;
  };
  result.make = makes_front<bulkhead_front>(std::move(policy));
  return result;
}

} // namespace vigil::detail
