#pragma once

#include <vigil/internal/decision/child_table.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vigil::detail {

/// The one operation of a supervisor that concerns several children: its first
/// start, the restart of a group, or going down. Knows whose turn it is to stop
/// or to start; marks children as `planned` and `doomed`, and moves none but
/// for `wait_for_retry`.
///
///   first start                     starting
///   group       stopping  waiting?  starting
///   group, of which a start failed
///               waiting   stopping  starting
///   going down  stopping
class core_plan {
public:
  /// What the end of a child's turn means for the plan.
  enum class turn : std::uint8_t { nothing, next, all_stopped };

  // -- what it is -------------------------------------------------------------

  [[nodiscard]] bool none() const noexcept {
    return what_ == kind::none;
  }

  [[nodiscard]] bool coming_up() const noexcept {
    return what_ == kind::first_start;
  }

  [[nodiscard]] bool restarts_group() const noexcept {
    return what_ == kind::group;
  }

  [[nodiscard]] bool going_down() const noexcept {
    return what_ == kind::going_down;
  }

  /// The group stands still until its failed child is due: as if nothing were
  /// under way.
  [[nodiscard]] bool waiting() const noexcept {
    return restarts_group() && step_ == phase::waiting;
  }

  /// Something is under way, and what happens otherwise has to wait.
  [[nodiscard]] bool busy() const noexcept {
    return !none() && !waiting();
  }

  [[nodiscard]] bool stops() const noexcept {
    return step_ == phase::stopping;
  }

  [[nodiscard]] bool starts() const noexcept {
    return step_ == phase::starting;
  }

  /// Returns whether the child is in the group.
  [[nodiscard]] bool includes(const core_child& x) const noexcept {
    return x.uid >= first_;
  }

  /// Returns whether the group's next start is that child's timer.
  [[nodiscard]] bool waits_for(const core_child& x) const noexcept {
    return failed_ == x.uid && x.state == child_state::restarting
           && x.timer != 0;
  }

  /// The group is this child and all after it.
  [[nodiscard]] child_uid first() const noexcept {
    return first_;
  }

  /// The child whose end or failed start made the group restart; else 0.
  [[nodiscard]] child_uid failed() const noexcept {
    return failed_;
  }

  /// The child whose turn it is; else 0.
  [[nodiscard]] child_uid current() const noexcept {
    return current_;
  }

  /// Returns whether children that stop all at once are still there.
  [[nodiscard]] bool many_leave() const noexcept {
    return leaving_ > 0;
  }

  // -- what it becomes, in place of what it was -------------------------------

  void clear() noexcept;

  /// All children are to start.
  void begin_first_start(child_table& children);

  /// All from `first` on are to stop but for `failed`, and then to start.
  /// @pre `failed` is restarting
  void begin_group(child_table& children, child_uid first, child_uid failed);

  /// The start of `failed` failed, and the group stands still until the next
  /// one. @pre `failed` is restarting, with a timer
  void wait_for_retry(child_table& children, child_uid first, child_uid failed);

  void begin_going_down() noexcept;

  // -- how it goes on ---------------------------------------------------------

  /// What came up in a round whose start failed is to stop first. Returns
  /// false, and does nothing, if there was no such round.
  bool stop_again(child_table& children);

  /// All children that are there are to stop.
  void doom_all(child_table& children);

  /// All have stopped: time to wait for the failed one.
  void wait() noexcept {
    step_ = phase::waiting;
  }

  /// All have stopped: the planned ones are to start.
  void start_group(child_table& children);

  /// Returns who is next to stop, or null if nobody is left.
  [[nodiscard]] core_child* next_to_stop(child_table& children);

  /// Returns who is next to start; it has the turn. Null if nobody is left.
  [[nodiscard]] core_child* next_to_start(child_table& children);

  /// The child has the turn, and others have to wait for its end.
  void give_turn(child_uid child) noexcept {
    current_ = child;
  }

  /// One more child leaves, at once with others.
  void add_leaving() noexcept {
    ++leaving_;
  }

  /// The start or stop of the child is over.
  [[nodiscard]] turn end_turn(child_uid child) noexcept {
    if (leaving_ > 0)
      return --leaving_ == 0 ? turn::all_stopped : turn::nothing;
    return current_ == child ? turn::next : turn::nothing;
  }

  /// Returns what does not hold of the plan and of the marks it left on
  /// children, or null. O(n); for tests.
  [[nodiscard]] const char* flaw(const child_table& children) const;

private:
  enum class kind : std::uint8_t { none, first_start, group, going_down };
  enum class phase : std::uint8_t { stopping, waiting, starting };

  void begin(kind what, phase step) noexcept;
  void doom_group(child_table& children);

  kind what_ = kind::none;
  phase step_ = phase::starting;
  child_uid first_ = 0;
  child_uid failed_ = 0;
  child_uid current_ = 0;
  // A start failed: what came up in this round has to stop first.
  bool afresh_ = false;
  // The children to stop or start, the next one last.
  std::vector<child_uid> todo_;
  // How many children of those that stop at once are still there.
  std::size_t leaving_ = 0;
};

} // namespace vigil::detail
