#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/caf/caf_send.hpp>
#include <vigil/detail/child/child_context.hpp>
#include <vigil/detail/child/open_promise.hpp>

#include <memory>
#include <utility>

namespace vigil {

/// An answer that a supervised child owes and gives later.
///
/// Unlike CAF 0.17's own promises it is never forgotten: if the incarnation
/// ends first, or the last copy is dropped, the requester gets
/// `errc::promise_broken`. Made by `this_child(self).promise<T>()`. Belongs to
/// the actor: not thread-safe.
template <class... Ts>
class VIGIL_EXPORT promise {
public:
  /// Answers; only the first answer counts.
  template <class... Us>
  void deliver(Us&&... xs) {
    auto out = std::exchange(state_->promise, {});
    if (!out.pending())
      return;
    if constexpr (sizeof...(Us) == 0)
      compat::deliver_void(std::move(out));
    else
      out.deliver(std::forward<Us>(xs)...);
  }

  /// Answers with an error.
  void fail(const failure& why) {
    state_->break_off(why);
  }

  [[nodiscard]] bool pending() const {
    return state_->promise.pending();
  }

  /// Lets a handler return it.
  operator caf::result<Ts...>() const {
    return state_->promise;
  }

private:
  friend class detail::access;

  explicit promise(std::shared_ptr<detail::open_promise> x)
    : state_(std::move(x)) {
    // nop
  }

  std::shared_ptr<detail::open_promise> state_;
};

} // namespace vigil
