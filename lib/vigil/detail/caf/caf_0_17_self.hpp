#pragma once

#include <vigil/detail/caf/caf_0_17_forwarder.hpp>
#include <vigil/detail/caf/caf_0_17_kind.hpp>
#include <vigil/time.hpp>

#include <caf/detail/simple_actor_clock.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <typeinfo>
#include <utility>

namespace vigil::compat {

/// A message that ends with one incarnation of its receiver, with the number of
/// that.
class VIGIL_EXPORT own_message final : public wrapped_element {
public:
  own_message(element_ptr x, std::uint64_t incarnation)
    : wrapped_element(std::move(x)), incarnation_(incarnation) {
    // nop
  }

  [[nodiscard]] std::uint64_t incarnation() const noexcept {
    return incarnation_;
  }

  [[nodiscard]] const mailbox_element* original() const noexcept {
    return inner_.get();
  }

private:
  std::uint64_t incarnation_;
};

/// Notes that a message ends with one incarnation of its receiver.
[[nodiscard]] inline element_ptr for_incarnation(element_ptr x,
                                                 std::uint64_t incarnation) {
  return element_ptr{new own_message(std::move(x), incarnation)};
}

/// Returns the incarnation that a message is for, if it is for one alone.
/// Cheaper than `dynamic_cast`, which compares the names of all bases.
[[nodiscard]] inline std::optional<std::uint64_t>
incarnation_of(const mailbox_element& x) noexcept {
  if (typeid(x) != typeid(own_message))
    return std::nullopt;
  return static_cast<const own_message&>(x).incarnation();
}

/// Names a message as long as it is there, also after `for_incarnation`.
[[nodiscard]] inline const void*
identity_of(const mailbox_element& x) noexcept {
  if (typeid(x) != typeid(own_message)) [[likely]]
    return &x;
  return static_cast<const own_message&>(x).original();
}

/// Which incarnation of an actor the messages belong to that CAF's clock brings
/// it. Shared by the actor and by what waits in the clock.
///
/// Memory orders: the number is raised (release) once the messages of the
/// incarnation before are marked, and loaded (acquire) for each that the clock
/// brings: a thread that finds the new number meets no unmarked message of the
/// old incarnation.
struct VIGIL_EXPORT own_messages {
  explicit own_messages(std::uint64_t n) : incarnation(n) {
    // nop
  }

  std::atomic<std::uint64_t> incarnation;
};

/// Returns whether a message to `me` ends with the incarnation that is there:
/// those from itself, and exit messages, as links send them. Answers and
/// timeouts of CAF's have numbers of their own.
[[nodiscard]] inline bool
belongs_to_incarnation(const mailbox_element& x,
                       const caf::actor_control_block* me) {
  if (x.sender.get() != me)
    return x.content().type_token() == caf::make_type_token<caf::exit_msg>();
  return !x.mid.is_response() && !x.mid.is_stream_message()
         && x.content().type_token()
              != caf::make_type_token<caf::timeout_msg>();
}

/// Marks what an actor has scheduled to itself as sent by `incarnation`, and
/// from then on what the clock brings as of `incarnation + 1`.
class VIGIL_EXPORT own_schedule {
public:
  own_schedule(const caf::actor_control_block* actor, std::uint64_t incarnation,
               std::shared_ptr<own_messages> to)
    : actor_(actor), id_(actor->id()), incarnation_(incarnation),
      to_(std::move(to)) {
    // nop
  }

  /// In the clock's thread. O(number of all timeouts).
  void operator()(const caf::detail::simple_actor_clock& clock) {
    using clock_type = caf::detail::simple_actor_clock;
    for (const auto& [due, event] : clock.schedule()) {
      if (event->subtype != clock_type::actor_msg_type)
        continue;
      auto& x = static_cast<clock_type::actor_msg&>(*event);
      if (x.receiver.get() == actor_ && x.receiver->id() == id_
          && x.content->sender.get() == actor_ && !incarnation_of(*x.content))
        x.content
          = element_ptr{new own_message(std::move(x.content), incarnation_)};
    }
    to_->incarnation.store(incarnation_ + 1, std::memory_order_release);
  }

private:
  // To be compared only.
  const caf::actor_control_block* actor_;
  caf::actor_id id_;
  std::uint64_t incarnation_;
  std::shared_ptr<own_messages> to_;
};

/// Runs a function in the thread of CAF's clock, after all that was scheduled
/// before and ahead of all that is scheduled later.
///
/// The clock handles what it is told in order, but runs code of others only
/// when it destroys the last reference to an actor: so it gets one.
template <class F>
class clock_visitor final : public forwarder {
public:
  clock_visitor(caf::actor_config& cfg,
                const caf::detail::simple_actor_clock* clock, F f)
    : forwarder(cfg), clock_(clock), f_(std::move(f)) {
    // nop
  }

  enqueue_result enqueue(element_ptr, context*) override {
    return accepted();
  }

  static void send(caf::actor_system& sys,
                   const caf::detail::simple_actor_clock& clock, F f) {
    auto self = make_forwarder<clock_visitor>(sys, &clock, std::move(f));
    auto* raw = static_cast<clock_visitor*>(self->get());
    const auto type = caf::atom("vigil");
    const auto never_due
      = detail::time_after(clock.now(), std::chrono::hours{24});
    sys.clock().set_ordinary_timeout(never_due, raw, type, 0);
    self = nullptr;
    raw->armed_.store(true, std::memory_order_relaxed);
    sys.clock().cancel_ordinary_timeout(raw, type);
  }

protected:
  void released() override {
    // Not if the clock goes away meanwhile.
    if (armed_.load(std::memory_order_relaxed))
      f_(*clock_);
  }

private:
  const caf::detail::simple_actor_clock* clock_;
  F f_;
  // Relaxed: set before the clock is told, whose lock orders the two.
  std::atomic<bool> armed_{false};
};

/// Has all that `actor` scheduled to itself so far marked as of that
/// incarnation. `to` says what comes after.
inline void mark_own(caf::actor_system& sys,
                     const caf::actor_control_block* actor,
                     std::uint64_t incarnation,
                     std::shared_ptr<own_messages> to) {
  const auto* clock
    = dynamic_cast<caf::detail::simple_actor_clock*>(&sys.clock());
  if (clock == nullptr) {
    // A clock of somebody else: what is in there stays unknown.
    to->incarnation.store(incarnation + 1, std::memory_order_release);
    return;
  }
  own_schedule mark{actor, incarnation, std::move(to)};
  if (dynamic_cast<caf::scheduler::test_coordinator*>(&sys.scheduler()))
    mark(*clock);
  else
    clock_visitor<own_schedule>::send(sys, *clock, std::move(mark));
}

} // namespace vigil::compat
