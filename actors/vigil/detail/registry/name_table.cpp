#include <vigil/detail/registry/name_table.hpp>
#include <vigil/internal/state/child_behind.hpp>

#include <functional>
#include <utility>

namespace vigil::detail {

namespace {

std::vector<owner_index::name>
listed(const indexed_list<owner_index::name>& xs) {
  std::vector<owner_index::name> result;
  result.reserve(xs.size());
  xs.visit([&](const owner_index::name& x) {
    result.push_back(x);
    return true;
  });
  return result;
}

} // namespace

held_owner::held_owner(caf::strong_actor_ptr x)
  : actor(std::move(x)), record(child_behind(actor.get())), probe(actor) {
  // nop
}

std::optional<held_owner> hold(const name_entry& x) {
  if (auto owner = caf::actor_cast<caf::strong_actor_ptr>(x.actor))
    return held_owner{std::move(owner), x.record, x.probe};
  return std::nullopt;
}

std::string held_owner::describe() const {
  if (record != nullptr)
    return record->path();
  return "actor " + std::to_string(actor->id());
}

// -- owner_index --------------------------------------------------------------

owner_index::admission owner_index::admit(caf::strong_actor_ptr x) {
  const owner_id id = x.get();
  auto& here = shard_of(id);
  std::lock_guard guard{here.mutex};
  if (auto i = here.owners.find(id); i != here.owners.end())
    return {{std::move(x), i->second.record, i->second.probe}, false};
  held_owner who{std::move(x)};
  here.owners.try_emplace(id, who);
  return {std::move(who), true};
}

bool owner_index::add(owner_id x, registry_scope scope, std::string_view text) {
  auto& here = shard_of(x);
  std::lock_guard guard{here.mutex};
  auto i = here.owners.find(x);
  if (i == here.owners.end())
    return false;
  i->second.names.add({scope, std::string{text}});
  return true;
}

void owner_index::remove(owner_id x, registry_scope scope,
                         std::string_view text) {
  auto& here = shard_of(x);
  std::lock_guard guard{here.mutex};
  auto i = here.owners.find(x);
  if (i != here.owners.end())
    i->second.names.take(
      std::hash<std::string_view>{}(text),
      [&](const name& y) { return y.scope == scope && y.text == text; });
}

std::vector<owner_index::name> owner_index::names_of(owner_id x) const {
  auto& here = shard_of(x);
  std::lock_guard guard{here.mutex};
  auto i = here.owners.find(x);
  return i != here.owners.end() ? listed(i->second.names) : std::vector<name>{};
}

std::vector<owner_index::name> owner_index::drop(owner_id x) {
  auto& here = shard_of(x);
  std::lock_guard guard{here.mutex};
  auto node = here.owners.extract(x);
  return node.empty() ? std::vector<name>{} : listed(node.mapped().names);
}

std::vector<caf::weak_actor_ptr> owner_index::all() const {
  std::vector<caf::weak_actor_ptr> result;
  for (auto& here : shards_) {
    std::lock_guard guard{here.mutex};
    for (const auto& [id, x] : here.owners)
      result.push_back(x.keep);
  }
  return result;
}

owner_index::shard& owner_index::shard_of(owner_id x) const noexcept {
  return shards_[std::hash<owner_id>{}(x) / 64 % shards_.size()];
}

} // namespace vigil::detail
