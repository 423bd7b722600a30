#pragma once

// The files of the themes.
// NOLINTBEGIN(bugprone-macro-parentheses): the names of headers
#define VIGIL_CAF_FILES <vigil/detail/caf/caf_1_all.hpp>
#define VIGIL_CAF_ALARM <vigil/internal/caf/caf_1_alarm.hpp>
#define VIGIL_CAF_ANSWERS <vigil/detail/caf/caf_1_relay.hpp>
#define VIGIL_CAF_BLOCKING <vigil/detail/caf/caf_1_blocking.hpp>
#define VIGIL_CAF_CONTROL <vigil/detail/caf/caf_1_control.hpp>
#define VIGIL_CAF_FUNCTION <vigil/detail/caf/caf_1_function.hpp>
#define VIGIL_CAF_IDLE <vigil/detail/caf/caf_1_spawn.hpp>
#define VIGIL_CAF_IO_FILES <vigil/detail/caf/caf_1_io.hpp>
#define VIGIL_CAF_JOB <vigil/detail/caf/caf_1_job.hpp>
#define VIGIL_CAF_MAIL <vigil/detail/caf/caf_1_mail.hpp>
#define VIGIL_CAF_MESSAGE <vigil/detail/caf/caf_1_message.hpp>
#define VIGIL_CAF_PREPARE <vigil/detail/caf/caf_1_prepare.hpp>
#define VIGIL_CAF_RELAY <vigil/detail/caf/caf_1_relay.hpp>
#define VIGIL_CAF_REQUEST <vigil/detail/caf/caf_1_request.hpp>
#define VIGIL_CAF_SEND <vigil/detail/caf/caf_1.hpp>
#define VIGIL_CAF_SPAWN <vigil/detail/caf/caf_1_spawn.hpp>
#define VIGIL_CAF_TELL <vigil/detail/caf/caf_1_tell.hpp>
#define VIGIL_CAF_WATCH <vigil/detail/caf/caf_1_spawn.hpp>
#define VIGIL_CAF_WHOLE <vigil/detail/caf/caf_1_function.hpp>
// NOLINTEND(bugprone-macro-parentheses)

#include <vigil/detail/caf/caf_1_ids.hpp>
#include <vigil/time.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/anon_mail.hpp>
#include <caf/attachable.hpp>
#include <caf/blocking_actor.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/make_actor.hpp>
#include <caf/message_handler.hpp>
#include <caf/scheduler.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/system_messages.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#ifndef CAF_ENABLE_EXCEPTIONS
#  error "vigil needs a CAF with exceptions: configure it with " \
         "CAF_ENABLE_EXCEPTIONS=ON"
#endif

/// Lets values of this type travel in messages inside one process. CAF 1.x
/// wants a type id for it, too. Use at global scope.
#define VIGIL_MESSAGE_TYPE(type_name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type_name)

namespace vigil::compat {

// -- interfaces ---------------------------------------------------------------

/// A typed CAF handle.
template <class... Signatures>
using typed_actor = caf::typed_actor<Signatures...>;

/// Whether a handle of type `From` can stand for one of type `To`. CAF says so
/// in the body of its converting constructor only.
template <class From, class To>
inline constexpr bool handle_fits_v = std::is_same_v<From, To>;

template <class... Xs, class... Ys>
inline constexpr bool
  handle_fits_v<caf::typed_actor<Xs...>, caf::typed_actor<Ys...>> = caf::
    detail::tl_subset_of_v<typename caf::typed_actor<Ys...>::signatures,
                           typename caf::typed_actor<Xs...>::signatures>;

// -- messages -----------------------------------------------------------------

using context = caf::scheduler;
using mailbox_element = caf::mailbox_element;
using element_ptr = caf::mailbox_element_ptr;

/// What `enqueue` of an actor returns: whether there is somebody to take
/// messages.
using enqueue_result = bool;

/// The message was taken, or those after it may be.
inline enqueue_result accepted() noexcept {
  return true;
}

/// The actor has ended: neither this message nor any other is taken.
inline enqueue_result rejected() noexcept {
  return false;
}

/// Notes of ours on a message. CAF 1.x has no room for any, and its messages
/// have no virtual functions; but one field is for actors whose mailbox CAF
/// measures, and none of ours is. What has that field set by CAF is not ours,
/// and has no notes.
class VIGIL_EXPORT notes {
public:
  /// Its answer comes from the handle before the actor.
  static constexpr std::int64_t by_handle = 1;
  /// Somebody wants to know if nobody reads it.
  static constexpr std::int64_t counted = 2;
  /// The number of an incarnation stands above the flags.
  static constexpr int flags = 2;

  explicit notes(mailbox_element& x) noexcept : x_(&x) {
    // nop
  }

  [[nodiscard]] static std::int64_t of(const mailbox_element& x) noexcept {
    return x.enqueue_time.time_since_epoch().count();
  }

  [[nodiscard]] static bool has(const mailbox_element& x,
                                std::int64_t flag) noexcept {
    return (of(x) & flag) != 0;
  }

  void add(std::int64_t flag) noexcept {
    set(of(*x_) | flag);
  }

  void remove(std::int64_t flag) noexcept {
    set(of(*x_) & ~flag);
  }

  void set(std::int64_t value) noexcept {
    using clock = std::chrono::steady_clock;
    x_->enqueue_time = clock::time_point{clock::duration{value}};
  }

private:
  mailbox_element* x_;
};

/// Returns the one value in the message if it is of type `T`, else null.
template <class T>
[[nodiscard]] T* get_if(mailbox_element& x) {
  auto& content = x.payload;
  return content.match_elements<T>() ? &content.template get_mutable_as<T>(0)
                                     : nullptr;
}

/// Marks an actor that stands for a sender; see `call_relay`. CAF has no flag
/// of that value. An actor that delegates such a message makes another one of
/// the same sender, so it is the sender that has to say so.
inline constexpr int relay_flag = 1 << 21;

/// Returns whether others have passed the message on, so that its sender stands
/// for somebody else. Cheap.
[[nodiscard]] inline bool was_passed_on(const mailbox_element& x) noexcept {
  return x.sender != nullptr && x.sender->get()->getf(relay_flag);
}

/// Returns who sent a message that was passed on.
[[nodiscard]] VIGIL_EXPORT const caf::strong_actor_ptr&
origin_of(const mailbox_element& x) noexcept;

/// Returns who sent a message, or who made a request, as long as it is in
/// there. Null for nobody.
[[nodiscard]] inline const caf::strong_actor_ptr&
sender_of(const mailbox_element& x) noexcept {
  return was_passed_on(x) ? origin_of(x) : x.sender;
}

/// Returns whether a message was sent by that actor. Null is nobody.
[[nodiscard]] inline bool
is_from(const mailbox_element& x,
        const caf::actor_control_block* who) noexcept {
  return sender_of(x).get() == who;
}

/// Returns whether a message is a response to a request of its receiver.
[[nodiscard]] inline bool is_response(const mailbox_element& x) noexcept {
  return x.mid.is_response();
}

/// Returns whether a message is of that type and nothing else.
[[nodiscard]] inline bool holds_one(const mailbox_element& x,
                                    caf::type_id_t what) noexcept {
  return x.payload.size() == 1 && x.payload.type_at(0) == what;
}

/// Returns whether a message is a timeout with which CAF reminds a behavior, or
/// code that CAF's clock or a flow has the actor run.
[[nodiscard]] inline bool is_timeout(const mailbox_element& x) noexcept {
  return holds_one(x, caf::type_id_v<caf::timeout_msg>)
         || holds_one(x, caf::type_id_v<caf::action>);
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
    nullptr, caf::make_message_id(caf::message_priority::high), std::move(x));
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
    to->enqueue(
      caf::make_mailbox_element(nullptr, caf::make_message_id(), std::move(x)),
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
  caf::anon_mail(xs...).send(to);
}

/// Asks on behalf of a blocking actor, which is to go soon: CAF's clock keeps
/// it for the timeout. `duration::max()`, and what CAF cannot add to the time,
/// is none. Returns what has `receive(f, failed)`, which waits for the answer.
/// All others use `then_within`.
template <class Self, class Handle, class T>
[[nodiscard]] auto ask(Self& self, const Handle& to, duration timeout, T x) {
  const auto now = self.home_system().clock().now();
  return self.mail(std::move(x))
    .request(to, detail::time_after(now, timeout) == detail::never
                   ? caf::timespan{caf::infinite}
                   : caf::timespan{timeout});
}

/// Keeps a promise of `void`.
inline void deliver_void(caf::response_promise x) {
  x.deliver();
}

/// Answers a request on behalf of `self`; does nothing for messages that want
/// no answer.
template <class T>
void reply(const caf::strong_actor_ptr& self,
           const caf::strong_actor_ptr& requester, caf::message_id mid,
           context* ctx, T x) {
  if (mid.is_request() && requester != nullptr)
    requester->enqueue(
      caf::make_mailbox_element(self, mid.response_id(), std::move(x)), ctx);
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

// -- errors -------------------------------------------------------------------

template <class Payload>
[[nodiscard]] caf::error make_error(std::uint8_t code, Payload x) {
  return {static_cast<error_code>(code), caf::make_message(std::move(x))};
}

[[nodiscard]] inline bool is_ours(const caf::error& x) {
  return x && x.category() == caf::type_id_v<error_code>;
}

/// Returns what `make_error` put in, or null.
template <class Payload>
[[nodiscard]] const Payload* error_payload(const caf::error& x) {
  if (!is_ours(x) || !x.context().match_elements<Payload>())
    return nullptr;
  return &x.context().template get_as<Payload>(0);
}

/// Returns whether an error says that somebody has dropped a promise.
[[nodiscard]] inline bool is_broken_promise(const caf::error& x) noexcept {
  return x == caf::sec::broken_promise;
}

/// Returns whether parsing the command line printed the help text, which is all
/// that the user wanted.
[[nodiscard]] inline bool help_was_asked(const caf::actor_system_config& x) {
  return x.helptext_printed();
}

/// Returns how many threads the scheduler runs actors in; at least 1.
[[nodiscard]] VIGIL_EXPORT std::size_t
scheduler_workers(caf::actor_system& sys);

// -- virtual time -------------------------------------------------------------

/// Drives an actor system whose scheduler is CAF's test coordinator
/// (`caf.scheduler.policy` is `testing`); inactive for all others.
class VIGIL_EXPORT test_driver {
public:
  explicit test_driver(caf::actor_system& sys);

  /// Has an actor system of that configuration be driven by hand.
  static void configure(caf::actor_system_config& cfg);

  [[nodiscard]] bool active() const noexcept {
    return sys_ != nullptr;
  }

  /// Runs all actors that have something to do.
  void run();

  /// Lets time pass to the next timeout. Returns false if there is none until
  /// then.
  bool skip_time(time_point end = detail::never);

  /// Lets time pass, and actors run, to each timeout until then.
  void advance_to(time_point end);

  /// Sets the clock, before anything was scheduled.
  void set_time(time_point at);

  /// Has an actor run that said that it waits for messages.
  void wake(const caf::strong_actor_ptr& x);

  [[nodiscard]] time_point now() const;

private:
  caf::actor_system* sys_;
};

/// Returns whether a message waits in the mailbox of a blocking actor.
[[nodiscard]] inline bool has_message(caf::blocking_actor& self) {
  return self.await_data(caf::blocking_actor::timeout_type::clock::now());
}

} // namespace vigil::compat
