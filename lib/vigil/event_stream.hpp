#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/sync/subscriber_list.hpp>
#include <vigil/event.hpp>

#include <cstdint>
#include <functional>

namespace vigil {

/// Carries the events of one tree to whoever wants them. What happens is told
/// by the tree alone.
///
/// Subscribers are called in the thread in which the event happened, often that
/// of a failing child: be quick, and do not block. An exception from a
/// subscriber is caught and dropped, counted by `subscriber_failures`. No lock
/// is held during the call, so a subscriber may subscribe, unsubscribe and call
/// the supervisor.
///
/// Thread-safe. Publishing without a subscriber is one relaxed load.
class VIGIL_EXPORT event_stream {
public:
  using subscriber = std::function<void(const event&)>;
  using subscription_id = std::uint64_t;

  /// Adds a subscriber; it sees all events published after this returns.
  /// Returns 0, and adds nothing, if `f` is empty.
  subscription_id subscribe(subscriber f);

  /// Removes a subscriber. After this has returned, the calling thread does not
  /// call it any more, also if it is publishing an event right now. Another
  /// thread that publishes meanwhile may still call it, or be in a call.
  void unsubscribe(subscription_id id);

  /// Returns whether anybody listens: ask before building an event.
  [[nodiscard]] bool enabled() const noexcept {
    return !subscribers_.empty();
  }

  /// Returns how many calls of subscribers ended with an exception.
  [[nodiscard]] std::uint64_t subscriber_failures() const noexcept {
    return subscribers_.failures();
  }

private:
  friend class detail::access;

  /// Hands `x` to all subscribers.
  void publish(const event& x);

  detail::subscriber_list<event> subscribers_;
};

} // namespace vigil
