#pragma once

#include <vigil/detail/guard/breaker_home.hpp>
#include <vigil/internal/guard/front.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace vigil::detail {

/// What a breaker keeps of a call that is under way.
struct broken_call {
  breaker_permit permit;
  /// For the fallback; empty if there is none.
  caf::message content;
};

/// The actor of a circuit breaker: asks the core before it passes a request on,
/// tells it of the response before it passes that back.
class breaker_front final : public calling_front<broken_call> {
public:
  breaker_front(caf::actor_config& cfg, std::shared_ptr<breaker_home> home,
                std::shared_ptr<breaker_core> core, breaker_options options,
                caf::strong_actor_ptr target);

  /// Looks whether the core has a timer.
  void look_at_timer();

  void watch_target() override;

protected:
  void called(compat::element_ptr x, compat::context* ctx) override;
  void answered(compat::element_ptr x, compat::context* ctx) override;
  void time_passed(time_point now, compat::context* ctx) override;
  void target_ended(const failure& why, compat::context* ctx) override;

private:
  void told(compat::element_ptr x, compat::context* ctx);
  void let_in(compat::element_ptr x, breaker_permit permit,
              compat::context* ctx, time_point end);
  void refused(compat::element_ptr x, const breaker_rejection& why,
               compat::context* ctx);
  [[nodiscard]] call_outcome outcome_of(compat::mailbox_element& x,
                                        const call& mine,
                                        std::error_code& why) const;

  const std::shared_ptr<breaker_home> home_;
  const std::shared_ptr<breaker_core> core_;
  const breaker_options options_;
  const caf::strong_actor_ptr fallback_;
};

} // namespace vigil::detail
