#include <vigil/caf.hpp>
#include <vigil/detail/child/child_context.hpp>
#include <vigil/detail/registry/registry_state.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/internal/base/type_name.hpp>
#include <vigil/internal/state/unprepared.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

namespace {

std::string quoted(registry_scope scope, std::string_view name) {
  return "the " + std::string{to_string(scope)} + " \"" + std::string{name}
         + '"';
}

failure wrong_type(registry_scope scope, std::string_view name,
                   std::type_index is, std::type_index asked) {
  return {errc::wrong_handle_type, quoted(scope, name) + " is of "
                                     + type_name(is) + ", not of "
                                     + type_name(asked)};
}

failure ended(const held_owner& who) {
  return {errc::child_stopped, who.describe() + " has ended or is stopped"};
}

// The actor of one incarnation of a child gives way to the handle that stays.
caf::strong_actor_ptr stable(caf::strong_actor_ptr x) {
  auto* actor = compat::part_of(*x->get());
  auto* child = actor != nullptr ? actor->as_context() : nullptr;
  return child != nullptr ? child->stable_handle() : std::move(x);
}

// Returns the owner by its stable handle.
result<caf::strong_actor_ptr> check(registry_scope scope, std::string_view name,
                                    const caf::strong_actor_ptr& owner) {
  if (name.empty())
    return failure{errc::empty_id,
                   "a " + std::string{to_string(scope)} + " needs a name"};
  if (owner == nullptr)
    return failure{errc::null_handle, quoted(scope, name) + " needs an owner"};
  auto handle = stable(owner);
  if (handle == nullptr)
    return failure{errc::child_stopped, "the child is forgotten"};
  return handle;
}

} // namespace

// -- entries ------------------------------------------------------------------

result<void> registry_state::add(registry_scope scope, std::string_view name,
                                 caf::strong_actor_ptr owner,
                                 handle_type what) {
  auto handle = check(scope, name, owner);
  if (!handle)
    return std::move(handle).error();
  const auto who = admit(std::move(handle).value());
  const name_view key{name};
  auto& here = names_.shard_of(key);
  owners keep;
  std::unique_lock guard{here.lock};
  auto done = put(here, scope, key, who, what, keep);
  guard.unlock();
  deliver(here);
  return done;
}

result<void> registry_state::put(name_shard& here, registry_scope scope,
                                 const name_view& name, const held_owner& who,
                                 handle_type what, owners& keep) {
  auto& map = here.map(scope);
  auto i = map.find(name);
  if (i != map.end() && scope == registry_scope::name)
    take_over(here, name, i->second, who.id(), keep);
  if (i == map.end())
    i = map.try_emplace(name_key{name}).first;
  auto& [type, entries] = i->second;
  if (!entries.empty()) {
    const auto mine = i->second.find(who.id()) != nullptr;
    if (!mine && scope == registry_scope::name)
      return failure{errc::already_started, quoted(scope, name.text)
                                              + " belongs to "
                                              + keep.back().describe()};
    if (type != what)
      return wrong_type(scope, name.text, type, what);
    if (mine)
      return success();
  }
  // Who ends from here on finds the name in the index, and takes it out.
  if (!owners_.add(who.id(), scope, name.text) || !who.present()) {
    owners_.remove(who.id(), scope, name.text);
    if (entries.empty())
      map.erase(i);
    return ended(who);
  }
  type = what;
  note(here, registry_event_type::registered, scope, name.text,
       entries.add(name_entry{who}));
  return success();
}

// Who has ended or is stopped makes room.
void registry_state::take_over(name_shard& here, const name_view& name,
                               name_place& place, owner_id newcomer,
                               owners& keep) {
  place.entries.erase_if([&](const name_entry& x) {
    auto held = hold(x);
    const auto present = held && held->present();
    if (held)
      keep.push_back(std::move(*held));
    if (present || x.id() == newcomer)
      return false;
    owners_.remove(x.id(), registry_scope::name, name.text);
    note(here, registry_event_type::lost, registry_scope::name, name.text, x);
    return true;
  });
}

result<void> registry_state::remove(registry_scope scope, std::string_view name,
                                    const caf::strong_actor_ptr& owner) {
  auto handle = check(scope, name, owner);
  if (!handle)
    return std::move(handle).error();
  const name_view key{name};
  auto& here = names_.shard_of(key);
  std::unique_lock guard{here.lock};
  const auto found = erase(here, scope, key, handle.value().get());
  guard.unlock();
  deliver(here);
  if (!found) {
    const auto* is_no = scope == registry_scope::name ? " is not the owner of "
                                                      : " is no member of ";
    return failure{errc::not_found,
                   held_owner{std::move(handle).value()}.describe() + is_no
                     + quoted(scope, name)};
  }
  return success();
}

bool registry_state::erase(name_shard& here, registry_scope scope,
                           const name_view& name, owner_id x) {
  auto& map = here.map(scope);
  auto i = map.find(name);
  if (i == map.end())
    return false;
  const auto* mine = i->second.find(x);
  if (mine == nullptr)
    return false;
  owners_.remove(x, scope, name.text);
  note(here, registry_event_type::lost, scope, name.text, *mine);
  i->second.take(x);
  if (i->second.entries.empty())
    map.erase(i);
  return true;
}

// -- look-up ------------------------------------------------------------------

result<caf::strong_actor_ptr> registry_state::find(std::string_view name,
                                                   handle_type what) const {
  constexpr auto scope = registry_scope::name;
  const name_view key{name};
  const auto& here = names_.shard_of(key);
  const auto& map = here.map(scope);
  std::optional<held_owner> owner;
  auto is = what;
  {
    std::lock_guard guard{here.lock};
    if (auto i = map.find(key); i != map.end()) {
      if (const auto* x = i->second.entries.first())
        owner = hold(*x);
      is = i->second.type;
    }
  }
  if (!owner || !owner->present())
    return failure{errc::not_found, "nobody has " + quoted(scope, name)};
  if (is != what)
    return wrong_type(scope, name, is, what);
  return std::move(owner->actor);
}

result<std::vector<caf::strong_actor_ptr>>
registry_state::members(std::string_view group, handle_type what) const {
  constexpr auto scope = registry_scope::group;
  const name_view key{group};
  const auto& here = names_.shard_of(key);
  const auto& map = here.map(scope);
  owners held;
  auto is = what;
  {
    std::lock_guard guard{here.lock};
    if (auto i = map.find(key); i != map.end()) {
      is = i->second.type;
      i->second.entries.visit([&](const name_entry& x) {
        if (auto owner = hold(x))
          held.push_back(std::move(*owner));
        return true;
      });
    }
  }
  std::vector<caf::strong_actor_ptr> result;
  for (auto& x : held)
    if (x.present())
      result.push_back(std::move(x.actor));
  if (is != what && !result.empty())
    return wrong_type(scope, group, is, what);
  return result;
}

std::vector<std::string> registry_state::names(registry_scope scope) const {
  std::vector<std::string> result;
  for (const auto& here : names_.shards()) {
    std::vector<std::pair<std::string, held_owner>> held;
    {
      std::lock_guard guard{here.lock};
      for (const auto& [key, place] : here.map(scope))
        place.entries.visit([&, text = &key.text](const name_entry& x) {
          if (auto owner = hold(x))
            held.emplace_back(*text, std::move(*owner));
          return true;
        });
    }
    for (auto& [name, owner] : held)
      if (owner.present())
        result.push_back(std::move(name));
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

// -- ends of owners -----------------------------------------------------------

held_owner registry_state::admit(caf::strong_actor_ptr x) {
  auto [who, is_new] = owners_.admit(std::move(x));
  if (is_new)
    hook(who);
  return std::move(who);
}

void registry_state::hook(const held_owner& x) {
  const auto me = weak_from_this();
  const auto id = x.id();
  const void* key = this;
  const child_record* record = x.record;
  std::shared_ptr<tree_context> tree;
  if (record != nullptr) {
    tree = record->owner.tree;
    tree->presence.listen(*record, key, [me, id] {
      if (auto self = me.lock())
        self->review(id);
    });
    x.record->watch_presence();
  }
  compat::watch(
    x.actor,
    [me, id, tree, record, key](const caf::error&, compat::context*) {
      if (tree != nullptr)
        tree->presence.forget(record, key);
      if (auto self = me.lock())
        self->owner_ended(id);
    },
    key);
}

registry_state::~registry_state() {
  for (const auto& x : owners_.all())
    if (auto owner = caf::actor_cast<caf::strong_actor_ptr>(x))
      unhook(held_owner{std::move(owner)});
  for (const auto& [id, receiver] : receivers_)
    unwatch(receiver);
}

void registry_state::unhook(const held_owner& x) const {
  if (x.record != nullptr)
    x.record->owner.tree->presence.forget(x.record, this);
  compat::unwatch(x.actor, static_cast<const void*>(this));
}

void registry_state::owner_ended(owner_id x) {
  for (const auto& what : owners_.drop(x)) {
    const name_view name{what.text};
    auto& here = names_.shard_of(name);
    {
      std::lock_guard guard{here.lock};
      erase(here, what.scope, name, x);
    }
    deliver(here);
  }
}

void registry_state::review(owner_id x) {
  for (const auto& what : owners_.names_of(x)) {
    review(x, what);
    deliver(names_.shard_of(name_view{what.text}));
  }
}

void registry_state::review(owner_id x, const owner_index::name& what) {
  const name_view name{what.text};
  auto& here = names_.shard_of(name);
  std::optional<held_owner> owner;
  std::lock_guard guard{here.lock};
  auto& map = here.map(what.scope);
  auto i = map.find(name);
  if (i == map.end())
    return;
  auto* entry = i->second.find(x);
  if (entry == nullptr)
    return;
  owner = hold(*entry);
  const auto present = owner && owner->present();
  if (present && !entry->announced) {
    entry->announced = true;
    note(here, registry_event_type::registered, what.scope, name.text, *entry);
  } else if (!present && entry->announced) {
    note(here, registry_event_type::lost, what.scope, name.text, *entry);
    entry->announced = false;
  }
}

// -- subscribers --------------------------------------------------------------

std::uint64_t registry_state::subscribe(std::optional<std::string> name,
                                        subscriber f) {
  if (!name || !f)
    return subscribers_.add(std::move(f));
  return subscribers_.add(
    [name = std::move(*name), f = std::move(f)](const registry_event& x) {
      if (x.name == name)
        f(x);
    });
}

std::uint64_t registry_state::subscribe(std::optional<std::string> name,
                                        const caf::strong_actor_ptr& to) {
  if (to == nullptr || unprepared({}))
    return 0;
  auto weak = caf::actor_cast<caf::weak_actor_ptr>(to);
  const auto id = subscribe(std::move(name), [weak](const registry_event& x) {
    compat::send_normal(caf::actor_cast<caf::strong_actor_ptr>(weak), nullptr,
                        x);
  });
  const void* key = nullptr;
  {
    std::lock_guard guard{receivers_mutex_};
    key = &receivers_.emplace(id, std::move(weak)).first->second;
  }
  compat::watch(
    to,
    [id, from = weak_from_this()](const caf::error&, compat::context*) {
      if (auto x = from.lock())
        x->unsubscribe(id);
    },
    key);
  return id;
}

void registry_state::unsubscribe(std::uint64_t id) {
  subscribers_.remove(id);
  std::unique_lock guard{receivers_mutex_};
  auto node = receivers_.extract(id);
  guard.unlock();
  if (!node.empty())
    unwatch(node.mapped());
}

void registry_state::unwatch(const caf::weak_actor_ptr& receiver) {
  if (auto x = caf::actor_cast<caf::strong_actor_ptr>(receiver))
    compat::unwatch(x, static_cast<const void*>(&receiver));
}

void registry_state::note(name_shard& here, registry_event_type what,
                          registry_scope scope, std::string_view name,
                          const name_entry& x) {
  if (x.announced && !subscribers_.empty())
    here.pending.push_back({what, scope, std::string{name},
                            caf::actor_cast<caf::actor_addr>(x.actor)});
}

// One thread at a time, so that what happens to a name is told in order.
void registry_state::deliver(name_shard& here) {
  std::unique_lock guard{here.lock};
  if (std::exchange(here.delivering, true))
    return;
  while (!here.pending.empty()) {
    auto batch = std::exchange(here.pending, {});
    guard.unlock();
    for (const auto& x : batch)
      subscribers_.call(x);
    guard.lock();
  }
  here.delivering = false;
}

} // namespace vigil::detail
