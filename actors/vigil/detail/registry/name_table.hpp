#pragma once

#include <vigil/detail/caf/caf_watch.hpp>
#include <vigil/detail/caf/end_probe.hpp>
#include <vigil/detail/registry/indexed_list.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/registry_event.hpp>

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <vector>

namespace vigil::detail {

/// Identifies an owner. Valid as long as a weak reference to it is held.
using owner_id = const caf::actor_control_block*;

/// An owner of a name whom somebody holds.
struct VIGIL_EXPORT held_owner {
  /// Looks at what the actor is, which takes a while.
  explicit held_owner(caf::strong_actor_ptr x);

  held_owner(caf::strong_actor_ptr x, child_record* child,
             const compat::end_probe& end)
    : actor(std::move(x)), record(child), probe(end) {
    // nop
  }

  [[nodiscard]] owner_id id() const noexcept {
    return actor.get();
  }

  /// Returns whether it has neither ended nor is stopped. Thread-safe.
  [[nodiscard]] bool present() const noexcept {
    return !probe.ended() && (record == nullptr || !record->gone());
  }

  /// Tells a person who it is: the child's path, or the actor's number.
  [[nodiscard]] std::string describe() const;

  caf::strong_actor_ptr actor;
  /// Null for actors that are no children.
  child_record* record;
  compat::end_probe probe;
};

/// One owner of one name. Keeps nobody alive.
struct VIGIL_EXPORT name_entry {
  explicit name_entry(const held_owner& x)
    : actor(caf::actor_cast<caf::weak_actor_ptr>(x.actor)), record(x.record),
      probe(x.probe) {
    // nop
  }

  [[nodiscard]] owner_id id() const noexcept {
    return actor.get();
  }

  [[nodiscard]] std::size_t hash() const noexcept {
    return std::hash<owner_id>{}(id());
  }

  caf::weak_actor_ptr actor;
  child_record* record;
  compat::end_probe probe;
  /// Subscribers were told that the owner has it.
  bool announced = true;
};

/// Returns the owner if it has not been destroyed. Let go of it without a lock:
/// yours may be the last reference.
[[nodiscard]] VIGIL_EXPORT std::optional<held_owner> hold(const name_entry& x);

/// A name to look for: a text and its hash, which is computed once.
struct VIGIL_EXPORT name_view {
  explicit name_view(std::string_view x)
    : text(x), hash(std::hash<std::string_view>{}(x)) {
    // nop
  }

  std::string_view text;
  std::size_t hash;
};

struct VIGIL_EXPORT name_key {
  explicit name_key(const name_view& x) : text(x.text), hash(x.hash) {
    // nop
  }

  std::string text;
  std::size_t hash;
};

struct VIGIL_EXPORT name_hash {
  using is_transparent = void;

  template <class T>
  [[nodiscard]] std::size_t operator()(const T& x) const noexcept {
    return x.hash;
  }
};

struct VIGIL_EXPORT name_equal {
  using is_transparent = void;

  template <class T, class U>
  [[nodiscard]] bool operator()(const T& x, const U& y) const noexcept {
    return x.text == y.text;
  }
};

/// The owners of one name, or the members of one group.
struct VIGIL_EXPORT name_place {
  [[nodiscard]] name_entry* find(owner_id x) {
    return entries.find(std::hash<owner_id>{}(x),
                        [x](const name_entry& y) { return y.id() == x; });
  }

  void take(owner_id x) {
    entries.take(std::hash<owner_id>{}(x),
                 [x](const name_entry& y) { return y.id() == x; });
  }

  std::type_index type = typeid(void);
  indexed_list<name_entry> entries{};
};

using name_map
  = std::unordered_map<name_key, name_place, name_hash, name_equal>;

/// Some of the names. What its lock guards is short and runs no foreign code:
/// nobody lets go of a strong reference while holding it.
struct alignas(64) VIGIL_EXPORT name_shard {
  mutable spin_lock lock;
  // Guarded by lock, from here on.
  std::array<name_map, 2> maps;
  /// Events that subscribers have not seen yet, in order.
  std::deque<registry_event> pending;
  /// Some thread hands them out, and goes on until none is left.
  bool delivering = false;

  [[nodiscard]] name_map& map(registry_scope x) noexcept {
    return maps[static_cast<std::size_t>(x)];
  }

  [[nodiscard]] const name_map& map(registry_scope x) const noexcept {
    return maps[static_cast<std::size_t>(x)];
  }
};

/// All names, spread over shards.
class VIGIL_EXPORT name_table {
public:
  [[nodiscard]] name_shard& shard_of(const name_view& x) noexcept {
    return shards_[x.hash % shards_.size()];
  }

  [[nodiscard]] const name_shard& shard_of(const name_view& x) const noexcept {
    return shards_[x.hash % shards_.size()];
  }

  [[nodiscard]] auto& shards() noexcept {
    return shards_;
  }

  [[nodiscard]] const auto& shards() const noexcept {
    return shards_;
  }

private:
  std::array<name_shard, 64> shards_;
};

/// Which names an owner has, so that its end finds them.
class VIGIL_EXPORT owner_index {
public:
  struct name {
    registry_scope scope;
    std::string text;

    [[nodiscard]] std::size_t hash() const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  struct admission {
    held_owner who;
    bool is_new;
  };

  /// Makes room for the names of `x`. Looks at a new owner alone.
  [[nodiscard]] admission admit(caf::strong_actor_ptr x);

  /// Adds a name. Returns false if the owner was dropped meanwhile.
  [[nodiscard]] bool add(owner_id x, registry_scope scope,
                         std::string_view text);

  void remove(owner_id x, registry_scope scope, std::string_view text);

  [[nodiscard]] std::vector<name> names_of(owner_id x) const;

  /// Forgets the owner. Returns the names that it had.
  [[nodiscard]] std::vector<name> drop(owner_id x);

  /// Returns all owners. O(n).
  [[nodiscard]] std::vector<caf::weak_actor_ptr> all() const;

private:
  struct owner {
    explicit owner(const held_owner& x)
      : keep(caf::actor_cast<caf::weak_actor_ptr>(x.actor)), record(x.record),
        probe(x.probe) {
      // nop
    }

    // Its address is not used again meanwhile.
    caf::weak_actor_ptr keep;
    child_record* record;
    compat::end_probe probe;
    indexed_list<name> names{};
  };

  struct alignas(64) shard {
    mutable std::mutex mutex;
    // Guarded by mutex.
    std::unordered_map<owner_id, owner> owners;
  };

  [[nodiscard]] shard& shard_of(owner_id x) const noexcept;

  mutable std::array<shard, 16> shards_;
};

} // namespace vigil::detail
