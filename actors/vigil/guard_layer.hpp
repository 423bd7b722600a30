#pragma once

#include <vigil/detail/caf/caf_message.hpp>
#include <vigil/detail/guard/asker.hpp>
#include <vigil/failure.hpp>

#include <optional>

namespace vigil {

namespace detail {

class user_front;

} // namespace detail

/// A message at a layer of a guard. Holds during the call that it is given to
/// only.
class VIGIL_EXPORT layer_message {
public:
  layer_message(const layer_message&) = delete;
  layer_message& operator=(const layer_message&) = delete;

  [[nodiscard]] bool is_request() const noexcept {
    return compat::is_request(x_);
  }

  /// Returns whether the message is of high priority.
  [[nodiscard]] bool is_urgent() const noexcept {
    return compat::is_urgent(x_);
  }

  /// Returns who made the request, also through other guards; of other
  /// messages, who sent it. Null if nobody did, or waits for the answer any
  /// more. A few instructions for each guard in between.
  [[nodiscard]] caf::strong_actor_ptr caller() const {
    return detail::asker_of(x_).value_or(nullptr);
  }

  /// Returns what the message says if that is one value of type `T`, else null.
  template <class T>
  [[nodiscard]] const T* get_if() const {
    return compat::get_if<T>(x_);
  }

private:
  friend class detail::user_front;

  explicit layer_message(compat::mailbox_element& x) noexcept : x_(x) {
    // nop
  }

  compat::mailbox_element& x_;
};

/// To be removed in 0.3.
using guarded_message [[deprecated("vigil: it is layer_message now")]]
= layer_message;

/// A layer of one's own in a guard: sees each message before the layers behind
/// it do, and may refuse it; sees each answer that comes back. Derive from it,
/// and name it in `guard(target).layer(name, make)`.
///
/// It changes no message: sender, priority and content stay, and layers behind
/// it see the caller, not the layer.
///
/// Its functions run in the thread of who sends or answers, many at a time, and
/// outside of all locks: they must be thread-safe and quick, and must not
/// block. What they throw is told below. Each start of the guard has a layer of
/// its own, which is destroyed with its actor.
class VIGIL_EXPORT guard_layer {
public:
  guard_layer() = default;

  guard_layer(const guard_layer&) = delete;
  guard_layer& operator=(const guard_layer&) = delete;

  virtual ~guard_layer() = default;

  /// A message is on its way to the target. Returns nothing to let it go on, or
  /// why it may not: a request is answered with that, other messages are
  /// dropped. An exception refuses it with `errc::exception`.
  [[nodiscard]] virtual std::optional<failure> called(const layer_message& x)
    = 0;

  /// A request that went on is answered with `x`, after `took`; `why` is null
  /// if that is no error. Not called for what is open when the guard ends. An
  /// exception is ignored.
  virtual void answered([[maybe_unused]] const layer_message& x,
                        [[maybe_unused]] const failure* why,
                        [[maybe_unused]] duration took) {
    // nop
  }
};

} // namespace vigil
