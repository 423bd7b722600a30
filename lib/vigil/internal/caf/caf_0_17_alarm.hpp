#pragma once

#include <vigil/internal/caf/one_of_system.hpp>

#include <caf/actor_clock.hpp>
#include <caf/error.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/system_messages.hpp>

#include <cstdint>
#include <optional>
#include <set>

namespace vigil::compat {

/// CAF's clock, as the one actor uses it that keeps all times: the clock rings
/// for the earliest, by a message with a number. An alarm that is set replaces
/// the one before.
class alarm {
public:
  static constexpr std::uint64_t no_number = 0;

  explicit alarm(bool in_virtual_time) : virtual_(in_virtual_time) {
    // nop
  }

  /// Under which name a system has that actor.
  [[nodiscard]] static constexpr caf::atom_value key() {
    return caf::atom("vigiltimer");
  }

  /// Returns the number of an alarm that rings.
  [[nodiscard]] static std::optional<std::uint64_t>
  number_in(mailbox_element& x) {
    const auto* rings = get_if<caf::timeout_msg>(x);
    return rings != nullptr ? std::optional{rings->timeout_id} : std::nullopt;
  }

  /// Notes a time that is about to be set. With the owner's lock held.
  void note(time_point at) {
    if (virtual_)
      set_.insert(at);
  }

  /// Sets the alarm. One thread at a time, without the lock.
  void set(caf::abstract_actor& owner, time_point at, std::uint64_t number) {
    // The clock of a test replaces none, since that would have it lose its
    // place while it looks for those that are due.
    constexpr auto type = caf::atom("vigil");
    auto& clock = owner.home_system().clock();
    if (virtual_ || number == no_number)
      clock.set_multi_timeout(at, &owner, type, number);
    else
      clock.set_ordinary_timeout(at, &owner, type, number);
  }

  /// It rings; `latest`: with the last number. Returns when it will ring again,
  /// or nothing if this one was replaced. With the lock held.
  [[nodiscard]] std::optional<time_point> next(const caf::actor_clock& clock,
                                               bool latest) {
    if (!virtual_)
      return latest ? std::optional{detail::never} : std::nullopt;
    set_.erase(set_.begin(), set_.upper_bound(clock.now()));
    return set_.empty() ? detail::never : *set_.begin();
  }

private:
  const bool virtual_;
  // In virtual time: all that are set. Guarded by the owner's lock.
  std::set<time_point> set_;
};

/// The answer to a request of `self` that came too late.
[[nodiscard]] inline element_ptr
make_timeout_answer(const caf::strong_actor_ptr& self, caf::message_id answer) {
  return caf::make_mailbox_element(self, answer, {},
                                   caf::make_error(caf::sec::request_timeout));
}

} // namespace vigil::compat
