#pragma once

#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/state/population_base.hpp>

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

/// Tells a dynamic supervisor that its closed population is empty.
struct VIGIL_EXPORT population_drained {};

/// Has a dynamic supervisor stop a child that nobody will get.
struct VIGIL_EXPORT population_dismissed {
  caf::strong_actor_ptr child;
};

/// Tells a dynamic supervisor that a child spent the budget.
struct VIGIL_EXPORT population_exhausted {
  failure last;
  std::vector<std::string> earlier;
};

/// A place in the listing of a population: after the child of a uid in a shard.
struct VIGIL_EXPORT population_cursor {
  std::size_t shard = 0;
  std::uint64_t below = std::numeric_limits<std::uint64_t>::max();
  /// That child, from which the next page goes on without a search.
  caf::strong_actor_ptr last;
};

/// The children of one dynamic supervisor: what all their hosts share.
///
/// Children come and go in any thread without a message to the supervisor.
/// Thread-safe; adding and removing a child is O(1) and takes one of several
/// short locks. Holds a strong reference to each child.
///
/// Memory orders: counts are relaxed, but for the end. The last child to go
/// takes itself off the count and then looks whether the population is open;
/// `close` shuts it and then looks at the count. These four are seq_cst, so
/// that one of the two sees the other, and `population_drained` comes or
/// `close` returns true. (Both is fine: the supervisor asks again.) `open_`
/// itself is read relaxed in the lock of a shard: `close` takes all locks after
/// it has cleared it.
class VIGIL_EXPORT dynamic_children final : public population_base {
public:
  static constexpr std::size_t no_limit
    = std::numeric_limits<std::size_t>::max();

  /// `starter` is the `dynamic_starter` that makes the children.
  dynamic_children(supervisor_cell_ptr cell, child_spec spec,
                   std::size_t max_children,
                   std::shared_ptr<const void> starter);

  ~dynamic_children() override;

  [[nodiscard]] const child_spec& spec() const noexcept {
    return spec_;
  }

  [[nodiscard]] const void* starter() const noexcept {
    return starter_.get();
  }

  [[nodiscard]] supervisor_cell& cell() const noexcept {
    return *cell_;
  }

  [[nodiscard]] std::size_t size() const noexcept override {
    return count_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] std::size_t active() const noexcept override;

  /// Counts the children that wait for a restart.
  void count_restarting(bool one_more) noexcept {
    if (one_more)
      restarting_.fetch_add(1, std::memory_order_relaxed);
    else
      restarting_.fetch_sub(1, std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t next_uid() noexcept {
    return last_uid_.fetch_add(1, std::memory_order_relaxed) + 1;
  }

  /// Takes places for `n` more children, all or none. Returns why there are
  /// none, or nothing.
  [[nodiscard]] std::optional<failure> reserve(std::size_t n = 1);

  /// Gives places back that no child took.
  void cancel(std::size_t n = 1) noexcept;

  /// Takes the child in and keeps `self` alive. Returns false if the population
  /// was closed meanwhile; then the place is still to be given back.
  [[nodiscard]] bool add(dynamic_record& x, caf::strong_actor_ptr self);

  /// Lets the child go. Returns the reference that kept it alive; null if it
  /// was let go before.
  [[nodiscard]] caf::strong_actor_ptr remove(dynamic_record& x);

  /// Returns the child of that handle; null if it is of none that is there.
  [[nodiscard]] dynamic_record* find(const caf::strong_actor_ptr& x) const;

  /// Returns the failure of a call whose handle is of no child of this
  /// population.
  [[nodiscard]] failure no_child() const;

  /// Accepts children from now on.
  void open() noexcept;

  /// Accepts no child from now on, and has the last one to go send
  /// `population_drained`. Returns whether it is empty already.
  [[nodiscard]] bool close();

  /// Returns the children that are there, in no particular order. O(n).
  [[nodiscard]] std::vector<caf::strong_actor_ptr> children() const;

  /// Returns up to `limit` children after `at` and moves it on. O(`limit`), or
  /// O(n) if the last child of the page before is gone. A child that is there
  /// from the first page to the last is in exactly one of them.
  [[nodiscard]] std::vector<caf::strong_actor_ptr>
  next_page(population_cursor& at, std::size_t limit) const;

  /// Has the supervisor stop children that nobody will get.
  void dismiss(std::vector<caf::strong_actor_ptr> children) const;

  void sample(std::size_t limit, time_point now,
              std::vector<tree_snapshot::row>& to) const override;

private:
  static constexpr std::size_t shard_count = 16;

  // Uids descend from the first child on, so that a place in the list can be
  // found again.
  struct alignas(64) shard {
    mutable std::mutex mutex;
    // Guarded by mutex; so are the links of the records.
    dynamic_record* first = nullptr;
  };

  [[nodiscard]] shard& shard_of(const dynamic_record& x) const noexcept;
  [[nodiscard]] bool take(std::size_t n) noexcept;
  void link(shard& here, dynamic_record& x) const noexcept;
  [[nodiscard]] dynamic_record* after(const shard& here,
                                      const caf::strong_actor_ptr& last,
                                      std::uint64_t below) const noexcept;
  void left(std::size_t n = 1);

  const supervisor_cell_ptr cell_;
  const child_spec spec_;
  const std::size_t max_children_;
  const std::shared_ptr<const void> starter_;
  std::atomic<bool> open_{false};
  alignas(64) std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> last_uid_{0};
  std::atomic<std::size_t> restarting_{0};
  mutable std::array<shard, shard_count> shards_;
};

} // namespace vigil::detail

VIGIL_MESSAGE_TYPE(vigil::detail::population_drained)
VIGIL_MESSAGE_TYPE(vigil::detail::population_dismissed)
VIGIL_MESSAGE_TYPE(vigil::detail::population_exhausted)
