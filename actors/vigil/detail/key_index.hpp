#pragma once

#include <vigil/caf.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <unordered_map>

namespace vigil::detail {

/// Finds children by key. Thread-safe; all functions are O(1) and take one of
/// several short locks, under which hash and comparison of `Key` run.
template <class Key>
class key_index {
public:
  /// Returns the child of that key; null if there is none.
  [[nodiscard]] caf::strong_actor_ptr find(const Key& key) const {
    auto& here = shard_of(key);
    std::lock_guard guard{here.mutex};
    const auto i = here.children.find(key);
    return i != here.children.end() ? i->second : nullptr;
  }

  /// Enters a child if the key is free and `admit()` returns true. Returns the
  /// child that has the key afterwards; null if it was not admitted.
  template <class Admit>
  [[nodiscard]] caf::strong_actor_ptr
  enter(const Key& key, const caf::strong_actor_ptr& child, Admit admit) {
    auto& here = shard_of(key);
    std::lock_guard guard{here.mutex};
    const auto [i, free] = here.children.try_emplace(key);
    if (!free)
      return i->second;
    if (!admit()) {
      here.children.erase(i);
      return nullptr;
    }
    i->second = child;
    return child;
  }

  /// Forgets the key if it belongs to that child.
  void erase(const Key& key, const caf::abstract_actor* child) {
    // The last reference is not to be let go under the lock.
    caf::strong_actor_ptr last;
    auto& here = shard_of(key);
    std::lock_guard guard{here.mutex};
    const auto i = here.children.find(key);
    if (i == here.children.end() || i->second->get() != child)
      return;
    last.swap(i->second);
    here.children.erase(i);
  }

private:
  static constexpr std::size_t shard_count = 16;

  struct alignas(64) shard {
    mutable std::mutex mutex;
    std::unordered_map<Key, caf::strong_actor_ptr> children;
  };

  // Takes other bits of the hash than the map does.
  [[nodiscard]] shard& shard_of(const Key& key) const {
    constexpr std::size_t golden = 0x9e3779b97f4a7c15;
    return shards_[((std::hash<Key>{}(key)*golden) >> 59) % shard_count];
  }

  mutable std::array<shard, shard_count> shards_;
};

} // namespace vigil::detail
