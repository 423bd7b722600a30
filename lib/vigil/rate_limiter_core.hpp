#pragma once

#include <vigil/detail/base/rate_meter.hpp>
#include <vigil/guard_event.hpp>
#include <vigil/rate_limit_policy.hpp>
#include <vigil/result.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace vigil {

/// A call may go on.
struct VIGIL_EXPORT rate_permit {};

/// Names a call that waits for a permit.
struct VIGIL_EXPORT rate_ticket {
  std::uint64_t id = 0;
  /// How long it will wait if nobody before it gives up and nobody changes the
  /// rate. With a total, others may use that up meanwhile, and it waits longer;
  /// never longer than `max_wait`, after which it is refused. (If `advance`
  /// comes late, it gets the permit that is there.)
  duration wait{};
};

/// A call may not go on.
struct VIGIL_EXPORT rate_rejection {
  /// When there will be a permit for it, or room for its key.
  duration retry_after{};
};

/// What a call gets at once, and what a waiting one gets in the end.
using rate_answer = std::variant<rate_permit, rate_ticket, rate_rejection>;

/// A rate limiter for any code, with permits for each key.
///
/// Nobody blocks: a call that has to wait gets a ticket, and `ready` is called
/// with what became of it, outside of all locks, in the thread that calls
/// `advance`, or asks while others wait. `ready` must not throw; if it asks for
/// more, others are told after it has returned. A key that was idle
/// for so long that all its permits are back is forgotten where another needs
/// its room.
///
/// Thread-safe; a short critical section for each call, O(log n) in the calls
/// that wait and in the keys; `change` is linear in the keys. Time is passed in
/// and monotonic; a time before the last one changes nothing.
class VIGIL_EXPORT rate_limiter_core {
public:
  using ready_function = std::function<void(rate_ticket, rate_answer)>;

  /// Makes a limiter, or tells what is wrong with its policy. A policy with a
  /// queue needs `ready`.
  [[nodiscard]] static result<std::shared_ptr<rate_limiter_core>>
  make(std::string name, const rate_limit_policy& policy, time_point now,
       ready_function ready = {}, guard_listener on_event = {});

  /// Asks for a permit for a call with this key.
  [[nodiscard]] rate_answer acquire(time_point now, std::string_view key = {});

  /// Asks for a permit without waiting.
  [[nodiscard]] rate_answer try_acquire(time_point now,
                                        std::string_view key = {});

  /// Takes a waiting call out of the queue; those behind it move up. Returns
  /// false if it does not wait.
  bool cancel(rate_ticket x);

  /// Gives permits to waiting calls, in the order in which they came; refuses
  /// those that have waited for `max_wait`.
  void advance(time_point now);

  /// Returns when `advance` is due next.
  [[nodiscard]] std::optional<time_point> next_timer(time_point now);

  /// Changes the rate of all keys; what was given stays given. In cycles it
  /// counts from the next one on. Returns what is wrong with the rate.
  result<void> change(rate x, time_point now);

  /// Returns how long it takes until `n` permits can be used one after the
  /// other, behind those that wait.
  [[nodiscard]] duration time_until(std::uint32_t n, time_point now,
                                    std::string_view key = {});

  /// Returns the unused permits of a key, less the calls that wait for one.
  [[nodiscard]] std::int64_t balance(time_point now, std::string_view key = {});

  /// Says that a key will not be used again: it is forgotten where another
  /// needs its room, once none of its calls waits. Undone by its next use.
  void retire(std::string_view key);

  [[nodiscard]] std::size_t keys() const;

  [[nodiscard]] std::size_t waiting() const;

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

private:
  struct entry {
    std::string key;
    detail::rate_meter meter;
    /// The tickets of its calls.
    std::set<std::uint64_t> waiting{};
    /// The first of those; else 0.
    std::uint64_t next = 0;
    /// When that gets a permit of the key's.
    time_point due{};
    bool retired = false;
  };

  using entries = std::list<entry>;

  struct waiter {
    duration wait;
    entries::iterator of;
    time_point deadline;
  };

  // By ticket: in order of arrival.
  using waiters = std::map<std::uint64_t, waiter>;

  struct turn {
    rate_ticket ticket;
    std::string key;
    rate_answer answer;
  };

  /// Not before then all permits of a key are back.
  struct idle_key {
    time_point at;
    entries::iterator of;

    friend bool operator<(const idle_key& x, const idle_key& y) {
      return x.at > y.at;
    }
  };

  using turns = std::vector<turn>;

  rate_limiter_core(std::string name, const rate_limit_policy& policy,
                    time_point now, ready_function ready,
                    guard_listener on_event);

  rate_answer ask(time_point now, std::string_view key, bool may_wait);
  void add_waiter(entries::iterator x, duration wait, time_point now);
  rate_ticket take_out(waiters::iterator x);
  void file(entry& x, time_point due, bool ready);
  void look_at(entry& x, time_point now);
  void move_up(entry& x);
  [[nodiscard]] turns let_in(time_point now);
  void call(turns& in) const noexcept;
  [[nodiscard]] entries::iterator entry_of(std::string_view key,
                                           time_point now);
  [[nodiscard]] const idle_key& next_idle(time_point now);
  [[nodiscard]] time_point idle_at(entry& x, time_point now);
  [[nodiscard]] detail::rate_meter meter(time_point now) const;
  [[nodiscard]] duration wait_of(entry& x, std::uint32_t n, time_point now);
  [[nodiscard]] duration total_wait_of(std::uint32_t n, time_point now);
  [[nodiscard]] bool take(entry& x, time_point now);
  void tell(guard_event_type type, std::string_view key,
            duration retry_after = {}) const noexcept;

  const std::string name_;
  rate_limit_settings settings_;
  const ready_function ready_;
  const guard_listener listener_;

  mutable std::mutex mutex_;
  // Guarded by mutex_, from here on.
  std::optional<detail::rate_meter> total_;
  // All others point into this list.
  entries entries_;
  std::unordered_map<std::string_view, entries::iterator> by_key_;
  // A heap of all keys, the next one that may be idle first. Uses make a key
  // idle later and do not move it; who looks does.
  std::vector<idle_key> idle_;
  // Somebody waits no more, or a key is not used any more: one may be idle
  // earlier than it says there.
  bool may_be_earlier_ = false;
  waiters waiting_;
  // Of the keys that others wait for, the next call each: those that have a
  // permit of their key's, and when the others get one.
  std::set<std::uint64_t> ready_tickets_;
  std::set<std::pair<time_point, std::uint64_t>> due_;
  // Of the calls that have one.
  std::set<std::pair<time_point, std::uint64_t>> deadlines_;
  std::uint64_t last_ticket_ = 0;
};

} // namespace vigil
