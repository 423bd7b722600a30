#include <vigil/caf.hpp>
#include <vigil/detail/child/end_teller.hpp>
#include <vigil/detail/state/cell.hpp>

#include <utility>

namespace vigil::detail {

void end_teller::tell(const child_cell& x, compat::context* ctx) {
  if (std::exchange(told_, true))
    return;
  if (const auto handle = x.handle())
    handle_->tell_end(x.last_end(), ctx);
}

void end_teller::take_back(const child_cell& x) {
  if (!std::exchange(told_, false)) [[likely]]
    return;
  if (const auto handle = x.handle())
    handle_->tell_begin();
}

} // namespace vigil::detail
