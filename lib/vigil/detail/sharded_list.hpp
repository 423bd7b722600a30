#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace vigil::detail {

/// What a member of a `sharded_list` carries.
template <class T>
struct list_links {
  std::shared_ptr<T> keep;
  T* next = nullptr;
  T* previous = nullptr;
};

/// Objects that come and go in any thread, kept alive while they are in.
///
/// Adding and removing is O(1) and takes one of several short locks. `T` has a
/// number `uid` and `list_links<T> links`.
template <class T>
class sharded_list {
public:
  /// Takes `x` in, if `admits()` holds under the lock.
  template <class F>
  [[nodiscard]] bool add(std::shared_ptr<T> x, F admits) {
    auto& here = shard_of(x->uid);
    std::lock_guard guard{here.mutex};
    if (!admits())
      return false;
    auto& links = x->links;
    links.next = std::exchange(here.first, x.get());
    if (links.next != nullptr)
      links.next->links.previous = x.get();
    links.keep = std::move(x);
    return true;
  }

  /// Lets `x` go. Returns what kept it alive; null if it was not in.
  std::shared_ptr<T> remove(T& x) {
    auto& here = shard_of(x.uid);
    std::lock_guard guard{here.mutex};
    auto& links = x.links;
    if (links.keep == nullptr)
      return nullptr;
    (links.previous != nullptr ? links.previous->links.next : here.first)
      = links.next;
    if (links.next != nullptr)
      links.next->links.previous = links.previous;
    links.next = links.previous = nullptr;
    return std::exchange(links.keep, nullptr);
  }

  /// Returns once all calls of `add` that had begun have ended.
  void settle() const {
    for (auto& here : shards_)
      std::lock_guard guard{here.mutex};
  }

  /// Calls `f` for the members, in no particular order, under a lock, until it
  /// returns false.
  template <class F>
  void visit(F f) const {
    for (auto& here : shards_) {
      std::lock_guard guard{here.mutex};
      for (auto* x = here.first; x != nullptr; x = x->links.next)
        if (!f(*x))
          return;
    }
  }

  /// Returns all members. O(n).
  [[nodiscard]] std::vector<std::shared_ptr<T>> all() const {
    std::vector<std::shared_ptr<T>> result;
    visit([&](const T& x) {
      result.push_back(x.links.keep);
      return true;
    });
    return result;
  }

private:
  static constexpr std::size_t shard_count = 16;

  struct alignas(64) shard {
    mutable std::mutex mutex;
    T* first = nullptr;
  };

  [[nodiscard]] shard& shard_of(std::uint64_t uid) noexcept {
    return shards_[uid % shard_count];
  }

  std::array<shard, shard_count> shards_;
};

} // namespace vigil::detail
