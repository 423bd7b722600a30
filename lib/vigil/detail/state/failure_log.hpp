#pragma once

#include <vigil/failure.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vigil::detail {

/// Returns a failure as one line of a history. A supervisor that gave up tells
/// a history itself: it is left out, and the root cause named instead.
[[nodiscard]] VIGIL_EXPORT std::string history_line(const failure& x);

/// Keeps the last failures of one child.
///
/// Thread-safe. Adding never waits for a reader: it takes the next free place
/// instead. A failure without a path is one of the child itself.
///
/// Memory orders: `busy` is the lock of its place (exchange acquire, store
/// release), which a writer tries and a reader waits for. `count_` is relaxed:
/// a number that publishes nothing. A writer that stands still while others
/// write all places puts an older failure over a newer one; the order of what
/// is shown is that of the numbers all the same.
class VIGIL_EXPORT failure_log {
public:
  static constexpr std::size_t capacity = 4;

  void add(failure x);

  /// Lets `f` write over the oldest failure. `f` must not throw.
  template <class F>
  void write(F f) {
    for (;;) {
      const auto n = count_.fetch_add(1, std::memory_order_relaxed) + 1;
      auto& here = places_[n % capacity];
      if (here.busy.exchange(true, std::memory_order_acquire))
        continue;
      f(here.value);
      here.number = n;
      here.busy.store(false, std::memory_order_release);
      return;
    }
  }

  /// Returns the last failure, with `path` filled in.
  [[nodiscard]] std::optional<failure> last(const std::string& path) const;

  /// Returns the failures before the last one, newest first, a line each.
  [[nodiscard]] std::vector<std::string> earlier(const std::string& path) const;

private:
  struct place {
    std::atomic<bool> busy{false};
    // Guarded by busy.
    std::uint64_t number = 0;
    failure value;
  };

  [[nodiscard]] std::vector<failure> newest_first() const;

  mutable std::array<place, capacity> places_;
  std::atomic<std::uint64_t> count_{0};
};

} // namespace vigil::detail
