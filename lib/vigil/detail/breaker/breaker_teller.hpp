#pragma once

#include <vigil/breaker_event.hpp>
#include <vigil/breaker_permit.hpp>
#include <vigil/detail/breaker/breaker_move.hpp>
#include <vigil/detail/breaker/breaker_word.hpp>
#include <vigil/detail/breaker/event_queue.hpp>
#include <vigil/detail/sync/subscriber_list.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace vigil::detail {

/// Tells listeners what happens to the breaker of that name; without one, it
/// does nothing. `at` is the state in which it happens.
///
/// Thread-safe. Moves and limits are put in one after the other by who holds
/// the breaker's lock, and told in that order by `deliver`, outside of it;
/// refusals and stale results are told at once. Exceptions are caught.
class VIGIL_EXPORT breaker_teller {
public:
  using listener = std::function<void(const breaker_event&)>;

  breaker_teller(std::string name, listener f);

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

  /// Has one more listener told. Returns its number for `remove`.
  std::uint64_t add(listener f) {
    return listeners_.add(std::move(f));
  }

  void remove(std::uint64_t number) {
    listeners_.remove(number);
  }

  /// Returns whether there is a listener. One relaxed load.
  explicit operator bool() const noexcept {
    return !listeners_.empty();
  }

  /// Puts in that the breaker made the move `m` out of the state `from`, and
  /// what is known of the new stay. Nothing if it only stays what it was,
  /// unless it is closed, and hence reset.
  void moved(breaker_state from, const breaker_move& m, breaker_word::value at,
             const breaker_word::view& stay, const breaker_order& order);

  /// Puts in that a limit is passed.
  void exceeded(breaker_cause x, time_point now, breaker_word::value at);

  /// Tells all that was put in, unless another thread is at it: that one does.
  void deliver() noexcept;

  void refused(const breaker_rejection& x, time_point now,
               breaker_word::value at) noexcept;

  /// A result of that generation came too late.
  void stale(std::uint64_t generation, time_point now,
             breaker_word::value at) noexcept;

  /// Returns how many events were lost, because a listener was slow.
  [[nodiscard]] std::uint64_t dropped() const noexcept {
    return events_.dropped();
  }

  /// Returns how many calls of a listener ended with an exception.
  [[nodiscard]] std::uint64_t failures() const noexcept {
    return listeners_.failures();
  }

private:
  [[nodiscard]] breaker_event event_of(breaker_event_type type, time_point now,
                                       breaker_word::value at) const;
  void tell(const breaker_event& x) noexcept;

  subscriber_list<breaker_event> listeners_;
  const std::string name_;
  event_queue<breaker_event> events_;
};

} // namespace vigil::detail
