#include <vigil/caf.hpp>
#include <vigil/detail/guard/asker.hpp>
#include <vigil/detail/guard/guard_layers.hpp>
#include <vigil/internal/guard/front.hpp>
#include <vigil/internal/guard/gone_callers.hpp>
#include <vigil/internal/guard/waiting_calls.hpp>
#include <vigil/rate_limiter_core.hpp>

#include <algorithm>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vigil::detail {

namespace {

/// Who has which key, so that the keys of those who ended make room.
class key_owners {
public:
  /// Notes whose key that is. Returns whether it is worth to look for those who
  /// ended: half of all are new since the last time.
  bool note(const std::string& key, const caf::strong_actor_ptr& who) {
    std::lock_guard guard{lock_};
    if (who != nullptr)
      all_.try_emplace(key, caf::actor_cast<caf::weak_actor_ptr>(who));
    return all_.size() > look_at_;
  }

  /// Returns the keys of those who ended, and forgets them.
  [[nodiscard]] std::vector<std::string> take_gone() {
    std::vector<std::pair<std::string, caf::weak_actor_ptr>> some;
    {
      std::lock_guard guard{lock_};
      some.assign(all_.begin(), all_.end());
    }
    // Nobody is destroyed in the lock.
    std::vector<std::string> result;
    for (auto& [key, who] : some)
      if (asks_no_more(who))
        result.push_back(std::move(key));
    std::lock_guard guard{lock_};
    for (const auto& key : result)
      all_.erase(key);
    look_at_ = std::max(min_looks, 2 * all_.size());
    return result;
  }

  [[nodiscard]] std::size_t size() const {
    std::lock_guard guard{lock_};
    return all_.size();
  }

private:
  static constexpr std::size_t min_looks = 64;

  mutable spin_lock lock_;
  // Guarded by lock_.
  std::unordered_map<std::string, caf::weak_actor_ptr> all_;
  std::size_t look_at_ = min_looks;
};

class rate_limit_front final : public front {
public:
  rate_limit_front(caf::actor_config& cfg, layer_place at,
                   const rate_limit_policy& policy, bool by_sender)
    : front(cfg, std::move(at)), by_sender_(by_sender),
      has_queue_(policy.settings().queue > 0),
      max_keys_(policy.settings().max_keys),
      core_(rate_limiter_core::make(
              label(), policy, now(),
              [this](rate_ticket x, rate_answer answer) { ready(x, answer); },
              listener())
              .value()) {
    // nop
  }

protected:
  void called(compat::element_ptr x, compat::context* ctx) override {
    if (const auto* why = worker_end())
      return refuse(*x, *why, ctx);
    const auto at = now();
    const auto key = key_of(*x);
    const auto looks = gone_.looks();
    auto answer = core_->acquire(at, key);
    if (std::holds_alternative<rate_rejection>(answer) && by_sender_
        && make_room(at))
      answer = core_->acquire(at, key);
    if (std::holds_alternative<rate_rejection>(answer) && has_queue_
        && gone_.drop(looks, waiting_, at, [&](auto id) { let_go(id, ctx); }))
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
    // Who is gone leaves its turn to those behind, if there is time to look.
    gone_.drop(gone_.looks(), waiting_, at, [&](auto id) { let_go(id, ctx); });
    core_->advance(at);
  }

  [[nodiscard]] time_point next_timer(time_point at) override {
    return core_->next_timer(at).value_or(never);
  }

  // What it let through is a matter between target and asker.
  void target_ended(const failure& why, compat::context* ctx) override {
    for (const auto& [id, request] : waiting_.all())
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
  [[nodiscard]] std::string key_of(const compat::mailbox_element& x) {
    if (!by_sender_)
      return {};
    auto result = caller_key(x);
    if (owners_.note(result, asker_of(x).value_or(compat::sender_of(x))))
      retire_gone();
    return result;
  }

  /// Lets the keys of those go who ended. Returns whether there may be one.
  bool make_room(time_point at) {
    return core_->keys() >= max_keys_
           && looks_for_owners_.may_look(owners_.size(), at) && retire_gone();
  }

  bool retire_gone() {
    const auto gone = owners_.take_gone();
    for (const auto& key : gone)
      core_->retire(key);
    return !gone.empty();
  }

  void wait(compat::element_ptr x, rate_ticket ticket, time_point at,
            compat::context* ctx) {
    std::optional<rate_answer> early;
    if (waiting_.put(ticket.id, x, early)) {
      wake_at(time_after(at, ticket.wait));
      if (const auto* why = worker_end())
        target_ended(*why, ctx);
    } else if (early) {
      go_on(std::move(x), *early, ctx);
    } else {
      core_->cancel(ticket);
      refuse(*x, trouble(errc::child_stopped), ctx);
    }
  }

  void let_go(std::uint64_t ticket, compat::context* ctx) {
    if (!core_->cancel({ticket, {}}))
      return;
    if (auto x = waiting_.take(ticket))
      refuse(*x, nobody_asks(), ctx);
  }

  /// Answers a message if it is a request.
  void refuse(compat::mailbox_element& x, const failure& why,
              compat::context* ctx) {
    compat::refuse(x, self(), to_caf(why), ctx);
  }

  void ready(rate_ticket ticket, rate_answer answer) {
    auto x = waiting_.answer(ticket.id, answer);
    if (!x)
      return;
    // Its turn is lost, but the target is not to work for nobody.
    if (compat::is_request(*x->first) && nobody_waits(*x->first))
      refuse(*x->first, nobody_asks(), nullptr);
    else
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
  const std::size_t max_keys_;
  const std::shared_ptr<rate_limiter_core> core_;
  waiting_calls<rate_answer> waiting_;
  gone_callers gone_;
  key_owners owners_;
  gone_callers looks_for_owners_;
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
