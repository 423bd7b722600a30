#pragma once

#include <vigil/time.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/attachable.hpp>
#include <caf/blocking_actor.hpp>
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/make_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

/// Lets values of this type travel in messages inside one process.
/// Use at global scope.
#define VIGIL_MESSAGE_TYPE(type_name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type_name)

namespace vigil::compat {

// -- interfaces ---------------------------------------------------------------

template <class Signature>
struct signature;

template <class... Out, class... In>
struct signature<caf::result<Out...>(In...)> {
  using type = typename caf::replies_to<In...>::template with<Out...>;
};

template <class... In>
struct signature<caf::result<void>(In...)> {
  using type = caf::reacts_to<In...>;
};

/// A typed CAF handle, written as CAF 0.18 and later write it.
template <class... Signatures>
using typed_actor = caf::typed_actor<typename signature<Signatures>::type...>;

/// Whether a handle of type `From` can stand for one of type `To`. CAF says so
/// in the body of its converting constructor only.
template <class From, class To>
inline constexpr bool handle_fits_v = std::is_same_v<From, To>;

template <class... Xs, class... Ys>
inline constexpr bool
  handle_fits_v<caf::typed_actor<Xs...>, caf::typed_actor<Ys...>> = caf::
    detail::tl_subset_of<caf::detail::type_list<Ys...>,
                         caf::detail::type_list<Xs...>>::value;

// -- messages -----------------------------------------------------------------

using context = caf::execution_unit;
using mailbox_element = caf::mailbox_element;
using element_ptr = caf::mailbox_element_ptr;

/// What `enqueue` of an actor returns: whether there is somebody to take
/// messages. CAF 0.17 does not ask; write `return accepted();`.
using enqueue_result = void;

/// The message was taken, or those after it may be.
inline enqueue_result accepted() noexcept {
  // nop
}

/// The actor has ended: neither this message nor any other is taken.
inline enqueue_result rejected() noexcept {
  // nop
}

/// Returns the one value in the message if it is of type `T`, else null.
template <class T>
[[nodiscard]] T* get_if(mailbox_element& x) {
  auto& content = x.content();
  return content.match_elements<T>() ? &content.template get_mutable_as<T>(0)
                                     : nullptr;
}

/// Returns who sent a message, or who made a request, as long as it is in
/// there. Null for nobody.
[[nodiscard]] inline const caf::strong_actor_ptr&
sender_of(const mailbox_element& x) noexcept {
  return x.sender;
}

/// Returns whether a message was sent by that actor. Null is nobody.
[[nodiscard]] inline bool
is_from(const mailbox_element& x,
        const caf::actor_control_block* who) noexcept {
  return x.sender.get() == who;
}

/// Returns whether a message is a response to a request of its receiver.
[[nodiscard]] inline bool is_response(const mailbox_element& x) noexcept {
  return x.mid.is_response();
}

/// Returns whether a message is a timeout with which CAF reminds a behavior or
/// a stream. Like responses, these carry numbers: their actor knows stale ones.
[[nodiscard]] inline bool is_timeout(const mailbox_element& x) noexcept {
  return x.content().type_token() == caf::make_type_token<caf::timeout_msg>();
}

/// Returns whether a message is of high priority. Cheap.
[[nodiscard]] inline bool is_urgent(const mailbox_element& x) noexcept {
  return x.mid.is_urgent_message();
}

[[nodiscard]] inline bool is_request(const mailbox_element& x) noexcept {
  return x.mid.is_request();
}

/// Returns whether a request was answered, or has a promise that it will be.
[[nodiscard]] inline bool is_answered(const mailbox_element& x) noexcept {
  return x.mid.is_answered();
}

/// Makes a message that overtakes messages of normal priority.
template <class T>
[[nodiscard]] element_ptr make_urgent(T x) {
  return caf::make_mailbox_element(
    nullptr, caf::make_message_id(caf::message_priority::high), {},
    std::move(x));
}

/// Sends `x` so that it overtakes messages of normal priority.
template <class T>
void send_urgent(const caf::strong_actor_ptr& to, context* ctx, T x) {
  if (to != nullptr)
    to->enqueue(make_urgent(std::move(x)), ctx);
}

/// Sends `x` behind all messages that are there.
template <class T>
void send_normal(const caf::strong_actor_ptr& to, context* ctx, T x) {
  if (to != nullptr)
    to->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(), {},
                                          std::move(x)),
                ctx);
}

/// Sends an exit message that overtakes messages of normal priority.
inline void send_exit(const caf::strong_actor_ptr& to, context* ctx,
                      caf::error reason) {
  if (to != nullptr)
    send_urgent(to, ctx, caf::exit_msg{to->address(), std::move(reason)});
}

/// Sends a message of nobody, of normal priority.
template <class Handle, class... Ts>
void post(const Handle& to, const Ts&... xs) {
  caf::anon_send(to, xs...);
}

/// Asks on behalf of a blocking actor, which is to go soon: CAF's clock keeps
/// it for the timeout. `duration::max()`, and what CAF cannot add to the time,
/// is none. Returns what has `receive(f, failed)`, which waits for the answer.
/// All others use `then_within`.
template <class Self, class Handle, class T>
[[nodiscard]] auto ask(Self& self, const Handle& to, duration timeout, T x) {
  const auto now = self.home_system().clock().now();
  return self.request(to,
                      detail::time_after(now, timeout) == detail::never
                        ? caf::duration{caf::infinite}
                        : caf::duration{timeout},
                      std::move(x));
}

/// Keeps a promise of `void`.
inline void deliver_void(caf::response_promise x) {
  x.deliver(caf::unit);
}

/// Answers a request on behalf of `self`; does nothing for messages that want
/// no answer.
template <class T>
void reply(const caf::strong_actor_ptr& self,
           const caf::strong_actor_ptr& requester, caf::message_id mid,
           context* ctx, T x) {
  if (mid.is_request() && requester != nullptr)
    requester->enqueue(
      caf::make_mailbox_element(self, mid.response_id(), {}, std::move(x)),
      ctx);
}

/// The same for a request that is at hand. It stays as it is.
template <class T>
void reply(const caf::strong_actor_ptr& self, const mailbox_element& request,
           context* ctx, T x) {
  reply(self, request.sender, request.mid, ctx, std::move(x));
}

/// Answers a request with an error on behalf of `self`.
inline void reply_error(const caf::strong_actor_ptr& self,
                        const caf::strong_actor_ptr& requester,
                        caf::message_id mid, context* ctx, caf::error why) {
  reply(self, requester, mid, ctx, std::move(why));
}

/// Returns whether an actor has a thread of its own.
[[nodiscard]] inline bool has_thread(const caf::abstract_actor& x) noexcept {
  return x.getf(caf::abstract_actor::is_detached_flag);
}

/// Has an actor clean up. What hooks of others throw is theirs, and lost.
template <class Actor>
void end_quietly(Actor& self, caf::error reason, context* ctx) {
  try {
    self.cleanup(std::move(reason), ctx);
  } catch (...) {
    // CAF has cleaned up before it called them.
  }
}

// -- errors -------------------------------------------------------------------

template <class Payload>
[[nodiscard]] caf::error make_error(std::uint8_t code, Payload x) {
  return {code, caf::atom("vigil"), caf::make_message(std::move(x))};
}

[[nodiscard]] inline bool is_ours(const caf::error& x) {
  return x && x.category() == caf::atom("vigil");
}

/// Returns what `make_error` put in, or null.
template <class Payload>
[[nodiscard]] const Payload* error_payload(const caf::error& x) {
  if (!is_ours(x) || !x.context().match_elements<Payload>())
    return nullptr;
  return &x.context().template get_as<Payload>(0);
}

/// Returns whether an error says that somebody has dropped a promise. CAF 0.17
/// says nothing then.
[[nodiscard]] inline bool is_broken_promise(const caf::error&) noexcept {
  return false;
}

/// Returns whether parsing the command line printed the help text, which is all
/// that the user wanted.
[[nodiscard]] inline bool help_was_asked(const caf::actor_system_config& x) {
  return x.cli_helptext_printed;
}

/// Returns how many threads the scheduler runs actors in; at least 1.
[[nodiscard]] inline std::size_t scheduler_workers(caf::actor_system& sys) {
  return std::max<std::size_t>(sys.scheduler().num_workers(), 1);
}

// -- virtual time -------------------------------------------------------------

/// Drives an actor system whose scheduler is CAF's test coordinator; inactive
/// for all others.
class VIGIL_EXPORT test_driver {
public:
  explicit test_driver(caf::actor_system& sys)
    : impl_(dynamic_cast<caf::scheduler::test_coordinator*>(&sys.scheduler())) {
    // nop
  }

  /// Has an actor system of that configuration be driven by hand.
  static void configure(caf::actor_system_config& cfg) {
    cfg.set("scheduler.policy", caf::atom("testing"));
    cfg.set("logger.verbosity", caf::atom("quiet"));
  }

  [[nodiscard]] bool active() const noexcept {
    return impl_ != nullptr;
  }

  /// Runs all actors that have something to do.
  void run() {
    impl_->run();
  }

  /// Lets time pass to the next timeout. Returns false if there is none.
  bool skip_time() {
    return impl_->trigger_timeout();
  }

  /// Lets time pass, and actors run, to each timeout until then.
  void advance_to(time_point end) {
    auto& clock = impl_->clock();
    run();
    for (;;) {
      const auto& timeouts = clock.schedule();
      if (timeouts.empty() || timeouts.begin()->first > end)
        break;
      const auto next = std::max(clock.now(), timeouts.begin()->first);
      impl_->advance_time(detail::time_between(clock.now(), next));
      run();
    }
    impl_->advance_time(detail::time_between(clock.now(), end));
  }

  /// Sets the clock, before anything was scheduled.
  void set_time(time_point at) {
    impl_->clock().current_time = at;
  }

  /// Has an actor run that said that it waits for messages.
  void wake(const caf::strong_actor_ptr& x) {
    auto* job = dynamic_cast<caf::resumable*>(x->get());
    caf::intrusive_ptr_add_ref(job);
    static_cast<caf::scheduler::abstract_coordinator*>(impl_)->enqueue(job);
  }

  [[nodiscard]] time_point now() const {
    return impl_->clock().now();
  }

private:
  caf::scheduler::test_coordinator* impl_;
};

/// Returns whether a message waits in the mailbox of a blocking actor.
[[nodiscard]] inline bool has_message(caf::blocking_actor& self) {
  return self.await_data(caf::blocking_actor::timeout_type::clock::now());
}

} // namespace vigil::compat
