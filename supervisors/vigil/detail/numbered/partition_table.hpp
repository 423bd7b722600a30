#pragma once

#include <vigil/detail/child/typed_handle.hpp>
#include <vigil/detail/numbered/replicas.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/result.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <typeindex>
#include <utility>
#include <vector>

namespace vigil::detail {

/// Who the partitions of one partition supervisor are. Thread-safe.
///
/// Memory orders: a resize has the partition up, and its handle in its place,
/// before the size grows to it (release); a thread that reads the size
/// (acquire) finds it. One that reads an old size, when the size shrinks, finds
/// the handle of a partition that stops, as long as that has one. `resizing_`
/// is a lock that is only tried (exchange acquire, store release). `turn_` is
/// relaxed: any number will do.
class VIGIL_EXPORT partition_table : public roster {
public:
  explicit partition_table(std::size_t n) : max_size_(n), size_(n) {
    // nop
  }

  /// Returns how many partitions are routed to.
  [[nodiscard]] std::size_t size() const noexcept {
    return size_.load(std::memory_order_acquire);
  }

  [[nodiscard]] std::size_t max_size() const noexcept {
    return max_size_;
  }

  /// Returns the numbers 0, 1 and so on, one a call.
  [[nodiscard]] std::size_t next_turn() noexcept {
    return turn_.fetch_add(1, std::memory_order_relaxed);
  }

  void size(std::size_t n) noexcept {
    size_.store(n, std::memory_order_release);
  }

  /// Allows one resize at a time. Returns whether this one may go on.
  [[nodiscard]] bool begin_resize() noexcept {
    return !resizing_.exchange(true, std::memory_order_acquire);
  }

  void end_resize() noexcept {
    resizing_.store(false, std::memory_order_release);
  }

  // -- roster -----------------------------------------------------------------

  [[nodiscard]] std::shared_ptr<incarnation_watch> watch(std::size_t) final {
    return nullptr;
  }

  void starting(std::size_t) final {
    // nop
  }

  void stopping(std::size_t) final {
    // nop
  }

  void parked(std::size_t, compat::context*) final {
    // nop
  }

private:
  const std::size_t max_size_;
  std::atomic<std::size_t> size_;
  std::atomic<std::size_t> turn_{0};
  std::atomic<bool> resizing_{false};
};

/// Keeps the handles of the partitions where any thread finds them at once.
template <class Handle>
class VIGIL_EXPORT partition_handles final : public partition_table {
public:
  explicit partition_handles(std::size_t n) : partition_table(n), places_(n) {
    // nop
  }

  /// Returns the handle of a partition; nothing before its first start.
  [[nodiscard]] std::optional<Handle> find(std::size_t index) const {
    auto& here = places_[index];
    std::lock_guard guard{here.lock};
    return here.handle;
  }

  void started(std::size_t index, const child_cell& child) override {
    set(index, make_handle<Handle>(child));
  }

  void forgotten(std::size_t index, compat::context*) override {
    set(index, std::nullopt);
  }

private:
  struct alignas(64) place {
    mutable spin_lock lock;
    // Guarded by lock.
    std::optional<Handle> handle;
  };

  void set(std::size_t index, std::optional<Handle> x) {
    auto& here = places_[index];
    std::lock_guard guard{here.lock};
    here.handle.swap(x);
  }

  std::vector<place> places_;
};

/// What is shared about a partition supervisor.
struct VIGIL_EXPORT partition_cell final : supervisor_cell {
  partition_cell(supervisor_spec spec_, std::string path_,
                 std::shared_ptr<tree_context> tree_,
                 std::shared_ptr<partition_table> table_);

  const std::shared_ptr<partition_table> table;
};

using partition_cell_ptr = std::shared_ptr<partition_cell>;

using make_partition_table
  = std::function<std::shared_ptr<partition_table>(std::size_t)>;

/// Returns what a parent supervisor makes of it.
[[nodiscard]] VIGIL_EXPORT child_definition
define_partitions(child_spec spec, replicas x, make_partition_table make,
                  std::type_index handle);

/// Returns the cell of a child that is a partition supervisor.
[[nodiscard]] VIGIL_EXPORT partition_cell_ptr
partitions_of(const child_cell& x);

/// Says why a partition cannot be found; `x` may be null.
[[nodiscard]] VIGIL_EXPORT failure no_partition(const partition_cell* x);

/// Returns whether the supervisor is down: its partitions are gone.
[[nodiscard]] inline bool is_down(const partition_cell& x) noexcept {
  return x.state.load(std::memory_order_relaxed) == child_state::stopped;
}

/// Starts or stops partitions until there are `n`; returns how many there were.
[[nodiscard]] VIGIL_EXPORT result<std::size_t>
resize_partitions(const partition_cell* x, any_count n, duration timeout);

} // namespace vigil::detail
