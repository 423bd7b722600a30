#pragma once

#include <vigil/call.hpp>
#include <vigil/detail/health/health_probe.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/decision/timer_queue.hpp>
#include <vigil/internal/health/health_watch.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

namespace vigil::detail {

/// Checks the health of a supervisor's children: asks each in its interval,
/// publishes what changes, and says who should be restarted. Part of the
/// supervisor's actor; never waits.
class health_monitor {
public:
  /// Has the owner kill and restart a child. Returns false if it cannot now;
  /// the next check asks again.
  using condemn_function = std::function<bool(child_uid, failure)>;

  health_monitor(supervisor_handle::base& self, condemn_function condemn);

  /// The child runs: it is checked from now on. Returns when the owner has to
  /// be woken, if not already known. Does nothing for who is checked already.
  [[nodiscard]] std::optional<time_point>
  begin(const child_cell_ptr& child, std::shared_ptr<const health_probe> probe);

  /// The child does not run any more. Checks under way are forgotten.
  void end(child_uid child);

  /// Makes the checks that are due. Returns when the owner has to be woken, if
  /// not already known.
  [[nodiscard]] std::optional<time_point> tick(time_point now);

  /// Has the owner woken at that time.
  std::function<void(time_point)> wake;

private:
  struct patient {
    child_cell_ptr cell;
    std::shared_ptr<const health_probe> probe;
    health_watch watch;
    /// Of its timer and of the check under way; 0 while it does not run.
    std::uint64_t generation;
    /// The incarnation that is or was checked last.
    std::uint64_t incarnation = 0;
  };

  [[nodiscard]] patient* find(child_uid child, std::uint64_t generation);
  [[nodiscard]] bool is_stale(const timer_queue::timer& x);
  void check(patient& x);
  void answered(child_uid child, std::uint64_t generation,
                result<health> answer);
  void judge(patient& x, const result<health>& answer);
  [[nodiscard]] failure diagnosis(const patient& x,
                                  const result<health>& answer) const;
  [[nodiscard]] std::optional<time_point> arm(patient& x, time_point at);

  supervisor_handle::base& self_;
  condemn_function condemn_;
  timer_queue timers_;
  std::unordered_map<child_uid, patient> patients_;
  std::uint64_t last_generation_ = 0;
};

} // namespace vigil::detail
