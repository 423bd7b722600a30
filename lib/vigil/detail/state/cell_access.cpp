#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/state/cell_access.hpp>

namespace vigil::detail {

child_record& record_of(child_cell& x) noexcept {
  return x;
}

const child_spec& spec_of(const child_cell& x) noexcept {
  return x.spec;
}

caf::actor_system& system_of(const child_cell& x) noexcept {
  return x.parent->tree->system;
}

caf::strong_actor_ptr handle_of(const child_cell& x) {
  return x.handle();
}

caf::error last_end_of(const child_cell& x) {
  return x.last_end();
}

std::optional<failure> refuse_handle(const child_cell& x,
                                     std::type_index type) {
  if (x.handle() == nullptr)
    return failure{errc::child_stopped, "it was never started", x.path()};
  if (x.handle_type != type)
    return failure{errc::wrong_handle_type,
                   "ask for the handle type that its factory makes", x.path()};
  return std::nullopt;
}

} // namespace vigil::detail
