#pragma once

#include <vigil/detail/caf/caf_1.hpp>

#include <utility>
#include <vector>

namespace vigil::compat {

/// Returns whether a hook of an actor stands for a link, and whose.
[[nodiscard]] VIGIL_EXPORT const caf::actor_addr*
linked_by(const caf::attachable& x) noexcept;

/// An actor that outlives the ends of what runs in it or behind it: its links
/// belong to the incarnation that is there. `end_links` does to them what CAF
/// does to the links of an actor that ends.
template <class Base>
class incarnation_links : public Base {
public:
  using Base::Base;

  /// Returns whether there may be links. Takes a lock.
  [[nodiscard]] bool has_links() const noexcept {
    std::lock_guard guard{this->mtx_};
    for (const auto* x = this->attachables_head_.get(); x != nullptr;
         x = x->next.get())
      if (linked_by(*x) != nullptr)
        return true;
    return false;
  }

  /// Takes all links apart and sends the other ends exit messages. In the
  /// thread in which the incarnation ends.
  void end_links(const caf::error& reason, context* ctx) {
    std::vector<caf::actor_addr> links;
    this->exclusive_critical_section([&] {
      for (const auto* x = this->attachables_head_.get(); x != nullptr;
           x = x->next.get())
        if (const auto* who = linked_by(*x))
          links.push_back(*who);
    });
    for (const auto& addr : links)
      if (auto x = caf::actor_cast<caf::strong_actor_ptr>(addr)) {
        this->unlink_from(x);
        x->enqueue(
          caf::make_mailbox_element(nullptr, caf::make_message_id(),
                                    caf::exit_msg{this->address(), reason}),
          ctx);
      }
  }

protected:
  /// Returns whose links those to `x` are that the actor makes, if not its own.
  /// CAF 1.x asks nobody.
  [[nodiscard]] virtual caf::strong_actor_ptr
  links_as(const caf::abstract_actor*) const {
    return nullptr;
  }
};

/// An actor whose links are those of the handle that outlives it: CAF 1.x asks
/// nobody, so they are its own.
template <class Base>
using linked_by_handle = Base;

} // namespace vigil::compat
