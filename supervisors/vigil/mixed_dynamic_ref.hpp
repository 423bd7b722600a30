#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/child/cell_view.hpp>
#include <vigil/detail/child/typed_handle.hpp>
#include <vigil/detail/population/dynamic_definition.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/static/cell_calls.hpp>
#include <vigil/detail/static/child_calls.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace vigil {

/// Refers to a running dynamic supervisor whose children have specs of their
/// own. Look it up by key (`child_key<mixed_dynamic_ref, "id">`) or by path.
///
/// Its children are described by what `vigil::child(…)`, `vigil::supervisor(…)`
/// or `vigil::dynamic_supervisor(…)` makes. Their starts go through the
/// supervisor; the calls that start and stop block, so they are not for use
/// inside an actor, where they fail with `errc::would_block`: there, send
/// `vigil::call::start_child` to `handle()`. Otherwise as `dynamic_ref`: valid
/// over restarts of the supervisor, which end all children; thread-safe.
class VIGIL_EXPORT mixed_dynamic_ref {
public:
  mixed_dynamic_ref() = default;

  /// Starts a child, waits until it is up and returns its handle.
  ///
  /// The supervisor appends a number to its id, so that many children can be
  /// made from one description: `"loader"` becomes `"loader#1"`. Fails with
  /// `errc::max_children`, `errc::start_failed`, `errc::ignored`,
  /// `errc::supervisor_stopping`, `errc::supervisor_down` and with what is
  /// wrong with the description.
  template <class Builder>
  result<typename detail::started_child<Builder>::handle_type>
  start_child(const Builder& x,
              any_duration timeout = detail::dynamic_timeout) const {
    if (cell_ == nullptr)
      return detail::no_population();
    auto child = detail::start_child_in(*cell_, call::start_child{x}, timeout);
    if (!child)
      return child.error();
    return detail::handle_of_started<typename Builder::handle_type>(
      child.value());
  }

  template <class F, class... Ts>
  detail::no_builder<F> start_child(std::string_view, const F&, Ts...) const;

  /// Stops a child and waits until it is gone. Fails with `errc::not_found` if
  /// the handle is of no child of this supervisor. O(1).
  template <class Handle>
  result<void> terminate_child(const Handle& child,
                               any_duration timeout
                               = detail::dynamic_timeout) const {
    static_assert(detail::is_child_handle<Handle>,
                  "vigil: terminate_child takes the handle of a child");
    if (cell_ == nullptr)
      return detail::no_population();
    return detail::terminate_child_in(*cell_, pointer(child), timeout);
  }

  /// Counts the children. O(n).
  [[nodiscard]] child_counts count_children() const {
    return cell_ != nullptr ? detail::count_children(*cell_) : child_counts{};
  }

  /// Lists the children, the newest first. O(n).
  [[nodiscard]] std::vector<child_info> which_children() const {
    return cell_ != nullptr ? detail::list_children(*cell_)
                            : std::vector<child_info>{};
  }

  /// Returns the supervisor as an actor to send `call` messages to; null if it
  /// is gone for good.
  [[nodiscard]] supervisor_handle handle() const {
    if (cell_ == nullptr)
      return {};
    return caf::actor_cast<supervisor_handle>(cell_->actor);
  }

private:
  friend class detail::access;

  explicit mixed_dynamic_ref(const detail::child_cell& x) : cell_(x.nested) {
    // nop
  }

  template <class Handle>
  [[nodiscard]] static caf::strong_actor_ptr pointer(const Handle& x) {
    if constexpr (caf::is_handle<Handle>::value)
      return caf::actor_cast<caf::strong_actor_ptr>(x);
    else
      return caf::actor_cast<caf::strong_actor_ptr>(x.handle());
  }

  detail::supervisor_cell_ptr cell_;
};

/// Deprecated: kept until 0.3.
using mixed_dynamic [[deprecated("vigil: it is mixed_dynamic_ref now")]]
= mixed_dynamic_ref;

} // namespace vigil
