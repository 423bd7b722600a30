#pragma once

#include <vigil/count.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/base/child_settings.hpp>
#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/dynamic_supervisor.hpp>
#include <vigil/partitions_ref.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <typeindex>
#include <utility>

namespace vigil {

/// A partition supervisor on its way into a tree: N children of one kind, among
/// which keys choose. Elixir: `PartitionSupervisor`.
///
/// The settings that it shares with other children are about the supervisor as
/// a child of its parent.
///
/// @tparam Handle what refers to one partition
/// @tparam Key its `child_key`, or `no_key`
template <class Handle, class Key = no_key>
class partition_builder
  : public child_settings<partition_builder<Handle, Key>> {
public:
  using super = child_settings<partition_builder<Handle, Key>>;
  using handle_type = partitions_ref<Handle>;
  using key_type = Key;

  /// Sets the number of partitions, at least 1. Default: one for each worker of
  /// the actor system's scheduler.
  [[nodiscard]] partition_builder partitions(any_count n) const {
    return detail::changed(*this, [&](auto& self) {
      self.replicas_.count = n;
      self.replicas_.counted = "partitions";
    });
  }

  /// Allows that many restarts of partitions in any window of that length, all
  /// partitions together. Default: 3 in 5 s.
  [[nodiscard]] partition_builder intensity(any_count max_restarts,
                                            any_duration period) const {
    return detail::changed(*this, [&](auto& self) {
      self.replicas_.supervisor.intensity = {max_restarts, period};
    });
  }

private:
  friend class detail::access;

  partition_builder(std::string id, detail::replicas x)
    : super(detail::spec_of_supervisor(std::move(id))),
      replicas_(std::move(x)) {
    // nop
  }

  [[nodiscard]] detail::child_definition definition() const {
    auto make = [](std::size_t n) -> std::shared_ptr<detail::partition_table> {
      return std::make_shared<detail::partition_handles<Handle>>(n);
    };
    auto result = detail::define_partitions(
      this->as_child(), replicas_, make, compat::handle_index<handle_type>());
    result.key = detail::tag_of<Key>();
    return result;
  }

  detail::replicas replicas_;
};

namespace detail {

template <class T>
struct partitions_handle {
  static_assert(
    sizeof(T) == 0,
    "vigil: the key of a partition supervisor is a "
    "child_key<vigil::partitions_ref<H>, ...> with the handle type H of "
    "one partition");
};

template <class Handle>
struct partitions_handle<partitions_ref<Handle>> {
  using type = Handle;
};

} // namespace detail

/// Describes a partition supervisor whose partitions are copies of `x`: what
/// `vigil::child(…)`, `vigil::supervisor(…)` or `vigil::dynamic_supervisor(…)`
/// makes, or a function that returns that for the number of a partition.
///
/// The ids of the partitions are "0", "1" and so on. Such a function runs once
/// for each partition in the actor of the parent supervisor; what it throws
/// fails the start.
template <class T>
[[nodiscard]] auto partition_supervisor(std::string id, T x) {
  static_assert(detail::replica_source<T>::valid,
                "vigil: partitions are described by what vigil::child(...) or "
                "a supervisor's function makes, or by a function that returns "
                "that for a std::size_t");
  using builder = typename detail::replica_source<T>::builder;
  return detail::access::make<partition_builder<typename builder::handle_type>>(
    std::move(id), detail::make_replicas(std::move(x)));
}

/// Describes a partition supervisor with a key.
template <class Partitions, fixed_string Id, class T>
[[nodiscard]] auto partition_supervisor(child_key<Partitions, Id>, T x) {
  static_assert(detail::replica_source<T>::valid,
                "vigil: partitions are described by what vigil::child(...) or "
                "a supervisor's function makes, or by a function that returns "
                "that for a std::size_t");
  using handle = typename detail::partitions_handle<Partitions>::type;
  using builder = typename detail::replica_source<T>::builder;
  static_assert(compat::handle_fits_v<typename builder::handle_type, handle>,
                "vigil: the partitions do not fit their key: their handle is "
                "of another type than the H of its vigil::partitions_ref<H>");
  return detail::access::make<
    partition_builder<handle, child_key<Partitions, Id>>>(
    std::string{Id.view()}, detail::make_replicas(std::move(x)));
}

} // namespace vigil
