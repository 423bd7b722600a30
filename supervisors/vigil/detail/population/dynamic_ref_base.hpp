#pragma once

#include <vigil/detail/population/dynamic_definition.hpp>
#include <vigil/result.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace vigil {

namespace detail {

template <class Handle>
class dynamic_ref_base;

} // namespace detail

/// A place in the listing of a dynamic supervisor's children. A new one stands
/// at the beginning. Keeps the last child of the page before in memory.
class VIGIL_EXPORT page_cursor {
  template <class Handle>
  friend class detail::dynamic_ref_base;

  detail::population_cursor place_;
};

namespace detail {

/// What all that refers to a running dynamic supervisor has in common.
///
/// It stays valid over restarts of the supervisor, which end all children; once
/// the supervisor is gone for good, each call fails with
/// `errc::supervisor_down`, and so does a default-constructed one. Thread-safe;
/// may be used in actors, except for `terminate_child`, which blocks.
template <class Handle>
class VIGIL_EXPORT dynamic_ref_base {
public:
  dynamic_ref_base() = default;

  /// Stops a child and waits until it is gone. Fails with `errc::not_found` if
  /// the handle is of no child of this supervisor, and with
  /// `errc::would_block` inside an actor: there, send `call::terminate_handle`
  /// to `handle()`.
  result<void> terminate_child(const Handle& child,
                               any_duration timeout = dynamic_timeout) const {
    return terminate_dynamic(population_.get(),
                             caf::actor_cast<caf::strong_actor_ptr>(child),
                             timeout);
  }

  /// Returns the supervisor as an actor to send `call` messages to; null if it
  /// is gone for good.
  [[nodiscard]] dynamic_supervisor_handle handle() const {
    return supervisor_of(population_.get());
  }

  /// Returns the number of children, restarting ones included. O(1).
  [[nodiscard]] std::size_t size() const noexcept {
    return population_ != nullptr ? population_->size() : 0;
  }

  /// Counts the children. Those that wait for a restart are not `active`; those
  /// that wait for their first message are. O(1).
  [[nodiscard]] child_counts count_children() const {
    return count_dynamic(population_.get());
  }

  /// Returns the handles of all children, in no particular order. O(n).
  [[nodiscard]] std::vector<Handle> children() const {
    return population_ != nullptr ? handles(population_->children())
                                  : std::vector<Handle>{};
  }

  /// Returns the handles of the next children after `at`, up to `limit` (at
  /// least one), and moves it on; none at the end.
  ///
  /// Children may come and go between two pages: one that is there from the
  /// first page to the last is in exactly one of them. O(`limit`), or O(n) if
  /// the last child of the page before is gone.
  [[nodiscard]] std::vector<Handle> children(page_cursor& at,
                                             any_count limit) const {
    if (population_ == nullptr)
      return {};
    return handles(population_->next_page(
      at.place_, std::max<std::size_t>(limit.as_size(), 1)));
  }

  /// As `children(at, limit)`, with what can be told of each child.
  [[nodiscard]] std::vector<child_info> which_children(page_cursor& at,
                                                       any_count limit) const {
    return list_dynamic(population_.get(), at.place_,
                        std::max<std::size_t>(limit.as_size(), 1));
  }

  /// Tells one child. Fails with `errc::not_found` if the handle is of no child
  /// of this supervisor, and with `errc::supervisor_down`. O(1).
  [[nodiscard]] result<child_info> which_child(const Handle& child) const {
    return tell_dynamic(population_.get(),
                        caf::actor_cast<caf::strong_actor_ptr>(child));
  }

  /// Returns the spec of one child, which is that of all but for the id. Fails
  /// as `which_child` does. O(1).
  [[nodiscard]] result<child_spec> get_child_spec(const Handle& child) const {
    return spec_of_dynamic(population_.get(),
                           caf::actor_cast<caf::strong_actor_ptr>(child));
  }

protected:
  explicit dynamic_ref_base(const child_cell& x)
    : population_(population_of(x)) {
    // nop
  }

  template <class Starter>
  [[nodiscard]] const Starter& starter() const noexcept {
    return *static_cast<const Starter*>(population_->starter());
  }

  [[nodiscard]] const std::shared_ptr<dynamic_children>&
  population() const noexcept {
    return population_;
  }

  [[nodiscard]] static std::vector<Handle>
  handles(const std::vector<caf::strong_actor_ptr>& xs) {
    std::vector<Handle> result;
    result.reserve(xs.size());
    for (const auto& x : xs)
      result.push_back(caf::actor_cast<Handle>(x));
    return result;
  }

private:
  std::shared_ptr<dynamic_children> population_;
};

} // namespace detail

} // namespace vigil
