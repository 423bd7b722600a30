#pragma once

#include <vigil/detail/forwarding_actor.hpp>
#include <vigil/detail/spin_lock.hpp>

#include <deque>

namespace vigil::detail {

/// The stable handle of a child that is a new CAF actor in each life: passes
/// messages on unchanged (sender, id, priority), so that answers go straight
/// from the child to the requester.
///
/// From the end of one life until the next is up, messages wait, up to
/// `child_spec::gap_queue`, or are refused with an error: a start that fails
/// takes none along. Exit messages to the slot are passed on like others,
/// so a link or a kill concerns the incarnation that is there.
///
/// Thread-safe. Never calls into an actor while holding its lock.
class slot final : public forwarding_actor {
public:
  slot(caf::actor_config& cfg, child_cell_ptr cell);

  [[nodiscard]] const char* name() const override;

  using forwarding_actor::enqueue;

  void enqueue(caf::mailbox_element_ptr x, compat::context* ctx) override;

  /// Lets messages wait for that life, which is about to be made. No earlier
  /// one gets any more.
  void expect(std::uint64_t life);

  /// Says which actor the expected life is; it gets no messages yet.
  void begin(caf::strong_actor_ptr x);

  /// The life is up: passes messages on to `x`, waiting ones first. Does
  /// nothing if another life is expected, or none.
  void serve(std::uint64_t life, caf::strong_actor_ptr x, compat::context* ctx);

  /// Lets messages wait for the next life, if `ended` was the current one.
  void hold(const caf::actor_control_block* ended);

  /// Refuses messages, also those that wait.
  void refuse(compat::context* ctx);

  /// Refuses messages for good and tells those that monitor or link the slot.
  void retire(compat::context* ctx);

  [[nodiscard]] caf::strong_actor_ptr current() const;

private:
  enum class mode : std::uint8_t { holding, refusing, serving };

  void lose_waiting(compat::context* ctx);

  mutable spin_lock slot_lock_;
  mode mode_ = mode::holding;
  std::uint64_t life_ = 0;
  caf::strong_actor_ptr current_;
  std::deque<caf::mailbox_element_ptr> waiting_;
  // Messages that come while waiting ones are passed on go behind them.
  bool passing_ = false;
};

} // namespace vigil::detail
