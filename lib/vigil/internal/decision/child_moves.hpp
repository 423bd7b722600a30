#pragma once

#include <vigil/internal/decision/child_table.hpp>
#include <vigil/internal/decision/outbox.hpp>
#include <vigil/time.hpp>

namespace vigil::detail {

/// The moves of one child from state to state, and what the owner is told to do
/// for each. Decides nothing: who moves when is for others to say.
class child_moves {
public:
  /// Both have to outlive this.
  child_moves(child_table& children, outbox& out);

  /// Begins a start, with a timer if the spec limits it. To `starting`.
  void start(core_child& x);

  /// The start ended well, at `now`. To `running`, unless it is being stopped
  /// already. Returns false, and does nothing, if no start was awaited.
  bool come_up(core_child& x, time_point now);

  /// Its next start is due after `wait`, with a timer even for zero: waiting
  /// calls go first. To `restarting`.
  void wait_for_retry(core_child& x, duration wait);

  /// Its next start is due when those before it are done. To `restarting`.
  void wait_for_turn(core_child& x);

  /// Asks it to end, or kills it if its spec says so or `force` does. To
  /// `stopping`. @pre its end is not kept
  void stop(core_child& x, bool force);

  /// Kills it, asked before or not. To `stopping`.
  void kill(core_child& x);

  /// Nothing of it runs, or is awaited. To `stopped`, which keeps what is
  /// planned.
  void settle(core_child& x);

  /// It stands still for as long as nobody calls: messages to it are refused.
  /// @pre it is stopped
  void park(core_child& x);

  /// The end of child and spec. `x` is destroyed.
  void forget(core_child& x);

private:
  child_table& children_;
  outbox& out_;
};

} // namespace vigil::detail
