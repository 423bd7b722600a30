#include <vigil/caf.hpp>
#include <vigil/detail/dynamic/dynamic_children.hpp>
#include <vigil/detail/dynamic/dynamic_record.hpp>
#include <vigil/internal/state/take_snapshot.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

dynamic_children::dynamic_children(supervisor_cell_ptr cell, child_spec spec,
                                   std::size_t max_children,
                                   std::shared_ptr<const void> starter)
  : cell_(std::move(cell)), spec_(std::move(spec)), max_children_(max_children),
    starter_(std::move(starter)) {
  // nop
}

dynamic_children::~dynamic_children() {
  // nop
}

std::size_t dynamic_children::active() const noexcept {
  const auto all = size();
  return all - std::min(all, restarting_.load(std::memory_order_relaxed));
}

std::optional<failure> dynamic_children::reserve(std::size_t n) {
  if (!open_.load(std::memory_order_relaxed))
    return failure{size() == 0 ? errc::supervisor_down
                               : errc::supervisor_stopping,
                   {},
                   cell_->path};
  if (take(n))
    return std::nullopt;
  return failure{errc::max_children,
                 "the limit is " + std::to_string(max_children_), cell_->path};
}

bool dynamic_children::take(std::size_t n) noexcept {
  if (max_children_ == no_limit) {
    count_.fetch_add(n, std::memory_order_relaxed);
    return true;
  }
  auto there = size();
  do {
    if (n > max_children_ - there)
      return false;
  } while (
    !count_.compare_exchange_weak(there, there + n, std::memory_order_relaxed));
  return true;
}

void dynamic_children::cancel(std::size_t n) noexcept {
  left(n);
}

bool dynamic_children::add(dynamic_record& x, caf::strong_actor_ptr self) {
  auto& here = shard_of(x);
  std::lock_guard guard{here.mutex};
  // `close` takes all locks after it has cleared the flag.
  if (!open_.load(std::memory_order_relaxed))
    return false;
  // Given back by `remove`.
  static_cast<void>(self.release());
  link(here, x);
  return true;
}

// Only children that start at the same time come in another order.
void dynamic_children::link(shard& here, dynamic_record& x) const noexcept {
  dynamic_record* previous = nullptr;
  auto* next = here.first;
  for (; next != nullptr && next->uid > x.uid; next = next->next_)
    previous = next;
  x.previous_ = previous;
  x.next_ = next;
  (previous != nullptr ? previous->next_ : here.first) = &x;
  if (next != nullptr)
    next->previous_ = &x;
}

caf::strong_actor_ptr dynamic_children::remove(dynamic_record& x) {
  caf::strong_actor_ptr result;
  {
    auto& here = shard_of(x);
    std::lock_guard guard{here.mutex};
    if (!x.kept())
      return nullptr;
    result = caf::strong_actor_ptr{x.actor().get(), false};
    if (x.previous_ != nullptr)
      x.previous_->next_ = x.next_;
    else
      here.first = x.next_;
    if (x.next_ != nullptr)
      x.next_->previous_ = x.previous_;
    x.next_ = &x;
    x.previous_ = nullptr;
  }
  left();
  return result;
}

dynamic_record* dynamic_children::find(const caf::strong_actor_ptr& x) const {
  auto* result
    = x != nullptr ? dynamic_cast<dynamic_record*>(x->get()) : nullptr;
  if (result == nullptr || &result->population() != this)
    return nullptr;
  std::lock_guard guard{shard_of(*result).mutex};
  return result->kept() ? result : nullptr;
}

failure dynamic_children::no_child() const {
  return {errc::not_found, "the handle is of no child of this supervisor",
          cell_->path};
}

void dynamic_children::open() noexcept {
  open_.store(true, std::memory_order_seq_cst);
}

bool dynamic_children::close() {
  open_.store(false, std::memory_order_seq_cst);
  for (auto& here : shards_)
    std::lock_guard guard{here.mutex};
  return count_.load(std::memory_order_seq_cst) == 0;
}

std::vector<caf::strong_actor_ptr> dynamic_children::children() const {
  std::vector<caf::strong_actor_ptr> result;
  result.reserve(size());
  for (auto& here : shards_) {
    std::lock_guard guard{here.mutex};
    for (auto* x = here.first; x != nullptr; x = x->next_)
      result.push_back(x->actor());
  }
  return result;
}

std::vector<caf::strong_actor_ptr>
dynamic_children::next_page(population_cursor& at, std::size_t limit) const {
  std::vector<caf::strong_actor_ptr> result;
  result.reserve(std::min(limit, size()));
  // May be the last reference: not to be let go under a lock.
  const auto last = std::exchange(at.last, nullptr);
  for (; at.shard < shard_count;
       ++at.shard, at.below = population_cursor{}.below) {
    auto& here = shards_[at.shard];
    std::lock_guard guard{here.mutex};
    auto* x = after(here, last, at.below);
    for (; x != nullptr && result.size() < limit; x = x->next_) {
      result.push_back(x->actor());
      at.below = x->uid;
    }
    if (x != nullptr)
      break;
  }
  at.last = result.empty() ? nullptr : result.back();
  return result;
}

dynamic_record* dynamic_children::after(const shard& here,
                                        const caf::strong_actor_ptr& last,
                                        std::uint64_t below) const noexcept {
  if (last != nullptr) {
    const auto* record = dynamic_cast<dynamic_record*>(last->get());
    if (record != nullptr && &record->population() == this
        && &shard_of(*record) == &here && record->kept())
      return record->next_;
  }
  auto* x = here.first;
  while (x != nullptr && x->uid >= below)
    x = x->next_;
  return x;
}

void dynamic_children::dismiss(
  std::vector<caf::strong_actor_ptr> children) const {
  auto to = caf::actor_cast<caf::strong_actor_ptr>(cell_->actor);
  for (auto& child : children)
    compat::send_urgent(to, nullptr, population_dismissed{std::move(child)});
}

void dynamic_children::sample(std::size_t limit, time_point now,
                              std::vector<tree_snapshot::row>& to) const {
  for (auto& here : shards_) {
    std::lock_guard guard{here.mutex};
    for (auto* x = here.first; x != nullptr; x = x->next_) {
      if (limit-- == 0)
        return;
      to.push_back(row_of(*x, '#' + std::to_string(x->uid), now));
    }
  }
}

dynamic_children::shard&
dynamic_children::shard_of(const dynamic_record& x) const noexcept {
  return shards_[x.uid % shard_count];
}

void dynamic_children::left(std::size_t n) {
  const auto was = count_.fetch_sub(n, std::memory_order_seq_cst);
  if (was == n && !open_.load(std::memory_order_seq_cst))
    compat::send_urgent(caf::actor_cast<caf::strong_actor_ptr>(cell_->actor),
                        nullptr, population_drained{});
}

} // namespace vigil::detail
