#pragma once

#include <vigil/child.hpp>
#include <vigil/count.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/numbered/pool_definition.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <typeindex>
#include <utility>

namespace vigil {

/// A pool of workers on its way into a tree: made by `vigil::pool`.
///
/// Its handle has the interface of one worker. A message to it goes, unchanged,
/// to a worker that has nothing to do, and waits while all are busy. Each
/// worker has one message of the pool at a time, so one that fails takes that
/// message along and no other, and one that restarts or waits for its backoff
/// gets none. A worker counts as busy until its handler has returned, also if
/// that handler left a promise.
///
/// The workers are the children "0", "1" and so on of a supervisor, which
/// restarts them one for one; `terminate_child("pool/3")` takes one out and
/// `restart_child` brings it back. When none is left, messages are refused.
/// The settings that the builder shares with other children are about the pool
/// as a child of its parent. An exit message to the handle is one to that
/// supervisor.
///
/// @tparam Handle the type of its handle
/// @tparam Key its `child_key`, or `no_key`
template <class Handle, class Key = no_key>
class pool_builder : public child_settings<pool_builder<Handle, Key>> {
public:
  using super = child_settings<pool_builder<Handle, Key>>;
  using handle_type = Handle;
  using key_type = Key;

  /// Lets at most that many messages wait while all workers are busy; more are
  /// refused with `errc::overloaded`. Default: no limit.
  [[nodiscard]] pool_builder queue(any_count limit) const {
    return detail::changed(*this, [&](auto& self) { self.queue_ = limit; });
  }

  /// Allows that many restarts in any window of that length, all workers
  /// together. Default: 3 in 5 s.
  [[nodiscard]] pool_builder intensity(any_count max_restarts,
                                       any_duration period) const {
    return detail::changed(*this, [&](auto& self) {
      self.replicas_.supervisor.intensity = {max_restarts, period};
    });
  }

private:
  friend class detail::access;

  pool_builder(std::string id, any_count n, detail::replicas x)
    : super(detail::spec_of_supervisor(std::move(id))),
      replicas_(std::move(x)) {
    replicas_.count = n;
    replicas_.counted = "pool";
  }

  [[nodiscard]] detail::child_definition definition() const {
    auto result = detail::define_pool(this->as_child(), replicas_, queue_,
                                      compat::handle_index<Handle>());
    result.key = detail::tag_of<Key>();
    return result;
  }

  detail::replicas replicas_;
  any_count queue_ = unlimited;
};

namespace detail {

template <class T>
struct is_child_builder : std::false_type {};

template <class Handle, class Key>
struct is_child_builder<child_builder<Handle, Key>> : std::true_type {};

/// What can describe the workers of a pool.
template <class T>
constexpr bool describes_worker() {
  if constexpr (replica_source<T>::valid)
    return is_child_builder<typename replica_source<T>::builder>::value;
  else
    return false;
}

} // namespace detail

/// Describes a pool of `n` workers: copies of what `vigil::child(…)` makes, or
/// what a function returns for the number of a worker. Such a function runs
/// once for each worker in the actor of the parent supervisor.
template <class T>
[[nodiscard]] auto pool(std::string id, any_count n, T x) {
  static_assert(detail::describes_worker<T>(),
                "vigil: the workers of a pool are described by what "
                "vigil::child(...) makes, or by a function that returns that "
                "for a std::size_t");
  using builder = typename detail::replica_source<T>::builder;
  return detail::access::make<pool_builder<typename builder::handle_type>>(
    std::move(id), n, detail::make_replicas(std::move(x)));
}

/// Describes a pool with a key.
template <class Handle, fixed_string Id, class T>
[[nodiscard]] auto pool(child_key<Handle, Id>, any_count n, T x) {
  static_assert(detail::describes_worker<T>(),
                "vigil: the workers of a pool are described by what "
                "vigil::child(...) makes, or by a function that returns that "
                "for a std::size_t");
  using builder = typename detail::replica_source<T>::builder;
  static_assert(compat::handle_fits_v<typename builder::handle_type, Handle>,
                "vigil: the workers do not fit the key of their pool: they "
                "have another interface than the child_key's handle type");
  return detail::access::make<pool_builder<Handle, child_key<Handle, Id>>>(
    std::string{Id.view()}, n, detail::make_replicas(std::move(x)));
}

} // namespace vigil
