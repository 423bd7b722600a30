#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <atomic>
#include <vector>

namespace vigil::compat {

/// Sends `to` the exit message of a link to `from`.
VIGIL_EXPORT void send_link_exit(caf::abstract_actor& to,
                                 const caf::abstract_actor& from,
                                 caf::error reason, context* ctx);

/// The other ends of links. Changed with their actor locked: no order needed.
class VIGIL_EXPORT link_list {
public:
  link_list() = default;
  ~link_list();
  link_list(const link_list&) = delete;
  link_list& operator=(const link_list&) = delete;

  /// Returns whether there never was a link. One relaxed load, in any thread.
  [[nodiscard]] bool untouched() const noexcept {
    return links_.load(std::memory_order_relaxed) == nullptr;
  }

  void note(caf::abstract_actor* x);
  void forget(caf::abstract_actor* x);

  /// Leaves none.
  [[nodiscard]] std::vector<caf::actor_addr> take();

private:
  using list = std::vector<caf::actor_addr>;

  // Made by the first link.
  std::atomic<list*> links_{nullptr};
};

/// An actor that outlives the ends of what runs in it or behind it: its links
/// belong to the incarnation that is there. `end_links` does to them what CAF
/// does to the links of an actor that ends.
template <class Base>
class incarnation_links : public Base {
public:
  using Base::Base;

  // CAF calls these two with both actors locked.

  bool add_backlink(caf::abstract_actor* x) override {
    const auto added = Base::add_backlink(x);
    if (added)
      links_.note(x);
    return added;
  }

  bool remove_backlink(caf::abstract_actor* x) override {
    links_.forget(x);
    return Base::remove_backlink(x);
  }

  void add_link(caf::abstract_actor* x) override {
    if (const auto handle = links_as(x))
      return handle->get()->add_link(x);
    Base::add_link(x);
    this->exclusive_critical_section([&] { links_.note(x); });
  }

  void remove_link(caf::abstract_actor* x) override {
    if (const auto handle = links_as(x))
      handle->get()->remove_link(x);
    this->exclusive_critical_section([&] { links_.forget(x); });
    Base::remove_link(x);
  }

  /// Returns whether there may be links. Cheap.
  [[nodiscard]] bool has_links() const noexcept {
    return !links_.untouched();
  }

  /// Takes all links apart and sends the other ends exit messages. In the
  /// thread in which the incarnation ends.
  void end_links(const caf::error& reason, context* ctx) {
    std::vector<caf::actor_addr> links;
    this->exclusive_critical_section([&] { links = links_.take(); });
    for (auto& addr : links)
      if (auto x = caf::actor_cast<caf::strong_actor_ptr>(addr)) {
        Base::remove_link(x->get());
        send_link_exit(*x->get(), *this, reason, ctx);
      }
  }

protected:
  /// Returns whose links those to `x` are that the actor makes, if not its own.
  [[nodiscard]] virtual caf::strong_actor_ptr
  links_as(const caf::abstract_actor*) const {
    return nullptr;
  }

private:
  link_list links_;
};

/// An actor whose links are those of the handle that outlives it.
///
/// @tparam Base an actor whose controller has `handle_but(x)`: the handle,
///         unless it is `x` or there is none
template <class Base>
class linked_by_handle : public Base {
public:
  using Base::Base;

  void add_link(caf::abstract_actor* x) override {
    if (const auto handle = this->handle_but(x))
      handle->get()->add_link(x);
    else
      Base::add_link(x);
  }

  void remove_link(caf::abstract_actor* x) override {
    if (const auto handle = this->handle_but(x))
      handle->get()->remove_link(x);
    Base::remove_link(x);
  }
};

} // namespace vigil::compat
