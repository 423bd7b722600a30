#pragma once

#include <vigil/detail/caf/caf_relay.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace vigil::detail {

/// A request that is under way: who made it, and its number there. Null for
/// messages that are no requests.
struct VIGIL_EXPORT request_id {
  caf::strong_actor_ptr who;
  std::uint64_t number = 0;
};

[[nodiscard]] inline request_id
request_id_of(const compat::mailbox_element& x) {
  if (!compat::is_request(x))
    return {};
  return {compat::sender_of(x), compat::number_of(x)};
}

/// Returns who gets the answer to a request in the end: its sender, or, where
/// that is a guard which passed it on, who asked the guard. Nothing if nobody
/// waits for the answer any more: who asked has ended, or a guard has answered
/// in the meantime. For messages that are no requests, the sender.
///
/// Thread-safe. A few instructions for each guard in between; takes locks of
/// theirs, so call it without one of your own.
[[nodiscard]] VIGIL_EXPORT std::optional<caf::strong_actor_ptr>
asker_of(const compat::mailbox_element& x);

/// Returns what tells one asker from another where limits count by caller; for
/// a request that nobody waits for, that of its sender. As `asker_of`.
[[nodiscard]] VIGIL_EXPORT std::string
caller_key(const compat::mailbox_element& x);

/// Returns whether one that made requests has ended, and makes no more.
[[nodiscard]] VIGIL_EXPORT bool asks_no_more(const caf::weak_actor_ptr& x);

/// Returns whether a request is one whose answer nobody waits for any more: as
/// `asker_of` says, or since an incarnation made it that is over, in an actor
/// that goes on. False for messages that are no requests. Takes the same locks.
[[nodiscard]] VIGIL_EXPORT bool nobody_waits(const request_id& x);

[[nodiscard]] inline bool nobody_waits(const compat::mailbox_element& x) {
  return nobody_waits(request_id_of(x));
}

/// The same for a request that was taken apart.
[[nodiscard]] inline bool nobody_waits(const compat::requester& x) {
  return nobody_waits(
    request_id{compat::source_of(x), compat::number_of(x.id)});
}

/// Refers to the front that made a request which waits, without holding it.
class VIGIL_EXPORT weak_asker {
public:
  /// Returns whether it can refer to `x`.
  [[nodiscard]] static bool is_for(const caf::strong_actor_ptr& x);

  /// Takes the place of `who` if that is a front, which is returned; leaves it
  /// alone if not.
  [[nodiscard]] caf::strong_actor_ptr replace(caf::strong_actor_ptr& who);

  /// The same for who made request `number`; all fronts through which that came
  /// hold each other weakly from now on.
  void let_loose(caf::strong_actor_ptr& who, std::uint64_t number);

  /// Puts back what `let_loose` took, and has those fronts hold each other.
  /// Puts back null if it is gone: nobody waits for the request any more.
  void keep(caf::strong_actor_ptr& who, std::uint64_t number);

  /// Returns the front; null if it is gone.
  [[nodiscard]] caf::strong_actor_ptr get() const {
    return front_.lock();
  }

  [[nodiscard]] bool is_set() const noexcept {
    return front_ != nullptr;
  }

private:
  caf::weak_actor_ptr front_;
};

} // namespace vigil::detail
