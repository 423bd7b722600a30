#pragma once

#include <vigil/detail/registry/name_table.hpp>
#include <vigil/detail/sync/subscriber_list.hpp>
#include <vigil/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <vector>

namespace vigil::detail {

/// What all copies of a `registry` share.
///
/// Who looks up a name looks at its owner too, so an entry is answered only if
/// its owner is there, however late it is taken out. Hooks on the owners' ends
/// take entries out and tell subscribers.
///
/// Thread-safe. Locks, in this order: a shard of names, a shard of owners.
class VIGIL_EXPORT registry_state
  : public std::enable_shared_from_this<registry_state> {
public:
  registry_state() = default;

  /// Leaves no hook behind on the owners.
  ~registry_state();

  registry_state(const registry_state&) = delete;
  registry_state& operator=(const registry_state&) = delete;

  using subscriber = std::function<void(const registry_event&)>;
  using handle_type = std::type_index;

  [[nodiscard]] result<void> add(registry_scope scope, std::string_view name,
                                 caf::strong_actor_ptr owner, handle_type what);

  [[nodiscard]] result<void> remove(registry_scope scope, std::string_view name,
                                    const caf::strong_actor_ptr& owner);

  [[nodiscard]] result<caf::strong_actor_ptr> find(std::string_view name,
                                                   handle_type what) const;

  [[nodiscard]] result<std::vector<caf::strong_actor_ptr>>
  members(std::string_view group, handle_type what) const;

  /// Returns the names that have an owner, sorted.
  [[nodiscard]] std::vector<std::string> names(registry_scope scope) const;

  // -- subscribers ------------------------------------------------------------

  std::uint64_t subscribe(std::optional<std::string> name, subscriber f);

  /// Sends the events to an actor, until it has ended.
  std::uint64_t subscribe(std::optional<std::string> name,
                          const caf::strong_actor_ptr& to);

  void unsubscribe(std::uint64_t id);

  [[nodiscard]] std::uint64_t subscriber_failures() const noexcept {
    return subscribers_.failures();
  }

private:
  using owners = std::vector<held_owner>;

  [[nodiscard]] held_owner admit(caf::strong_actor_ptr x);
  void hook(const held_owner& x);
  void unhook(const held_owner& x) const;
  static void unwatch(const caf::weak_actor_ptr& receiver);
  void owner_ended(owner_id x);

  /// Compares what subscribers were told of an owner with what is.
  void review(owner_id x);
  void review(owner_id x, const owner_index::name& what);

  [[nodiscard]] result<void> put(name_shard& here, registry_scope scope,
                                 const name_view& name, const held_owner& who,
                                 handle_type what, owners& keep);
  void take_over(name_shard& here, const name_view& name, name_place& place,
                 owner_id newcomer, owners& keep);
  bool erase(name_shard& here, registry_scope scope, const name_view& name,
             owner_id x);

  void note(name_shard& here, registry_event_type what, registry_scope scope,
            std::string_view name, const name_entry& x);
  void deliver(name_shard& here);

  name_table names_;
  owner_index owners_;
  subscriber_list<registry_event> subscribers_;
  std::mutex receivers_mutex_;
  // Guarded by receivers_mutex_. Nodes never move: their addresses name the
  // hooks on subscribed actors.
  std::unordered_map<std::uint64_t, caf::weak_actor_ptr> receivers_;
};

} // namespace vigil::detail
