#include <vigil/caf.hpp>

#include <caf/default_attachable.hpp>

#include <utility>

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

// What CAF keeps for those derived from its actors.
struct hooks : caf::abstract_actor {
  static const caf::attachable* first(const caf::abstract_actor& of) {
    return (of.*(&hooks::attachables_head_)).get();
  }
};

} // namespace

const caf::actor_addr* next_link(const caf::attachable*& x) noexcept {
  while (x != nullptr) {
    const auto* mine = dynamic_cast<const caf::default_attachable*>(x);
    x = x->next.get();
    if (const auto* other = mine != nullptr ? link_in(*mine) : nullptr)
      return other;
  }
  return nullptr;
}

void taken_links::take(caf::abstract_actor& from) {
  std::vector<caf::actor_addr> all;
  from.exclusive_critical_section([&] {
    const auto* x = hooks::first(from);
    while (const auto* other = next_link(x))
      all.push_back(*other);
  });
  for (const auto& addr : all)
    if (auto x = caf::actor_cast<caf::strong_actor_ptr>(addr)) {
      from.unlink_from(x);
      others_.push_back(std::move(x));
    }
}

void taken_links::end(const caf::strong_actor_ptr& as, const caf::error& reason,
                      context* ctx) {
  for (auto& x : std::exchange(others_, {}))
    x->enqueue(caf::make_mailbox_element(nullptr, caf::make_message_id(),
                                         caf::exit_msg{as->address(), reason}),
               ctx);
}

} // namespace vigil::compat
