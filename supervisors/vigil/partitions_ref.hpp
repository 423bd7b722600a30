#pragma once

#include <vigil/count.hpp>
#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/base/partition_hash.hpp>
#include <vigil/detail/numbered/partition_table.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace vigil {

/// Refers to a running partition supervisor: finds the partition for a key.
///
/// Look it up by key (`tree[key]`, with `child_key<partitions_ref<H>, "id">`),
/// or by path (`tree.find<partitions_ref<H>>("id")`). It stays valid over
/// restarts of the supervisor. Thread-safe; may be used in actors, except for
/// `resize`, which blocks.
///
/// A look-up sends no message. It fails with `errc::supervisor_down`, and with
/// `errc::not_found` while there are 0 partitions. A partition that restarts is
/// found all the same: what its handle then does with messages is the same as
/// for any child.
///
/// @tparam Handle what refers to one partition: a CAF handle, or
/// `dynamic_ref<…>`
template <class Handle>
class VIGIL_EXPORT partitions_ref {
public:
  partitions_ref() = default;

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
    // Only the hash runs code of the user's; most keys have none of that.
    std::uint64_t hash = 0;
    if constexpr (noexcept(detail::partition_hash(key)))
      hash = detail::partition_hash(key);
    else if (auto why
             = detail::caught([&] { hash = detail::partition_hash(key); })) {
      why->path = cell_->path;
      return *std::move(why);
    }
    return get(static_cast<std::size_t>(hash % n));
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

  explicit partitions_ref(const detail::child_cell& x)
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

/// Deprecated: kept until 0.3.
template <class Handle>
using partitions [[deprecated("vigil: it is partitions_ref now")]]
= partitions_ref<Handle>;

} // namespace vigil
