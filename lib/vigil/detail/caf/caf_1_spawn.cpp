#include <vigil/caf.hpp>

#include <optional>
#include <utility>

namespace vigil::compat {

namespace {

// What CAF keeps for those derived from its actors.
struct actor_access : caf::abstract_actor {
  static void attach(caf::abstract_actor& to, caf::attachable_ptr& x) {
    (to.*(&actor_access::attach_impl))(x);
  }

  static void take_back(caf::abstract_actor& x) {
    if (!x.getf(told_flag))
      return;
    (x.*(&actor_access::fail_state_)) = caf::error{};
    (x.*(&actor_access::flags_))
      .fetch_and(~(told_flag | caf::abstract_actor::is_terminated_flag));
  }

  static const caf::error& reason(const caf::abstract_actor& of) {
    return of.*(&actor_access::fail_state_);
  }
};

// Returns why the actor has ended, if it has: then `x` is still there.
std::optional<caf::error> try_attach(caf::abstract_actor& to,
                                     caf::attachable_ptr& x) {
  return to.exclusive_critical_section([&]() -> std::optional<caf::error> {
    const auto over = to.getf(caf::abstract_actor::is_terminated_flag);
    if (over && !to.getf(told_flag))
      return actor_access::reason(to);
    actor_access::attach(to, x);
    return std::nullopt;
  });
}

} // namespace

void attach_lasting(caf::abstract_actor& to, caf::attachable_ptr x) {
  if (const auto why = try_attach(to, x))
    x->actor_exited(*why, nullptr);
}

void attach_unless_over(caf::abstract_actor& to, caf::attachable_ptr x) {
  try_attach(to, x);
}

caf::error end_of(const caf::abstract_actor& x) {
  return x.getf(caf::abstract_actor::is_terminated_flag) && !x.getf(told_flag)
           ? actor_access::reason(x)
           : caf::make_error(caf::exit_reason::unreachable);
}

void take_back_told(caf::abstract_actor& x) {
  if (x.getf(told_flag))
    x.exclusive_critical_section([&] { actor_access::take_back(x); });
}

void forwarder::terminate(caf::error reason, context* ctx) {
  take_back_told(*this);
  try {
    cleanup(std::move(reason), ctx);
  } catch (...) {
    // What hooks of others throw is theirs. CAF has marked the actor before.
  }
}

void forwarder::on_unreachable() {
  released();
  terminate(caf::make_error(caf::exit_reason::unreachable), nullptr);
}

} // namespace vigil::compat
