#pragma once

#include <vigil/detail/caf/caf_1.hpp>

#include <mutex>
#include <utility>
#include <vector>

namespace vigil::compat {

/// Returns the other end of the first link among the hooks of an actor from
/// `x` on, and leaves `x` at the one after it. Null if there is none. With the
/// actor locked.
[[nodiscard]] VIGIL_EXPORT const caf::actor_addr*
next_link(const caf::attachable*& x) noexcept;

/// The links of an actor that ends, taken from it: the handle that outlives it
/// ends them once the actor is gone. CAF 1.x asks nobody in whose name an actor
/// links another one.
class VIGIL_EXPORT taken_links {
public:
  /// Takes all links of `from` apart. In the thread in which it ends.
  void take(caf::abstract_actor& from);

  /// Sends the other ends exit messages of `as`.
  void end(const caf::strong_actor_ptr& as, const caf::error& reason,
           context* ctx);

private:
  std::vector<caf::strong_actor_ptr> others_;
};

/// An actor whose links are those of the handle that outlives it: here they are
/// its own until it ends; see `taken_links`.
template <class Base>
using linked_by_handle = Base;

} // namespace vigil::compat
