#pragma once

#include <vigil/internal/decision/action.hpp>
#include <vigil/internal/decision/core_child.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace vigil::detail {

/// What the core's owner is to carry out, in order. Gives each timer its
/// generation, and knows of each child whether it has one.
class outbox {
public:
  // Made in its place: g++ 12 warns of what a moved variant does not hold.
  template <class Action>
  void put(Action x) {
    actions_.emplace_back(std::in_place_type<Action>, std::move(x));
  }

  /// Answers a call, unless it is 0: then nobody waits.
  void answer(call_id call, result<child_uid> what) {
    if (call != 0)
      put(action::answer{call, std::move(what)});
  }

  /// Sets the timer of the child, in place of the one it may have.
  void arm(core_child& x, alarm kind, duration after) {
    x.timer = ++last_timer_;
    x.timer_kind = kind;
    put(action::set_timer{x.uid, x.timer, after});
  }

  /// Cancels the timer of the child, if it has one.
  void disarm(core_child& x) {
    if (std::exchange(x.timer, 0) != 0)
      put(action::cancel_timer{x.uid});
  }

  /// Takes all there is.
  [[nodiscard]] std::vector<action_t> take() {
    return std::exchange(actions_, {});
  }

  /// Takes back what was taken and is carried out, for the memory.
  void recycle(std::vector<action_t> done) noexcept {
    constexpr std::size_t few = 4;
    if (actions_.capacity() != 0 || done.capacity() > few)
      return;
    done.clear();
    actions_.swap(done);
  }

private:
  std::vector<action_t> actions_;
  std::uint64_t last_timer_ = 0;
};

} // namespace vigil::detail
