#pragma once

#include <vigil/bulkhead_policy.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/guard_event.hpp>
#include <vigil/result.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace vigil {

class bulkhead_core;

namespace detail {

/// How many places a caller has, and which of its calls wait, where that
/// matters.
struct VIGIL_EXPORT bulkhead_caller {
  std::uint32_t running = 0;
  std::set<std::uint64_t> waiting{};
  /// The first of those, if its own limit lets it in; else 0.
  std::uint64_t next = 0;
};

using bulkhead_callers = std::unordered_map<std::string, bulkhead_caller>;

} // namespace detail

/// A place in a bulkhead; free again when this is destroyed. Move-only. Must
/// not outlive its core.
class VIGIL_EXPORT bulkhead_permit {
public:
  bulkhead_permit() = default;

  bulkhead_permit(bulkhead_permit&& other) noexcept
    : core_(std::exchange(other.core_, nullptr)), caller_(other.caller_) {
    // nop
  }

  bulkhead_permit& operator=(bulkhead_permit&& other) noexcept {
    std::swap(core_, other.core_);
    std::swap(caller_, other.caller_);
    return *this;
  }

  ~bulkhead_permit() {
    release();
  }

  /// Frees the place, which may let somebody in who waits.
  void release() noexcept;

  explicit operator bool() const noexcept {
    return core_ != nullptr;
  }

private:
  friend class bulkhead_core;

  bulkhead_permit(bulkhead_core* core,
                  detail::bulkhead_callers::value_type* caller) noexcept
    : core_(core), caller_(caller) {
    // nop
  }

  bulkhead_core* core_ = nullptr;
  detail::bulkhead_callers::value_type* caller_ = nullptr;
};

/// Why a bulkhead refused a call.
enum class bulkhead_refusal : std::uint8_t {
  full,
  queue_full,
  /// It waited too long.
  wait_over,
};

[[nodiscard]] VIGIL_EXPORT std::string_view
to_string(bulkhead_refusal x) noexcept;

/// Names a call that waits.
struct VIGIL_EXPORT bulkhead_ticket {
  std::uint64_t id = 0;

  friend bool operator==(bulkhead_ticket, bulkhead_ticket) = default;
};

/// What a call gets at once, and what a waiting one gets in the end.
using bulkhead_answer
  = std::variant<bulkhead_permit, bulkhead_ticket, bulkhead_refusal>;

/// A bulkhead for any code: a bounded number of calls at a time, and a bounded,
/// fair queue before it.
///
/// Nobody blocks: a call that has to wait gets a ticket, and `ready` is called
/// with what became of it, in the thread that freed a place or saw its time go
/// by, outside of all locks. `ready` must not throw. It may free its place at
/// once: who gets in by that is told after `ready` has returned.
///
/// Thread-safe. While nobody waits and callers do not matter, a place costs one
/// atomic change; else a short critical section, O(log n) in the calls that
/// wait, and linear in partitions.
///
/// Memory orders: taking a place without the lock sees what was done before it
/// was given back: each change of `word_` acquires and releases. Its bit `busy`
/// is set and cleared in the lock; once it is set, places are taken and given
/// back in the lock only. `limit_` is relaxed: it is changed in the lock, and a
/// call that takes a place without the lock may go by the old one a moment
/// longer.
class VIGIL_EXPORT bulkhead_core {
public:
  using ready_function = std::function<void(bulkhead_ticket, bulkhead_answer)>;

  /// Makes a bulkhead, or tells what is wrong with its policy. A policy with a
  /// queue needs `ready`.
  [[nodiscard]] static result<std::shared_ptr<bulkhead_core>>
  make(std::string name, const bulkhead_policy& policy,
       ready_function ready = {}, guard_listener on_event = {});

  /// Asks for a place for a call of that caller. `deadline` ends the wait
  /// before `max_wait` does.
  [[nodiscard]] bulkhead_answer acquire(time_point now,
                                        std::string_view caller = {},
                                        time_point deadline = detail::never);

  /// Asks for a place without waiting.
  [[nodiscard]] bulkhead_answer try_acquire(std::string_view caller = {});

  /// Takes a waiting call out of the queue. Returns false if it does not wait.
  bool cancel(bulkhead_ticket x);

  /// Refuses calls that waited too long.
  void advance(time_point now);

  /// Returns when `advance` is due next.
  [[nodiscard]] std::optional<time_point> next_timer() const;

  /// Changes how many calls there may be at a time. Calls that are under way
  /// stay; with a lower limit the next ones wait until enough have ended.
  /// Returns what is wrong with a limit of zero.
  result<void> limit(any_count concurrent);

  [[nodiscard]] std::uint32_t limit() const noexcept {
    return limit_.load(std::memory_order_relaxed);
  }

  /// Returns how many calls have a place.
  [[nodiscard]] std::uint32_t running() const noexcept {
    return static_cast<std::uint32_t>(word_.load(std::memory_order_acquire)
                                      & ~busy);
  }

  [[nodiscard]] std::size_t waiting() const;

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

private:
  friend class bulkhead_permit;

  using caller_entry = detail::bulkhead_callers::value_type;

  struct waiter {
    caller_entry* caller;
    time_point deadline;
  };

  // By ticket: in order of arrival.
  using waiters = std::map<std::uint64_t, waiter>;

  struct turn {
    bulkhead_ticket ticket;
    bulkhead_answer answer;
    // For the listener; its entry may be gone.
    std::string caller;
  };

  using turns = std::vector<turn>;

  // The lower bits of the word count places, and are more than there can be
  // permits; this one sends everybody to the lock.
  static constexpr std::uint64_t busy = std::uint64_t{1} << 63U;

  bulkhead_core(std::string name, const bulkhead_policy& policy,
                ready_function ready, guard_listener on_event);

  bulkhead_answer ask(std::string_view caller, time_point now,
                      time_point deadline, bool may_wait);
  bool take_fast() noexcept;
  bool release_fast() noexcept;
  void release(caller_entry* caller) noexcept;
  caller_entry* caller_of(std::string_view name);
  void rest() noexcept;
  void forget(caller_entry* caller);
  void look_at(caller_entry* caller);
  [[nodiscard]] bool is_below_limit(const caller_entry& caller) const noexcept;
  [[nodiscard]] bool has_share(const caller_entry& caller) const noexcept;
  [[nodiscard]] bool has_room(const caller_entry* caller) const noexcept;
  [[nodiscard]] bulkhead_permit admit(caller_entry* caller);
  caller_entry* take_out(waiters::iterator x);
  [[nodiscard]] waiters::iterator next();
  void let_in(turns& out);
  void expire(time_point now, turns& out);
  [[nodiscard]] turn turn_of(waiters::const_iterator x,
                             bulkhead_answer answer) const;
  void call(turns& x) noexcept;
  void tell(guard_event_type type, std::string_view caller) const noexcept;

  const std::string name_;
  const bulkhead_settings settings_;
  const ready_function ready_;
  const guard_listener listener_;
  const bool by_caller_;
  std::atomic<std::uint32_t> limit_;
  // All threads write it, and read what stands before it.
  alignas(64) std::atomic<std::uint64_t> word_{0};

  mutable detail::spin_lock lock_;
  // Guarded by lock_.
  detail::bulkhead_callers callers_;
  waiters waiting_;
  // Of those that have one.
  std::set<std::pair<time_point, std::uint64_t>> deadlines_;
  // The `next` of all callers: who may go in when there is a place.
  std::set<std::uint64_t> next_;
  std::uint64_t last_ticket_ = 0;
};

} // namespace vigil
