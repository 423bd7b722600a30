#include <vigil/internal/decision/outbox.hpp>

#include <utility>

namespace vigil::detail {

void outbox::answer(call_id call, result<child_uid> what) {
  if (call != 0)
    put(action::answer{call, std::move(what)});
}

void outbox::arm(core_child& x, alarm kind, duration after) {
  x.timer = ++last_timer_;
  x.timer_kind = kind;
  put(action::set_timer{x.uid, x.timer, after});
}

void outbox::disarm(core_child& x) {
  if (std::exchange(x.timer, 0) != 0)
    put(action::cancel_timer{x.uid});
}

std::vector<action_t> outbox::take() {
  return std::exchange(actions_, {});
}

} // namespace vigil::detail
