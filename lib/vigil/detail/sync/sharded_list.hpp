#pragma once

#include <vigil/detail/base/language.hpp>

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

/// Objects that come and go in any thread, kept alive while they are in, and
/// found by number.
///
/// Adding, removing and finding is O(1), amortized, and takes one of several
/// short locks. `T` has a number `uid` and `list_links<T> links`.
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
    if (here.size == here.buckets.size())
      here.grow();
    here.link(*x);
    ++here.size;
    auto& links = x->links;
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
    (links.previous != nullptr ? links.previous->links.next
                               : here.bucket_of(x.uid))
      = links.next;
    if (links.next != nullptr)
      links.next->links.previous = links.previous;
    links.next = links.previous = nullptr;
    --here.size;
    return std::exchange(links.keep, nullptr);
  }

  /// Returns the member of that number; null if there is none.
  [[nodiscard]] std::shared_ptr<T> find(std::uint64_t uid) const {
    auto& here = shard_of(uid);
    std::lock_guard guard{here.mutex};
    if (here.size == 0)
      return nullptr;
    auto* x = here.bucket_of(uid);
    while (x != nullptr && x->uid != uid)
      x = x->links.next;
    return x != nullptr ? x->links.keep : nullptr;
  }

  /// Returns once all calls of `add` that had begun have ended.
  void settle() const {
    for (auto& here : shards_)
      std::lock_guard guard{here.mutex};
  }

  /// Calls `f` for the members, in no particular order, under a lock, until it
  /// returns false. O(n).
  template <class F>
  void visit(F f) const {
    for (auto& here : shards_) {
      std::lock_guard guard{here.mutex};
      for (auto* first : here.buckets)
        for (auto* x = first; x != nullptr; x = x->links.next)
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

  // Numbers are given out one after the other, so they fill buckets evenly.
  struct alignas(64) shard {
    mutable std::mutex mutex;
    // Guarded by mutex; so are the links of all members.
    std::vector<T*> buckets;
    std::size_t size = 0;

    /// Their number is a power of two.
    [[nodiscard]] T*& bucket_of(std::uint64_t uid) {
      return buckets[uid / shard_count % buckets.size()];
    }

    void link(T& x) {
      auto& first = bucket_of(x.uid);
      x.links.previous = nullptr;
      x.links.next = std::exchange(first, &x);
      if (x.links.next != nullptr)
        x.links.next->links.previous = &x;
    }

    void grow() {
      const auto n = buckets.empty() ? 4 : 2 * buckets.size();
      auto old = std::exchange(buckets, std::vector<T*>(n));
      for (auto* x : old)
        while (x != nullptr)
          link(*std::exchange(x, x->links.next));
    }
  };

  [[nodiscard]] shard& shard_of(std::uint64_t uid) const noexcept {
    return shards_[uid % shard_count];
  }

  mutable std::array<shard, shard_count> shards_;
};

} // namespace vigil::detail
