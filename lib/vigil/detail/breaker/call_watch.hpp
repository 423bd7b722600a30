#pragma once

#include <vigil/breaker_policy.hpp>
#include <vigil/detail/base/due.hpp>
#include <vigil/detail/breaker/lease_table.hpp>
#include <vigil/detail/breaker/tagged_counter.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

namespace vigil::detail {

/// Watches the calls that are under way through a breaker, if its policy asks
/// for it: finds those that are *overdue*, which take longer than the slow
/// limit, and takes back those that have outlived their lease.
///
/// Somebody has to look: at `next` at the latest, in any thread. Who finds that
/// it is `due` asks for the turn, and who gets it looks.
///
/// Thread-safe and lock-free.
///
/// Memory orders: the date of the next look is exchanged seq_cst, as the keys
/// of a `lease_table` are: a call is shown there before its date is set here,
/// and a look takes the date away before it goes through the table, so one of
/// the two sees the other. `due` looks relaxed, and `take_turn` looks again. A
/// call is counted as overdue before it is marked as late, so who releases it
/// then finds it counted.
class VIGIL_EXPORT call_watch {
public:
  explicit call_watch(const breaker_settings& x);

  /// Whether calls are watched at all.
  [[nodiscard]] bool on() const noexcept {
    return leases_ != nullptr;
  }

  /// Nobody is overdue; see `tagged_counter`. Calls stay under way.
  void begin(std::uint64_t generation) noexcept {
    overdue_.begin(generation);
  }

  /// A call begins. Returns its lease, which is none if there is no room.
  /// @pre `on()`
  [[nodiscard]] lease_id take(std::uint64_t generation,
                              time_point now) noexcept {
    const auto result = leases_->take(generation, now);
    if (lease_ > duration::zero())
      look_before(time_after(now, lease_));
    if (slow_limit_ > duration::zero())
      look_before(slow_after(now));
    return result;
  }

  /// A call has ended. Returns false if its lease was taken back before.
  /// @pre it has a lease
  [[nodiscard]] bool release(std::uint64_t generation, lease_id x) noexcept {
    const auto ending = leases_->release(x);
    if (ending == lease_table::ending::gone)
      return false;
    if (ending == lease_table::ending::released_late)
      overdue_.add(generation, -1);
    return true;
  }

  /// Returns how many calls of the stay are overdue and not back.
  [[nodiscard]] std::uint64_t overdue(std::uint64_t generation) const noexcept {
    return leases_ != nullptr ? overdue_.get(generation) : 0;
  }

  /// Returns how many calls are under way. O(`tracked_calls`).
  [[nodiscard]] std::uint64_t under_way() const noexcept {
    return leases_ != nullptr ? leases_->used() : 0;
  }

  // -- looking ----------------------------------------------------------------

  /// Returns when the next look is due, or `never`.
  [[nodiscard]] time_point next() const noexcept {
    return time_point{duration{next_.load(std::memory_order_relaxed)}};
  }

  /// Returns whether it is time to look.
  [[nodiscard]] bool due(time_point now) const noexcept {
    return leases_ != nullptr && is_due(next(), now);
  }

  /// Returns whether it is time, and the caller is the one to look: it has to.
  [[nodiscard]] bool take_turn(time_point now) noexcept;

  /// Goes through all calls under way, for a breaker that is in this stay, and
  /// calls `f(generation)` for each whose lease is over. O(`tracked_calls`).
  /// @pre `take_turn` returned true
  template <class F>
  void look(std::uint64_t generation, time_point now, F f) noexcept {
    auto next = never;
    leases_->for_each([&](const lease_table::view& x) {
      if (lease_ > duration::zero()) {
        const auto end = time_after(x.since, lease_);
        if (is_due(end, now)) {
          if (release(x.generation, x.id))
            f(x.generation);
          return;
        }
        next = std::min(next, end);
      }
      next = std::min(next, look_at(x, generation, now));
    });
    look_before(next);
  }

  /// Returns what does not hold between two calls, or null; for tests, while
  /// nobody else is at it. O(`tracked_calls`).
  [[nodiscard]] const char* flaw(std::uint64_t generation) const;

private:
  /// Returns from when on a call that began then is slow.
  [[nodiscard]] time_point slow_after(time_point since) const noexcept {
    return time_after(since, slow_limit_ + duration{1});
  }

  time_point look_at(const lease_table::view& x, std::uint64_t generation,
                     time_point now) noexcept;
  void look_before(time_point at) noexcept;

  std::unique_ptr<lease_table> leases_;
  const duration lease_;
  // Zero if no call is slow.
  const duration slow_limit_;
  std::atomic<duration::rep> next_{never.time_since_epoch().count()};
  tagged_counter<32> overdue_;
};

} // namespace vigil::detail
