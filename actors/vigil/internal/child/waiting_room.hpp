#pragma once

#include <vigil/caf.hpp>
#include <vigil/detail/guard/asker.hpp>
#include <vigil/detail/sync/spin_lock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace vigil::detail {

/// Messages that wait for somebody to take them, urgent ones in front.
///
/// A request whose answer nobody waits for any more takes no place from others:
/// who finds no place looks at what is there (`look`), without a lock sees who
/// is gone, and takes that out. The owner locks. O(1), amortized.
class waiting_room {
public:
  using list = std::vector<compat::element_ptr>;
  using ticket = std::uint64_t;
  using requests = std::vector<std::pair<ticket, request_id>>;

  /// At most `limit` messages wait.
  explicit waiting_room(std::size_t limit) : limit_(limit) {
    // nop
  }

  [[nodiscard]] std::size_t limit() const noexcept {
    return limit_;
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return size_;
  }

  [[nodiscard]] bool empty() const noexcept {
    return size_ == 0;
  }

  /// Takes `x` in; `elsewhere` so many places are taken. Returns false, and
  /// leaves `x` where it is, if there is no place.
  [[nodiscard]] bool add(compat::element_ptr& x, std::size_t elsewhere) {
    if (size_ >= limit_ || elsewhere >= limit_ - size_)
      return false;
    push(std::move(x));
    return true;
  }

  /// Takes `x` in behind those that are there, limit or not.
  void push(compat::element_ptr x) {
    queues_[compat::is_urgent(*x) ? 0 : 1].push_back({++last_, std::move(x)});
    ++size_;
  }

  /// Returns what waits for longest; null if nothing does.
  [[nodiscard]] compat::element_ptr take() {
    compat::element_ptr result;
    if (empty())
      return result;
    auto& queue = queues_[queues_[0].empty() ? 1 : 0];
    result = std::move(queue.front().message);
    queue.pop_front();
    --size_;
    return result;
  }

  /// Returns all, in the order of `take`.
  [[nodiscard]] list take_all();

  /// Returns who made the requests that wait, with their tickets. Nothing if
  /// the messages that found no place since the last look do not outweigh what
  /// it costs. Ends with `take_out`.
  [[nodiscard]] std::optional<requests> look();

  /// Takes those out that are still there. Tickets ascend. Ends a look.
  [[nodiscard]] list take_out(const std::vector<ticket>& xs);

private:
  struct entry {
    ticket number;
    compat::element_ptr message;
  };

  // So many are looked at for each message that finds no place.
  static constexpr std::size_t share = 256;
  static constexpr auto all = std::numeric_limits<std::size_t>::max();

  const std::size_t limit_;
  std::array<std::deque<entry>, 2> queues_;
  // Of both: a deque computes its own.
  std::size_t size_ = 0;
  ticket last_ = 0;
  // How many may be looked at now.
  std::size_t credit_ = all;
  // How many have looked, and not taken out yet.
  std::size_t looking_ = 0;
};

/// Takes those out of a room that nobody waits for any more, or none if that
/// costs too much now. Whoever asked may be hidden behind guards: `lock`, that
/// of the room, is not held while they are asked.
[[nodiscard]] waiting_room::list take_gone(waiting_room& from, spin_lock& lock);

} // namespace vigil::detail
