#pragma once

#include <vigil/detail/cell.hpp>
#include <vigil/detail/child_messages.hpp>
#include <vigil/detail/pool_base.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace vigil::detail {

class dynamic_record;

/// Tells a dynamic supervisor that its closed pool is empty.
struct pool_drained {};

/// Tells a dynamic supervisor that a child spent the budget.
struct pool_exhausted {
  failure last;
  std::vector<std::string> earlier;
};

/// The children of one dynamic supervisor: what all their hosts share.
///
/// Children come and go in any thread without a message to the supervisor.
/// Thread-safe; adding and removing a child is O(1) and takes one of several
/// short locks. Holds a strong reference to each child.
class dynamic_pool final : public pool_base {
public:
  static constexpr std::size_t no_limit
    = std::numeric_limits<std::size_t>::max();

  /// `front` is the `dynamic_front` that makes the children.
  dynamic_pool(supervisor_cell_ptr cell, child_spec spec,
               std::size_t max_children, std::shared_ptr<const void> front);

  ~dynamic_pool() override;

  [[nodiscard]] const child_spec& spec() const noexcept {
    return spec_;
  }

  [[nodiscard]] const void* front() const noexcept {
    return front_.get();
  }

  [[nodiscard]] supervisor_cell& cell() const noexcept {
    return *cell_;
  }

  [[nodiscard]] std::size_t size() const noexcept override {
    return count_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t next_uid() noexcept {
    return last_uid_.fetch_add(1, std::memory_order_relaxed) + 1;
  }

  /// Takes a place for one more child. Returns why there is none, or nothing.
  [[nodiscard]] std::optional<failure> reserve();

  /// Gives a place back that no child took.
  void cancel() noexcept;

  /// Takes the child in and keeps `self` alive. Returns false if the pool was
  /// closed meanwhile; then the place is given back.
  [[nodiscard]] bool add(dynamic_record& x, caf::strong_actor_ptr self);

  /// Lets the child go. Returns the reference that kept it alive; null if it
  /// was let go before.
  [[nodiscard]] caf::strong_actor_ptr remove(dynamic_record& x);

  /// Returns whether the child has not been let go.
  [[nodiscard]] bool holds(const dynamic_record& x) const;

  /// Accepts children from now on.
  void open() noexcept;

  /// Accepts no child from now on, and has the last one to go send
  /// `pool_drained`. Returns whether it is empty already.
  [[nodiscard]] bool close();

  /// Returns the children that are there, in no particular order. O(n).
  [[nodiscard]] std::vector<caf::strong_actor_ptr> children() const;

  void sample(std::size_t limit,
              std::vector<tree_snapshot::row>& to) const override;

private:
  static constexpr std::size_t shard_count = 16;

  struct alignas(64) shard {
    mutable std::mutex mutex;
    dynamic_record* first = nullptr;
  };

  [[nodiscard]] shard& shard_of(const dynamic_record& x) const noexcept;
  void left();

  const supervisor_cell_ptr cell_;
  const child_spec spec_;
  const std::size_t max_children_;
  const std::shared_ptr<const void> front_;
  std::atomic<bool> open_{false};
  alignas(64) std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> last_uid_{0};
  mutable std::array<shard, shard_count> shards_;
};

} // namespace vigil::detail

VIGIL_MESSAGE_TYPE(vigil::detail::pool_drained)
VIGIL_MESSAGE_TYPE(vigil::detail::pool_exhausted)
