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
