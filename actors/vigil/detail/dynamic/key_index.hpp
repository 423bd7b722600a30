#pragma once

#include <vigil/detail/caf/caf_types.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vigil::detail {

/// Finds children by key. Thread-safe; all functions are O(1) and take one of
/// several short locks.
///
/// Hash and comparison are the user's: they run without a lock, in the thread
/// that looks, which gets what they throw. Who takes a child out needs neither.
template <class Key>
class key_index {
public:
  /// A key and its hash, which is computed once.
  struct hashed {
    explicit hashed(const Key& x) : key(x), hash(std::hash<Key>{}(x)) {
      // nop
    }

    const Key& key;
    std::size_t hash;
  };

  /// Returns the child of that key; null if there is none.
  [[nodiscard]] caf::strong_actor_ptr find(const hashed& what) const {
    auto& here = shard_of(what.hash);
    std::unique_lock guard{here.mutex};
    const auto alike = here.with(what.hash);
    guard.unlock();
    return matching(alike, 0, what.key);
  }

  /// Enters a child if the key is free and `admit()` returns true. Returns the
  /// child that has the key afterwards; null if it was not admitted. `key` is
  /// equal to `what.key` and lives as long as the child.
  template <class Admit>
  [[nodiscard]] caf::strong_actor_ptr enter(const hashed& what, const Key& key,
                                            const caf::strong_actor_ptr& child,
                                            Admit admit) {
    auto& here = shard_of(what.hash);
    candidates seen;
    for (;;) {
      std::unique_lock guard{here.mutex};
      const auto fresh = add_new_ones(here.with(what.hash), seen);
      if (fresh == seen.size()) {
        if (!admit())
          return nullptr;
        here.children.emplace(what.hash, entry{&key, child});
        return child;
      }
      guard.unlock();
      if (auto found = matching(seen, fresh, what.key))
        return found;
    }
  }

  /// Takes a child out, if it is in. Runs no code of the user.
  void erase(std::size_t hash, const caf::abstract_actor* child) noexcept {
    // The last reference is not to be let go under the lock.
    caf::strong_actor_ptr last;
    auto& here = shard_of(hash);
    std::lock_guard guard{here.mutex};
    auto [i, end] = here.children.equal_range(hash);
    while (i != end && i->second.child->get() != child)
      ++i;
    if (i == end)
      return;
    last.swap(i->second.child);
    here.children.erase(i);
  }

private:
  static constexpr std::size_t shard_count = 16;

  struct entry {
    const Key* key;
    caf::strong_actor_ptr child;
  };

  /// Children whose keys have the same hash: hardly ever more than one, which
  /// takes no memory.
  class candidates {
  public:
    [[nodiscard]] std::size_t size() const noexcept {
      return first_.child == nullptr ? 0 : 1 + more_.size();
    }

    [[nodiscard]] const entry& operator[](std::size_t i) const noexcept {
      return i == 0 ? first_ : more_[i - 1];
    }

    void add(entry x) {
      if (first_.child == nullptr)
        first_ = std::move(x);
      else
        more_.push_back(std::move(x));
    }

    [[nodiscard]] bool holds(const caf::strong_actor_ptr& child) const {
      for (std::size_t i = 0; i < size(); ++i)
        if ((*this)[i].child == child)
          return true;
      return false;
    }

  private:
    entry first_{};
    std::vector<entry> more_;
  };

  struct alignas(64) shard {
    [[nodiscard]] candidates with(std::size_t hash) const {
      candidates result;
      auto [i, end] = children.equal_range(hash);
      for (; i != end; ++i)
        result.add(i->second);
      return result;
    }

    mutable std::mutex mutex;
    // Guarded by mutex.
    std::unordered_multimap<std::size_t, entry> children;
  };

  /// Appends to `seen` what is not in there; returns where that begins.
  static std::size_t add_new_ones(const candidates& from, candidates& seen) {
    const auto result = seen.size();
    for (std::size_t i = 0; i < from.size(); ++i)
      if (!seen.holds(from[i].child))
        seen.add(from[i]);
    return result;
  }

  [[nodiscard]] static caf::strong_actor_ptr
  matching(const candidates& xs, std::size_t from, const Key& key) {
    for (auto i = from; i < xs.size(); ++i)
      if (*xs[i].key == key)
        return xs[i].child;
    return nullptr;
  }

  // Takes other bits of the hash than the map does.
  [[nodiscard]] shard& shard_of(std::size_t hash) const noexcept {
    constexpr std::size_t golden = 0x9e3779b97f4a7c15;
    return shards_[((hash * golden) >> 59) % shard_count];
  }

  mutable std::array<shard, shard_count> shards_;
};

} // namespace vigil::detail
