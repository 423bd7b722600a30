#pragma once

#include <vigil/detail/state/cell_access.hpp>
#include <vigil/detail/state/child_actor.hpp>

#include <utility>

namespace vigil::detail {

/// Tells those that monitor the handle of a child of its end, for as long as
/// nothing is to be expected of the child.
class VIGIL_EXPORT end_teller {
public:
  /// Says who the handle of the child is, as long as there is one; null before
  /// and after that.
  void speak_through(child_actor* handle) noexcept {
    handle_ = handle;
  }

  void tell(const child_cell& x, compat::context* ctx);
  void take_back();

private:
  // Held by the child's cell.
  child_actor* handle_ = nullptr;
  bool told_ = false;
};

} // namespace vigil::detail
