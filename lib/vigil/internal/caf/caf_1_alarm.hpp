#pragma once

#include <vigil/internal/caf/one_of_system.hpp>

#include <caf/action.hpp>
#include <caf/actor_clock.hpp>
#include <caf/disposable.hpp>
#include <caf/error.hpp>
#include <caf/mailbox_element.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace vigil::compat {

/// CAF's clock, as the one actor uses it that keeps all times: the clock rings
/// for the earliest, by a message with a number. An alarm that is set replaces
/// the one before.
class alarm {
public:
  static constexpr std::uint64_t no_number = 0;

  /// Virtual time is no different.
  explicit alarm(bool) {
    // nop
  }

  /// Under which name a system has that actor.
  [[nodiscard]] static std::string key() {
    return "vigil.timers";
  }

  /// Returns the number of an alarm that rings.
  [[nodiscard]] static std::optional<std::uint64_t>
  number_in(const mailbox_element& x) {
    return x.mid.integer_value();
  }

  /// Notes a time that is about to be set. With the owner's lock held.
  void note(time_point) {
    // nop
  }

  /// Sets the alarm. One thread at a time, without the lock.
  void set(caf::abstract_actor& owner, time_point at, std::uint64_t number) {
    auto now_set = owner.home_system().clock().schedule(
      at, caf::make_single_shot_action(
            [me = caf::weak_actor_ptr{owner.ctrl(), true}, number] {
              if (const auto held = me.lock())
                held->enqueue(caf::make_mailbox_element(nullptr,
                                                        caf::message_id{number},
                                                        caf::message{}),
                              nullptr);
            }));
    set_.swap(now_set);
    now_set.dispose();
  }

  /// It rings; `latest`: with the last number. Returns when it will ring again,
  /// or nothing if this one was replaced. With the lock held.
  [[nodiscard]] std::optional<time_point> next(const caf::actor_clock&,
                                               bool latest) const {
    return latest ? std::optional{detail::never} : std::nullopt;
  }

private:
  // Of the thread that sets.
  caf::disposable set_;
};

/// The answer to a request of `self` that came too late.
[[nodiscard]] inline element_ptr
make_timeout_answer(const caf::strong_actor_ptr& self, caf::message_id answer) {
  return caf::make_mailbox_element(self, answer,
                                   caf::make_error(caf::sec::request_timeout));
}

} // namespace vigil::compat
