#include <vigil/detail/base/due.hpp>
#include <vigil/internal/decision/restart_rules.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace vigil::detail {

restart_rules::restart_rules(std::shared_ptr<restart_window> window,
                             std::function<double()> random)
  : window_(std::move(window)), random_(std::move(random)) {
  // nop
}

void restart_rules::clear() noexcept {
  window_->clear();
}

void restart_rules::count_end(core_child& x, time_point now) const noexcept {
  if (has_lasted(x.up_since, now, x.spec->backoff.reset_after()))
    x.attempts = 0;
  count_failed_start(x);
}

// Stops at the end of its bits: an old child must not wait like a new one.
void restart_rules::count_failed_start(core_child& x) const noexcept {
  if (x.attempts != std::numeric_limits<std::uint32_t>::max())
    ++x.attempts;
}

const restart_intensity* restart_rules::refusal(core_child& x, time_point now) {
  if (x.budget != nullptr && !x.budget->admit(now))
    return &x.budget->limit();
  return window_->admit(now) ? nullptr : &window_->limit();
}

duration restart_rules::delay(const core_child& x) const {
  const auto& rule = x.spec->backoff;
  return rule.enabled() ? rule.delay(x.attempts, random_()) : duration::zero();
}

void restart_rules::remember(core_child& x, failure why) const {
  x.history.add(std::move(why));
}

void restart_rules::remember_end(core_child& x, failure&& why,
                                 const child_exit& how) const {
  if (!how.earlier.empty())
    x.history.replace(how.earlier);
  // Earlier ends need no advice.
  if (how.kind != exit_kind::abnormal)
    why.message.resize(std::min(why.message.find(','), why.message.size()));
  remember(x, std::move(why));
}

} // namespace vigil::detail
