#include <vigil/detail/guard/guard_layers.hpp>
#include <vigil/internal/guard/front.hpp>
#include <vigil/time_limiter_core.hpp>

#include <utility>

namespace vigil::detail {

namespace {

struct nothing {};

class time_limit_front final : public calling_front<nothing> {
public:
  time_limit_front(caf::actor_config& cfg, const std::string& label,
                   duration limit, caf::strong_actor_ptr target)
    : calling_front<nothing>(cfg, label, std::move(target)), limit_(limit) {
    // nop
  }

protected:
  void called(compat::element_ptr x, compat::context* ctx) override {
    if (compat::is_request(*x))
      forward(std::move(x), {}, ctx, time_after(now(), limit_));
    else
      pass(std::move(x), ctx);
  }

  // One that comes late finds nobody who waits for it.
  void answered(compat::element_ptr x, compat::context* ctx) override {
    if (auto mine = calls_.take(compat::number_of(*x)))
      compat::answer(std::move(mine->from), std::move(x), ctx);
  }

  void time_passed(time_point at, compat::context* ctx) override {
    for (auto& x : calls_.take_late(at))
      refuse(std::move(x.from), trouble(errc::timeout, "no answer in time"),
             ctx);
    if (const auto end = calls_.next_end(); end != never)
      wake_at(end);
  }

private:
  const duration limit_;
};

} // namespace

layer_maker time_limit_layer(duration limit) {
  return [=](caf::actor_system& sys, const std::string& name,
             caf::strong_actor_ptr target) -> result<caf::strong_actor_ptr> {
    if (auto wrong = check(time_limit_policy{limit}, name))
      return *std::move(wrong);
    return make_front<time_limit_front>(sys, name, limit, std::move(target));
  };
}

} // namespace vigil::detail
