#include <vigil/detail/front.hpp>
#include <vigil/detail/guard_layers.hpp>
#include <vigil/detail/random_unit.hpp>
#include <vigil/retry_core.hpp>

#include <map>
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
  retry_front(caf::actor_config& cfg, const std::string& label,
              const retry_policy& policy, std::vector<value_check> checks,
              caf::strong_actor_ptr target)
    : calling_front<retried>(cfg, label, std::move(target)), policy_(policy),
      checks_(std::move(checks)), random_(std::random_device{}()) {
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
    auto mine = calls_.take(compat::number_of(*x));
    if (!mine)
      return;
    if (compat::has_ended(mine->from.source))
      return;
    const auto next = judge(*x, mine->extra.attempts);
    if (next && *next)
      return again(std::move(*mine), next->after(), ctx);
    if (next && next->why() && policy_.settings().tell_exhausted)
      return refuse(std::move(mine->from), complete(*next->why()), ctx);
    compat::answer(std::move(mine->from), std::move(x), ctx);
  }

  void time_passed(time_point at, compat::context* ctx) override {
    std::vector<call> due;
    auto next = never;
    {
      std::lock_guard guard{lock_};
      for (auto i = delayed_.begin(); i != delayed_.end() && i->first <= at;) {
        due.push_back(std::move(i->second));
        i = delayed_.erase(i);
      }
      if (!delayed_.empty())
        next = delayed_.begin()->first;
    }
    for (auto& x : due)
      if (!compat::has_ended(x.from.source))
        once_more(std::move(x), ctx);
    if (next != never)
      wake_at(next);
  }

  void give_up(const failure& why, compat::context* ctx) override {
    std::multimap<time_point, call> waiting;
    {
      std::lock_guard guard{lock_};
      waiting.swap(delayed_);
    }
    for (auto& [at, x] : waiting)
      refuse(std::move(x.from), why, ctx);
    calling_front<retried>::give_up(why, ctx);
  }

private:
  /// Nothing if the response is good.
  [[nodiscard]] std::optional<retry_decision> judge(compat::mailbox_element& x,
                                                    retry_core& attempts) {
    const auto random
      = random_unit(random_.fetch_add(1, std::memory_order_relaxed));
    if (const auto* error = compat::error_in(x))
      return attempts.failed(to_failure(*error), now(), random);
    for (const auto& check : checks_)
      if (const auto good = check(x)) {
        if (*good)
          return std::nullopt;
        return attempts.bad_value(now(), random);
      }
    return std::nullopt;
  }

  [[nodiscard]] failure complete(failure x) const {
    x.message = label() + ": " + x.message;
    return x;
  }

  void again(call x, duration after, compat::context* ctx) {
    if (after <= duration::zero())
      return once_more(std::move(x), ctx);
    const auto at = now() + after;
    {
      std::lock_guard guard{lock_};
      delayed_.emplace(at, std::move(x));
    }
    wake_at(at);
  }

  void once_more(call x, compat::context* ctx) {
    auto content = x.extra.content;
    forward(std::move(x), std::move(content), ctx);
  }

  const retry_policy policy_;
  const std::vector<value_check> checks_;
  std::atomic<std::uint64_t> random_;
  spin_lock lock_;
  std::multimap<time_point, call> delayed_;
};

} // namespace

layer_maker retry_layer(retry_policy policy, std::vector<value_check> checks) {
  return [=](caf::actor_system& sys, const std::string& name,
             caf::strong_actor_ptr target) -> result<caf::strong_actor_ptr> {
    if (auto wrong = check(policy, name))
      return *std::move(wrong);
    return compat::make_forwarder<retry_front>(sys, name, policy, checks,
                                               std::move(target));
  };
}

} // namespace vigil::detail
