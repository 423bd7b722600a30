#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/count_range.hpp>
#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/child/holds_tree.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/detail/dynamic/dynamic_starter.hpp>
#include <vigil/detail/dynamic/keyed_starter.hpp>
#include <vigil/detail/population/dynamic_ref_base.hpp>

#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace vigil {

/// Refers to a running dynamic supervisor: starts and stops its children.
///
/// Look it up by key (`tree[key]`, with
/// `child_key<dynamic_ref<H, Args...>, "id">`) or by path
/// (`tree.find<dynamic_ref<H, Args...>>("id")`).
template <class Handle, class... Args>
class VIGIL_EXPORT dynamic_ref : public detail::dynamic_ref_base<Handle> {
  static_assert(detail::keeps_no_tree<Args...>::value);

public:
  dynamic_ref() = default;

  /// Starts a child in the calling thread, without a message to the supervisor.
  ///
  /// The actor function runs with the child's first message, or right here if
  /// the supervisor was built with `eager()`. Fails with `errc::max_children`,
  /// `errc::supervisor_down`, `errc::supervisor_stopping`, and, if eager,
  /// `errc::start_failed` and `errc::ignored`; with `errc::exception` if a copy
  /// or move of an argument throws. O(1).
  [[nodiscard]] result<Handle> start_child(Args... xs) const {
    if (this->population() == nullptr)
      return detail::no_population();
    auto child = detail::guarded_result(this->population()->cell().path, [&] {
      return this->template starter<starter_type>().start(this->population(),
                                                          std::move(xs)...);
    });
    if (!child)
      return child.error();
    return caf::actor_cast<Handle>(std::move(child).value());
  }

  /// Starts `n` children with copies of the same arguments, all or none: if one
  /// of them fails to start, those before it are stopped. Fails as
  /// `start_child` does, and with `errc::out_of_range` if `n` is
  /// negative or above a million.
  [[nodiscard]] result<std::vector<Handle>>
  start_children(any_count n, const Args&... xs) const {
    return start_all(n,
                     [&](std::size_t) { return std::tuple<Args...>{xs...}; });
  }

  /// Starts `n` children, all or none; that of index `i`, from 0 on, with the
  /// arguments that `f(i)` returns: one value, or a tuple of several. Fails
  /// with `errc::exception` if `f` throws.
  template <class F>
    requires(sizeof...(Args) > 0
             && std::convertible_to<std::invoke_result_t<F&, std::size_t>,
                                    std::tuple<Args...>>)
  [[nodiscard]] result<std::vector<Handle>> start_children(any_count n,
                                                           F f) const {
    if (detail::is_null(f))
      return failure{errc::null_handle,
                     "the function of start_children(n, f) is null"};
    return start_all(
      n, [&](std::size_t i) -> std::tuple<Args...> { return f(i); });
  }

private:
  friend class detail::access;

  explicit dynamic_ref(const detail::child_cell& x)
    : detail::dynamic_ref_base<Handle>(x) {
    // nop
  }

  using starter_type = detail::dynamic_starter<Args...>;

  template <class F>
  [[nodiscard]] result<std::vector<Handle>> start_all(any_count n,
                                                      const F& f) const {
    if (this->population() == nullptr)
      return detail::no_population();
    if (auto wrong
        = detail::wrong_count("start_children", n, detail::up_to_many);
        !wrong.empty())
      return failure{errc::out_of_range, std::move(wrong),
                     this->population()->cell().path};
    auto children
      = detail::guarded_result(this->population()->cell().path, [&] {
          return this->template starter<starter_type>().start_all(
            this->population(), n.as_size(), f);
        });
    if (!children)
      return children.error();
    return this->handles(children.value());
  }
};

/// What became of a start by key.
template <class Handle>
struct start_result {
  Handle child;
  /// There was a child of that key: `child` is that one, and nothing was
  /// started. OTP: `already_started`.
  bool already_started = false;
};

/// Refers to a running dynamic supervisor whose children have keys.
///
/// A key belongs to its child from the start until the child is gone for good,
/// over all restarts.
template <class Key, class Handle, class... Args>
class VIGIL_EXPORT keyed_dynamic_ref : public detail::dynamic_ref_base<Handle> {
  static_assert(detail::keeps_no_tree<Key, Args...>::value);

public:
  keyed_dynamic_ref() = default;
  using detail::dynamic_ref_base<Handle>::terminate_child;

  /// Starts a child, unless there is one of that key: then its handle is the
  /// result. Of several threads that ask at once, one starts it. Otherwise as
  /// `start_child` of `dynamic_ref`.
  [[nodiscard]] result<start_result<Handle>> start_child(const Key& key,
                                                         Args... xs) const {
    if (this->population() == nullptr)
      return detail::no_population();
    auto started = detail::guarded_result(this->population()->cell().path, [&] {
      return this->template starter<starter_type>().start(
        this->population(), key, std::move(xs)...);
    });
    if (!started)
      return started.error();
    return start_result<Handle>{
      caf::actor_cast<Handle>(std::move(started.value().child)),
      started.value().already};
  }

  /// Returns the child of that key, or `errc::not_found`; `errc::exception` if
  /// its hash or `==` throws. Needs no message. O(1).
  [[nodiscard]] result<Handle> find(const Key& key) const {
    if (this->population() == nullptr)
      return detail::no_population();
    const auto& path = this->population()->cell().path;
    return detail::guarded_result(path, [&]() -> result<Handle> {
      auto child = this->template starter<starter_type>().find(key);
      if (child == nullptr)
        return failure{errc::not_found, "no child has that key", path};
      return caf::actor_cast<Handle>(std::move(child));
    });
  }

  /// Stops the child of that key and waits until it is gone.
  result<void> terminate_child(const Key& key,
                               any_duration timeout
                               = detail::dynamic_timeout) const {
    auto child = find(key);
    if (!child)
      return child.error();
    return terminate_child(child.value(), timeout);
  }

private:
  friend class detail::access;

  explicit keyed_dynamic_ref(const detail::child_cell& x)
    : detail::dynamic_ref_base<Handle>(x) {
    // nop
  }

  using starter_type = detail::keyed_starter<Key, Args...>;
};

// Deprecated: kept until 0.3.

template <class Handle, class... Args>
using dynamic [[deprecated("vigil: it is dynamic_ref now")]]
= dynamic_ref<Handle, Args...>;

template <class Key, class Handle, class... Args>
using keyed_dynamic [[deprecated("vigil: it is keyed_dynamic_ref now")]]
= keyed_dynamic_ref<Key, Handle, Args...>;

} // namespace vigil
