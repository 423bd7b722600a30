#include <vigil/detail/child_context.hpp>
#include <vigil/detail/registry_state.hpp>
#include <vigil/detail/type_name.hpp>

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

// The actor of one life of a child gives way to the handle that stays.
caf::strong_actor_ptr stable(caf::strong_actor_ptr x) {
  auto* child = dynamic_cast<child_context*>(x->get());
  return child != nullptr ? child->stable_handle() : std::move(x);
}

result<held_owner> check(registry_scope scope, std::string_view name,
                         const caf::strong_actor_ptr& owner) {
  if (name.empty())
    return failure{errc::empty_id,
                   "a " + std::string{to_string(scope)} + " needs a name"};
  if (owner == nullptr)
    return failure{errc::null_handle, quoted(scope, name) + " needs an owner"};
  auto handle = stable(owner);
  if (handle == nullptr)
    return failure{errc::child_stopped, "the child is forgotten"};
  return held_owner{std::move(handle)};
}

} // namespace

// -- entries ------------------------------------------------------------------

result<void> registry_state::add(registry_scope scope, std::string_view name,
                                 caf::strong_actor_ptr owner,
                                 handle_type what) {
  auto who = check(scope, name, owner);
  if (!who)
    return who.error();
  hook(who.value());
  const name_view key{name};
  auto& here = names_.shard_of(key);
  owners keep;
  std::unique_lock guard{here.lock};
  auto done = put(here, scope, key, who.value(), what, keep);
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
    const auto mine
      = std::any_of(entries.begin(), entries.end(),
                    [&](const auto& x) { return x.id() == who.id(); });
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
       entries.emplace_back(who));
  return success();
}

// Who has ended or is stopped makes room.
void registry_state::take_over(name_shard& here, const name_view& name,
                               name_place& place, owner_id newcomer,
                               owners& keep) {
  std::erase_if(place.entries, [&](const name_entry& x) {
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
  auto who = check(scope, name, owner);
  if (!who)
    return who.error();
  const name_view key{name};
  auto& here = names_.shard_of(key);
  std::unique_lock guard{here.lock};
  const auto found = erase(here, scope, key, who.value().id());
  guard.unlock();
  deliver(here);
  if (!found) {
    const auto* is_no = scope == registry_scope::name ? " is not the owner of "
                                                      : " is no member of ";
    return failure{errc::not_found,
                   who.value().describe() + is_no + quoted(scope, name)};
  }
  return success();
}

bool registry_state::erase(name_shard& here, registry_scope scope,
                           const name_view& name, owner_id x) {
  auto& map = here.map(scope);
  auto i = map.find(name);
  if (i == map.end())
    return false;
  auto& entries = i->second.entries;
  auto mine = std::find_if(entries.begin(), entries.end(),
                           [x](const auto& y) { return y.id() == x; });
  if (mine == entries.end())
    return false;
  owners_.remove(x, scope, name.text);
  note(here, registry_event_type::lost, scope, name.text, *mine);
  entries.erase(mine);
  if (entries.empty())
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
      owner = hold(i->second.entries.front());
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
      for (const auto& x : i->second.entries)
        if (auto owner = hold(x))
          held.push_back(std::move(*owner));
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
        for (const auto& x : place.entries)
          if (auto owner = hold(x))
            held.emplace_back(key.text, std::move(*owner));
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

void registry_state::hook(const held_owner& x) {
  if (!owners_.admit(x))
    return;
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
    x.actor, [me, id, tree, record, key](const caf::error&, compat::context*) {
      if (tree != nullptr)
        tree->presence.forget(record, key);
      if (auto self = me.lock())
        self->owner_ended(id);
    });
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
  for (auto& entry : i->second.entries) {
    if (entry.id() != x)
      continue;
    owner = hold(entry);
    const auto present = owner && owner->present();
    if (present && !entry.announced) {
      entry.announced = true;
      note(here, registry_event_type::registered, what.scope, name.text, entry);
    } else if (!present && entry.announced) {
      note(here, registry_event_type::lost, what.scope, name.text, entry);
      entry.announced = false;
    }
    return;
  }
}

// -- subscribers --------------------------------------------------------------

std::uint64_t registry_state::subscribe(std::optional<std::string> name,
                                        subscriber f) {
  auto x = std::make_shared<subscription>();
  x->name = std::move(name);
  x->call = std::move(f);
  std::lock_guard guard{subscribers_mutex_};
  x->id = ++last_id_;
  subscribers_.push_back(x);
  ++subscriber_count_;
  return x->id;
}

void registry_state::unsubscribe(std::uint64_t id) {
  subscription_ptr released;
  std::lock_guard guard{subscribers_mutex_};
  auto i = std::find_if(subscribers_.begin(), subscribers_.end(),
                        [id](const auto& x) { return x->id == id; });
  if (i == subscribers_.end())
    return;
  released = std::move(*i);
  subscribers_.erase(i);
  --subscriber_count_;
}

void registry_state::note(name_shard& here, registry_event_type what,
                          registry_scope scope, std::string_view name,
                          const name_entry& x) {
  if (x.announced && subscriber_count_ > 0)
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
      publish(x);
    guard.lock();
  }
  here.delivering = false;
}

void registry_state::publish(const registry_event& x) {
  std::vector<subscription_ptr> current;
  {
    std::lock_guard guard{subscribers_mutex_};
    current = subscribers_;
  }
  for (const auto& to : current) {
    if (to->name && *to->name != x.name)
      continue;
    try {
      to->call(x);
    } catch (...) {
      failures_.fetch_add(1, std::memory_order_relaxed);
    }
  }
}

} // namespace vigil::detail
