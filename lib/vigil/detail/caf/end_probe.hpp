#pragma once

#include <vigil/detail/caf/caf_types.hpp>

#include <caf/scheduled_actor.hpp>

namespace vigil::compat {

/// Looks whether an actor has ended, not later than anybody else learns of it:
/// CAF marks the actor before it tells those that monitor it, and closes the
/// mailbox before it bounces requests.
class VIGIL_EXPORT end_probe {
public:
  explicit end_probe(const caf::strong_actor_ptr& x)
    : actor_(x->get()),
      scheduled_(dynamic_cast<caf::scheduled_actor*>(actor_)) {
    // nop
  }

  /// To be called while somebody holds the actor. Thread-safe.
  [[nodiscard]] bool ended() const noexcept {
    return actor_->getf(caf::abstract_actor::is_terminated_flag)
           || (scheduled_ != nullptr && scheduled_->mailbox().closed());
  }

private:
  caf::abstract_actor* actor_;
  caf::scheduled_actor* scheduled_;
};

/// Returns whether CAF has marked an actor as ended, which it does a little
/// later than the probe tells. Cheap. To be called while somebody holds `x`.
[[nodiscard]] inline bool
is_marked_ended(const caf::strong_actor_ptr& x) noexcept {
  return x->get()->getf(caf::abstract_actor::is_terminated_flag);
}

} // namespace vigil::compat
