#pragma once

#include <vigil/detail/base/due.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/time.hpp>

#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace vigil::detail {

/// The calls that a front is to make later, by their time.
///
/// Once closed, it takes no more, so that no call is left behind: who comes
/// late keeps what it has. Thread-safe; O(log n) a call.
template <class Call>
class delayed_calls {
public:
  /// Keeps a call until `at`. Returns false and leaves `x` alone if closed.
  [[nodiscard]] bool add(time_point at, Call& x) {
    std::lock_guard guard{lock_};
    if (closed_)
      return false;
    calls_.emplace(at, std::move(x));
    return true;
  }

  /// Takes out the calls whose time has come, in the order of their times.
  [[nodiscard]] std::vector<Call> take_due(time_point now) {
    std::vector<Call> result;
    std::lock_guard guard{lock_};
    auto i = calls_.begin();
    for (; i != calls_.end() && is_due(i->first, now); ++i)
      result.push_back(std::move(i->second));
    calls_.erase(calls_.begin(), i);
    return result;
  }

  /// Returns the time of the next call, or `never`.
  [[nodiscard]] time_point next() const {
    std::lock_guard guard{lock_};
    return calls_.empty() ? never : calls_.begin()->first;
  }

  /// Takes out all calls.
  [[nodiscard]] std::vector<Call> take_all() {
    std::lock_guard guard{lock_};
    return take_all_locked();
  }

  /// Takes out all calls, and takes no more.
  [[nodiscard]] std::vector<Call> close() {
    std::lock_guard guard{lock_};
    closed_ = true;
    return take_all_locked();
  }

private:
  [[nodiscard]] std::vector<Call> take_all_locked() {
    std::vector<Call> result;
    result.reserve(calls_.size());
    for (auto& [at, x] : calls_)
      result.push_back(std::move(x));
    calls_.clear();
    return result;
  }

  mutable spin_lock lock_;
  // Guarded by lock_.
  bool closed_ = false;
  std::multimap<time_point, Call> calls_;
};

} // namespace vigil::detail
