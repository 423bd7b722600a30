#pragma once

#include <vigil/event.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace vigil {

/// Carries the events of one tree to whoever wants them.
///
/// Subscribers are called in the thread in which the event happened, often that
/// of a failing child: be quick, and do not block. An exception from a
/// subscriber is caught and dropped, counted by `subscriber_failures`. No lock
/// is held during the call, so a subscriber may subscribe, unsubscribe and call
/// the supervisor.
///
/// Thread-safe. Publishing without a subscriber is one relaxed load.
class event_stream {
public:
  using subscriber = std::function<void(const event&)>;
  using subscription_id = std::uint64_t;

  /// Adds a subscriber; it sees all events published after this returns.
  subscription_id subscribe(subscriber f);

  /// Removes a subscriber. A call that is under way in another thread may
  /// still end after this returns.
  void unsubscribe(subscription_id id);

  /// Returns whether anybody listens: ask before building an event.
  [[nodiscard]] bool enabled() const noexcept {
    return count_.load(std::memory_order_relaxed) != 0;
  }

  /// Hands `x` to all subscribers.
  void publish(const event& x);

  /// Returns how many calls of subscribers ended with an exception.
  [[nodiscard]] std::uint64_t subscriber_failures() const noexcept {
    return failures_.load(std::memory_order_relaxed);
  }

private:
  using entry = std::pair<subscription_id, std::shared_ptr<const subscriber>>;
  using list = std::vector<entry>;
  using list_ptr = std::shared_ptr<const list>;

  template <class F>
  void change(F f);

  std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::mutex mutex_;
  subscription_id last_id_ = 0;
  list_ptr subscribers_ = std::make_shared<const list>();
};

} // namespace vigil
