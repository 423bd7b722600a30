#include <vigil/supervisor_ref.hpp>

#include <utility>

namespace vigil::detail {

keyed_child::keyed_child(child_cell_ptr x)
  : cell_(std::move(x)),
    handle_(cell_ != nullptr ? handle_of(*cell_) : nullptr) {
  // nop
}

} // namespace vigil::detail
