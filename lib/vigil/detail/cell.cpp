#include <vigil/detail/cell.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

// -- failure_log --------------------------------------------------------------

void failure_log::add(failure x) {
  std::lock_guard guard{mutex_};
  ring_[count_++ % capacity] = std::move(x);
}

std::optional<failure> failure_log::last() const {
  std::lock_guard guard{mutex_};
  if (count_ == 0)
    return std::nullopt;
  return ring_[(count_ - 1) % capacity];
}

std::vector<std::string> failure_log::earlier() const {
  std::vector<std::string> result;
  std::lock_guard guard{mutex_};
  const auto kept = std::min<std::uint64_t>(count_, capacity);
  for (std::uint64_t age = 1; age < kept; ++age)
    result.push_back(to_string(ring_[(count_ - 1 - age) % capacity]));
  return result;
}

// -- child_cell ---------------------------------------------------------------

child_cell::child_cell(child_spec spec_, child_uid id,
                       std::shared_ptr<supervisor_cell> owner,
                       std::type_index handle,
                       std::shared_ptr<restart_window> budget)
  : spec(std::move(spec_)), uid(id), path(owner->path + '/' + spec.id),
    handle_type(handle), parent(std::move(owner)), window(std::move(budget)) {
  // nop
}

caf::strong_actor_ptr child_cell::handle() const {
  std::lock_guard guard{mutex_};
  return handle_;
}

void child_cell::handle(caf::strong_actor_ptr x) {
  std::lock_guard guard{mutex_};
  handle_.swap(x);
}

failure child_cell::complete(failure x) const {
  if (x.path.empty()) {
    x.path = path;
    x.incarnation = incarnation.load(std::memory_order_relaxed);
  }
  if (x.time == time_point{})
    x.time = parent->tree->now();
  return x;
}

void child_cell::publish(event_type type) const {
  if (parent->tree->events.enabled())
    publish(event{.type = type});
}

void child_cell::publish(event_type type, const child_exit& how) const {
  if (!parent->tree->events.enabled())
    return;
  event x{.type = type, .exit = how.kind};
  if (how.kind == exit_kind::abnormal)
    x.why = how.why;
  publish(std::move(x));
}

void child_cell::publish(event x) const {
  auto& tree = *parent->tree;
  if (!tree.events.enabled())
    return;
  x.path = path;
  x.incarnation = incarnation.load(std::memory_order_relaxed);
  x.time = tree.now();
  tree.events.publish(x);
}

void child_cell::lose_messages(std::uint64_t n) {
  messages_lost.fetch_add(n, std::memory_order_relaxed);
  if (parent->tree->events.enabled())
    publish(event{.type = event_type::messages_lost, .count = n});
}

bool child_cell::admit_restart(time_point now) {
  return (window == nullptr || window->admit(now))
         && parent->window->admit(now);
}

// -- supervisor_cell ----------------------------------------------------------

supervisor_cell::supervisor_cell(supervisor_spec spec_, std::string path_,
                                 std::shared_ptr<tree_context> tree_)
  : spec(std::move(spec_)), path(std::move(path_)), tree(std::move(tree_)),
    window(std::make_shared<restart_window>(spec.intensity)) {
  // nop
}

std::vector<child_cell_ptr> supervisor_cell::children() const {
  std::lock_guard guard{mutex_};
  std::vector<child_cell_ptr> result;
  result.reserve(children_.size());
  for (const auto& [uid, child] : children_)
    result.push_back(child);
  return result;
}

child_cell_ptr supervisor_cell::find(std::string_view id) const {
  std::lock_guard guard{mutex_};
  auto i = by_id_.find(id);
  return i != by_id_.end() ? i->second : nullptr;
}

void supervisor_cell::add(child_cell_ptr x) {
  std::lock_guard guard{mutex_};
  by_id_.insert_or_assign(std::string_view{x->spec.id}, x);
  children_.insert_or_assign(x->uid, std::move(x));
}

void supervisor_cell::remove(child_uid uid) {
  child_cell_ptr keep_alive;
  std::lock_guard guard{mutex_};
  auto i = children_.find(uid);
  if (i == children_.end())
    return;
  keep_alive = i->second;
  by_id_.erase(keep_alive->spec.id);
  children_.erase(i);
}

void supervisor_cell::clear() {
  std::map<child_uid, child_cell_ptr> keep_alive;
  std::lock_guard guard{mutex_};
  by_id_.clear();
  keep_alive.swap(children_);
}

// -- look-up ------------------------------------------------------------------

result<child_cell_ptr> find_path(const supervisor_cell& root,
                                 std::string_view path) {
  const auto* here = &root;
  child_cell_ptr found;
  auto rest = path;
  for (;;) {
    const auto slash = rest.find('/');
    const auto id = rest.substr(0, slash);
    if (here != nullptr)
      found = here->find(id);
    if (here == nullptr || found == nullptr) {
      const auto done = path.size() - rest.size() + id.size();
      return failure{errc::not_found, "look at the ids above and below it",
                     root.path + '/' + std::string{path.substr(0, done)}};
    }
    if (slash == std::string_view::npos)
      return found;
    rest.remove_prefix(slash + 1);
    here = found->nested.get();
  }
}

} // namespace vigil::detail
