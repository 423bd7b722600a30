#include <vigil/caf.hpp>
#include <vigil/detail/child/end_teller.hpp>
#include <vigil/detail/state/cell.hpp>

#include <utility>

namespace vigil::detail {

void end_teller::tell(const child_cell& x, compat::context* ctx) {
  if (std::exchange(told_, true))
    return;
  if (handle_ != nullptr)
    handle_->tell_end(x.last_end(), ctx);
}

void end_teller::take_back() {
  if (std::exchange(told_, false) && handle_ != nullptr) [[unlikely]]
    handle_->tell_begin();
}

} // namespace vigil::detail
