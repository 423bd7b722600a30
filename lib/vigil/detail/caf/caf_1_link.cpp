#include <vigil/caf.hpp>

#include <caf/default_attachable.hpp>

namespace vigil::compat {

namespace {

// What CAF keeps to itself: names in an explicit instantiation are not checked
// for access.
template <auto Observer, auto Type>
struct shown_link {
  friend const caf::actor_addr* link_in(const caf::default_attachable& x) {
    return x.*Type == caf::default_attachable::link ? &(x.*Observer) : nullptr;
  }
};

const caf::actor_addr* link_in(const caf::default_attachable& x);

template struct shown_link<&caf::default_attachable::observer_,
                           &caf::default_attachable::type_>;

} // namespace

const caf::actor_addr* linked_by(const caf::attachable& x) noexcept {
  const auto* mine = dynamic_cast<const caf::default_attachable*>(&x);
  return mine != nullptr ? link_in(*mine) : nullptr;
}

} // namespace vigil::compat
