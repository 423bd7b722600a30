#pragma once

#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/failure.hpp>
#include <vigil/result.hpp>
#include <vigil/time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace vigil {

/// Says how long a call may take.
class VIGIL_EXPORT time_limit_policy {
public:
  time_limit_policy() = default;

  explicit time_limit_policy(any_duration limit) : limit_(limit) {
    // nop
  }

  [[nodiscard]] duration limit() const noexcept {
    return limit_;
  }

private:
  duration limit_ = std::chrono::seconds{1};
};

/// Returns what is wrong with a policy, or nothing.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check(const time_limit_policy& policy, std::string_view name);

/// Watches the time of calls. Each ends once: in time, or by `advance`.
///
/// Thread-safe; a short critical section for each call.
class VIGIL_EXPORT time_limiter_core {
public:
  [[nodiscard]] static result<std::shared_ptr<time_limiter_core>>
  make(std::string name, const time_limit_policy& policy);

  /// A call begins. Returns its number.
  [[nodiscard]] std::uint64_t begin(time_point now);

  /// A call came back. Returns false if its time was over before: then its
  /// result is nobody's any more.
  bool finish(std::uint64_t call);

  /// Returns the calls whose time is over, in the order in which they began.
  [[nodiscard]] std::vector<std::uint64_t> advance(time_point now);

  /// Returns when `advance` is due next.
  [[nodiscard]] std::optional<time_point> next_timer();

  /// Returns how many calls are under way.
  [[nodiscard]] std::size_t under_way() const;

  /// Returns how many calls it keeps in memory: at most some more than twice as
  /// many as are under way.
  [[nodiscard]] std::size_t remembered() const;

  /// Returns how many results came too late.
  [[nodiscard]] std::uint64_t late() const;

  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

private:
  struct entry {
    std::uint64_t call;
    time_point end;
  };

  time_limiter_core(std::string name, any_duration limit);

  void drop_finished();

  const std::string name_;
  const duration limit_;
  mutable detail::spin_lock lock_;
  // Guarded by lock_.
  std::uint64_t last_ = 0;
  std::uint64_t late_ = 0;
  std::deque<entry> order_;
  std::unordered_set<std::uint64_t> open_;
};

} // namespace vigil
