#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/resource.hpp>
#include <vigil/result.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace vigil {

namespace detail {

/// What a guard and the copies of its gauge share.
///
/// Memory orders: relaxed. Who claims the board writes with `mutex_` locked, as
/// the one before did when it released it, and the lock orders the two. Who
/// finds `shedding_` set and comes too late finds no reason, which is success.
class VIGIL_EXPORT resource_board {
public:
  /// Returns whether the caller is the only guard that writes from now on.
  [[nodiscard]] bool claim() noexcept {
    return !claimed_.exchange(true, std::memory_order_relaxed);
  }

  /// Forgets what was read; another guard may claim it.
  void release();

  /// Takes what a guard has read. `refused` is what makes it shed, or null.
  void write(std::vector<resource_reading> readings,
             const resource_reading* refused, const std::string& path);

  [[nodiscard]] bool watched() const noexcept {
    return claimed_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool shedding() const noexcept {
    return shedding_.load(std::memory_order_relaxed);
  }

  /// Returns why it sheds, or success if it does so no longer.
  [[nodiscard]] result<void> refusal() const;

  [[nodiscard]] std::vector<resource_reading> readings() const;

private:
  std::atomic<bool> shedding_{false};
  std::atomic<bool> claimed_{false};
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<resource_reading> readings_;
  std::shared_ptr<const failure> why_;
};

} // namespace detail

/// Shows what a resource guard sees, without a message to it: code that takes
/// in work asks here whether there is room for it.
///
/// Make one, give it to one guard with `.gauge(x)`, and hand copies to all who
/// ask: they show the same. While there is no guard, nothing is watched and
/// nothing is shed. Thread-safe.
class VIGIL_EXPORT resource_gauge {
public:
  resource_gauge() : state_(std::make_shared<detail::resource_board>()) {
    // nop
  }

  /// Returns whether work is to be refused: a limit is exceeded whose policy is
  /// `shed` or `fail`. One relaxed load.
  [[nodiscard]] bool shedding() const noexcept {
    return state_->shedding();
  }

  /// Succeeds unless `shedding()`; else fails with `errc::resource_exhausted`,
  /// with the resource, its value and its limit in the message, and the guard
  /// as the path. The success costs what `shedding` does.
  [[nodiscard]] result<void> admit() const {
    if (!shedding())
      return success();
    return state_->refusal();
  }

  /// Returns whether there is a guard that writes here.
  [[nodiscard]] bool watched() const noexcept {
    return state_->watched();
  }

  /// Returns the worst level of all limits. O(limits).
  [[nodiscard]] resource_level level() const;

  /// Returns what was read last, one entry for each limit, in their order;
  /// nothing if there is no guard.
  [[nodiscard]] std::vector<resource_reading> readings() const {
    return state_->readings();
  }

private:
  friend class detail::access;

  std::shared_ptr<detail::resource_board> state_;
};

} // namespace vigil
