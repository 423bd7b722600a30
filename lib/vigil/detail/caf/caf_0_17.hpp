#pragma once

// NOLINTBEGIN(bugprone-macro-parentheses): the names of headers
#define VIGIL_CAF_FILES <vigil/detail/caf/caf_0_17_all.hpp>
#define VIGIL_CAF_ALARM <vigil/internal/caf/caf_0_17_alarm.hpp>
#define VIGIL_CAF_ANSWERS <vigil/detail/caf/caf_0_17_answers.hpp>
#define VIGIL_CAF_BLOCKING <vigil/detail/caf/caf_0_17_blocking.hpp>
#define VIGIL_CAF_CONTROL <vigil/detail/caf/caf_0_17_control.hpp>
#define VIGIL_CAF_FUNCTION <vigil/detail/caf/caf_0_17_function.hpp>
#define VIGIL_CAF_IDLE <vigil/detail/caf/caf_0_17_idle.hpp>
#define VIGIL_CAF_IO_FILES <vigil/detail/caf/caf_0_17_io.hpp>
#define VIGIL_CAF_JOB <vigil/detail/caf/caf_0_17_job.hpp>
#define VIGIL_CAF_MAIL <vigil/detail/caf/caf_0_17_mail.hpp>
#define VIGIL_CAF_MESSAGE <vigil/detail/caf/caf_0_17_message.hpp>
#define VIGIL_CAF_PREPARE <vigil/detail/caf/caf_0_17_prepare.hpp>
#define VIGIL_CAF_RELAY <vigil/detail/caf/caf_0_17_relay.hpp>
#define VIGIL_CAF_REQUEST <vigil/detail/caf/caf_0_17_request.hpp>
#define VIGIL_CAF_SEND <vigil/detail/caf/caf_0_17_send.hpp>
#define VIGIL_CAF_SPAWN <vigil/detail/caf/caf_0_17_spawn.hpp>
#define VIGIL_CAF_TELL <vigil/detail/caf/caf_0_17_tell.hpp>
#define VIGIL_CAF_WATCH <vigil/detail/caf/caf_0_17_watch.hpp>
#define VIGIL_CAF_WHOLE <vigil/detail/caf/caf_0_17_whole.hpp>
// NOLINTEND(bugprone-macro-parentheses)

#include <vigil/time.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/blocking_actor.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <type_traits>

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

/// Returns whether an actor has a thread of its own.
[[nodiscard]] inline bool has_thread(const caf::abstract_actor& x) noexcept {
  return x.getf(caf::abstract_actor::is_detached_flag);
}

} // namespace vigil::compat
