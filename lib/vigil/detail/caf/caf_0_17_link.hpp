#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

namespace vigil::compat {

/// An actor that outlives the ends of what runs in it or behind it: its links
/// belong to the life that is there. `end_links` does to them what CAF does to
/// the links of an actor that ends.
template <class Base>
class life_links : public Base {
public:
  using Base::Base;

  ~life_links() override {
    delete links_.load(std::memory_order_relaxed);
  }

  // CAF calls these two with both actors locked.

  bool add_backlink(caf::abstract_actor* x) override {
    const auto added = Base::add_backlink(x);
    if (added)
      note(x);
    return added;
  }

  bool remove_backlink(caf::abstract_actor* x) override {
    forget(x);
    return Base::remove_backlink(x);
  }

  void add_link(caf::abstract_actor* x) override {
    if (const auto handle = links_as(x))
      return handle->get()->add_link(x);
    Base::add_link(x);
    this->exclusive_critical_section([&] { note(x); });
  }

  void remove_link(caf::abstract_actor* x) override {
    if (const auto handle = links_as(x))
      handle->get()->remove_link(x);
    this->exclusive_critical_section([&] { forget(x); });
    Base::remove_link(x);
  }

  /// Returns whether there may be links. Cheap.
  [[nodiscard]] bool has_links() const noexcept {
    return links_.load(std::memory_order_relaxed) != nullptr;
  }

  /// Takes all links apart and sends the other ends exit messages. In the
  /// thread in which the life ends.
  void end_links(const caf::error& reason, context* ctx) {
    list links;
    this->exclusive_critical_section([&] {
      if (auto* mine = links_.load(std::memory_order_relaxed))
        links.swap(*mine);
    });
    for (auto& addr : links)
      if (auto x = caf::actor_cast<caf::strong_actor_ptr>(addr)) {
        Base::remove_link(x->get());
        x->enqueue(
          caf::make_mailbox_element(nullptr, caf::make_message_id(), {},
                                    caf::exit_msg{this->address(), reason}),
          ctx);
      }
  }

protected:
  /// Returns whose links those to `x` are that the actor makes, if not its own.
  [[nodiscard]] virtual caf::strong_actor_ptr
  links_as(const caf::abstract_actor*) const {
    return nullptr;
  }

private:
  using list = std::vector<caf::actor_addr>;

  void note(caf::abstract_actor* x) {
    auto* mine = links_.load(std::memory_order_relaxed);
    if (mine == nullptr) {
      mine = new list;
      links_.store(mine, std::memory_order_relaxed);
    }
    if (std::find(mine->begin(), mine->end(), x->address()) == mine->end())
      mine->push_back(x->address());
  }

  void forget(caf::abstract_actor* x) {
    if (auto* mine = links_.load(std::memory_order_relaxed))
      std::erase(*mine, x->address());
  }

  // Made by the first link, changed with the actor locked.
  std::atomic<list*> links_{nullptr};
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
