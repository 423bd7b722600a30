#pragma once

#include <vigil/detail/sync/thread_number.hpp>

#include <array>
#include <atomic>
#include <cstdint>

namespace vigil::detail {

/// A counter that many threads count up at the cost of a plain addition: each
/// has a cache line of its own. Exact. Reading is O(number of lines).
///
/// Memory orders: relaxed. The count publishes nothing else, and `get` may miss
/// what is added meanwhile. A line that goes to another thread goes with
/// `thread_number`, which has it see the last addition.
class VIGIL_EXPORT striped_counter {
public:
  void add() noexcept {
    const auto mine = thread_number();
    auto& x = stripes_[mine].count;
    if (mine == 0)
      x.fetch_add(1, std::memory_order_relaxed);
    else // Nobody else writes here, so no atomic addition is needed.
      x.store(x.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t get() const noexcept {
    std::uint64_t result = 0;
    for (const auto& x : stripes_)
      result += x.count.load(std::memory_order_relaxed);
    return result;
  }

private:
  struct alignas(64) stripe {
    std::atomic<std::uint64_t> count{0};
  };

  std::array<stripe, max_thread_number + 1> stripes_;
};

} // namespace vigil::detail
