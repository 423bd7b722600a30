#pragma once

#include <vigil/count.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/changed.hpp>
#include <vigil/detail/base/child_settings.hpp>
#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/base/partition_hash.hpp>
#include <vigil/detail/numbered/partition_table.hpp>
#include <vigil/dynamic_supervisor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <typeindex>
#include <utility>

namespace vigil {

/// Refers to a running partition supervisor: finds the partition for a key.
///
/// Look it up by key (`tree[key]`, with `child_key<partitions<H>, "id">`) or by
/// path (`tree.find<partitions<H>>("id")`). It stays valid over restarts of the
/// supervisor. Thread-safe; may be used in actors, except for `resize`, which
/// blocks.
///
/// A look-up sends no message. It fails with `errc::supervisor_down`, and with
/// `errc::not_found` while there are 0 partitions. A partition that restarts is
/// found all the same: what its handle then does with messages is the same as
/// for any child.
///
/// @tparam Handle what refers to one partition: a CAF handle, or `dynamic<…>`
template <class Handle>
class VIGIL_EXPORT partitions {
public:
  partitions() = default;

  /// Returns the partition for a key. An integer chooses by its magnitude
  /// modulo `size()`, text and everything with `std::hash` by a hash, which is
  /// the same everywhere in one process. Fails with `errc::exception` if the
  /// hash throws. O(1).
  template <class Key>
  [[nodiscard]] result<Handle> at(const Key& key) const {
    static_assert(detail::partition_key<Key>,
                  "vigil: the key of a partition is an integer, text, or of a "
                  "type that has std::hash");
    const auto n = size();
    if (n == 0)
      return detail::no_partition(cell_.get());
    return detail::guarded_result(cell_->path, [&] {
      return get(static_cast<std::size_t>(detail::partition_hash(key) % n));
    });
  }

  /// Returns the partition of that number. Fails with `errc::out_of_range` too.
  [[nodiscard]] result<Handle> operator[](std::size_t index) const {
    if (const auto n = size(); index >= n && n != 0)
      return failure{errc::out_of_range,
                     "it has " + std::to_string(n) + " partitions",
                     cell_->path};
    else if (n != 0)
      return get(index);
    return detail::no_partition(cell_.get());
  }

  /// Returns one partition after the other.
  [[nodiscard]] result<Handle> next() const {
    if (const auto n = size(); n != 0)
      return get(cell_->table->next_turn() % n);
    return detail::no_partition(cell_.get());
  }

  /// Returns the partition with the fewest children; only for partitions that
  /// are dynamic supervisors. O(n) in the partitions.
  [[nodiscard]] result<Handle> least_loaded() const {
    static_assert(
      requires(const Handle& x) { x.size(); },
      "vigil: least_loaded() needs partitions that tell their "
      "load, which dynamic supervisors do; for workers use "
      "vigil::pool");
    auto best = (*this)[0];
    for (std::size_t i = 1; best && i < size(); ++i)
      if (auto x = (*this)[i]; x && x.value().size() < best.value().size())
        best = std::move(x);
    return best;
  }

  /// Returns how many partitions there are; 0 if the supervisor is down. O(1).
  [[nodiscard]] std::size_t size() const noexcept {
    return cell_ != nullptr && !detail::is_down(*cell_) ? cell_->table->size()
                                                        : 0;
  }

  /// Starts or stops partitions until there are `n`, and returns how many there
  /// were. `n` is at most the number that the supervisor began with; it has
  /// that number again after a restart.
  ///
  /// Messages that wait in a partition which stops are refused. Fails with
  /// `errc::out_of_range`, `errc::in_progress`, `errc::supervisor_down`,
  /// `errc::supervisor_stopping`, or with the failure of a start; then the
  /// partitions up to that one are there. Blocks: inside an actor it changes
  /// nothing and fails with `errc::would_block`.
  result<std::size_t> resize(any_count n, any_duration timeout
                                          = std::chrono::minutes{1}) const {
    return detail::resize_partitions(cell_.get(), n, timeout);
  }

private:
  friend class detail::access;

  explicit partitions(const detail::child_cell& x)
    : cell_(detail::partitions_of(x)) {
    // nop
  }

  [[nodiscard]] result<Handle> get(std::size_t index) const {
    using table = detail::partition_handles<Handle>;
    if (auto x = static_cast<const table&>(*cell_->table).find(index))
      return *std::move(x);
    return detail::no_partition(cell_.get());
  }

  detail::partition_cell_ptr cell_;
};

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
  using handle_type = vigil::partitions<Handle>;
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
    auto result = detail::define_partitions(this->as_child(), replicas_, make,
                                            typeid(handle_type));
    result.key = detail::tag_of<Key>();
    return result;
  }

  detail::replicas replicas_;
};

namespace detail {

template <class T>
struct partitions_handle {
  static_assert(sizeof(T) == 0,
                "vigil: the key of a partition supervisor is a "
                "child_key<vigil::partitions<H>, …> with the handle type H of "
                "one partition");
};

template <class Handle>
struct partitions_handle<partitions<Handle>> {
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
                "vigil: partitions are described by what vigil::child(…) or "
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
                "vigil: partitions are described by what vigil::child(…) or "
                "a supervisor's function makes, or by a function that returns "
                "that for a std::size_t");
  using handle = typename detail::partitions_handle<Partitions>::type;
  using builder = typename detail::replica_source<T>::builder;
  static_assert(compat::handle_fits_v<typename builder::handle_type, handle>,
                "vigil: the partitions do not fit their key: their handle is "
                "of another type than the H of its vigil::partitions<H>");
  return detail::access::make<
    partition_builder<handle, child_key<Partitions, Id>>>(
    std::string{Id.view()}, detail::make_replicas(std::move(x)));
}

} // namespace vigil
