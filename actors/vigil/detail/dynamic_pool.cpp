#include <vigil/detail/dynamic_pool.hpp>
#include <vigil/detail/dynamic_record.hpp>

#include <utility>

namespace vigil::detail {

std::string dynamic_record::path() const {
  return owner.path + "/#" + std::to_string(uid);
}

dynamic_pool::dynamic_pool(supervisor_cell_ptr cell, child_spec spec,
                           std::size_t max_children,
                           std::shared_ptr<const void> front)
  : cell_(std::move(cell)), spec_(std::move(spec)), max_children_(max_children),
    front_(std::move(front)) {
  // nop
}

dynamic_pool::~dynamic_pool() {
  // nop
}

std::optional<failure> dynamic_pool::reserve() {
  if (!open_.load(std::memory_order_relaxed))
    return failure{errc::supervisor_down, {}, cell_->path};
  const auto n = count_.fetch_add(1, std::memory_order_relaxed);
  if (n < max_children_)
    return std::nullopt;
  left();
  return failure{errc::max_children,
                 "the limit is " + std::to_string(max_children_), cell_->path};
}

void dynamic_pool::cancel() noexcept {
  left();
}

bool dynamic_pool::add(dynamic_record& x, caf::strong_actor_ptr self) {
  auto& here = shard_of(x);
  {
    std::lock_guard guard{here.mutex};
    // `close` takes all locks after it has cleared the flag.
    if (open_.load(std::memory_order_relaxed)) {
      x.keep_ = std::move(self);
      x.next_ = here.first;
      if (x.next_ != nullptr)
        x.next_->previous_ = &x;
      here.first = &x;
      return true;
    }
  }
  left();
  return false;
}

caf::strong_actor_ptr dynamic_pool::remove(dynamic_record& x) {
  caf::strong_actor_ptr result;
  {
    auto& here = shard_of(x);
    std::lock_guard guard{here.mutex};
    if (x.keep_ == nullptr)
      return nullptr;
    result.swap(x.keep_);
    if (x.previous_ != nullptr)
      x.previous_->next_ = x.next_;
    else
      here.first = x.next_;
    if (x.next_ != nullptr)
      x.next_->previous_ = x.previous_;
    x.next_ = x.previous_ = nullptr;
  }
  left();
  return result;
}

bool dynamic_pool::holds(const dynamic_record& x) const {
  std::lock_guard guard{shard_of(x).mutex};
  return x.keep_ != nullptr;
}

void dynamic_pool::open() noexcept {
  open_ = true;
}

bool dynamic_pool::close() {
  open_ = false;
  for (auto& here : shards_)
    std::lock_guard guard{here.mutex};
  return size() == 0;
}

std::vector<caf::strong_actor_ptr> dynamic_pool::children() const {
  std::vector<caf::strong_actor_ptr> result;
  result.reserve(size());
  for (auto& here : shards_) {
    std::lock_guard guard{here.mutex};
    for (auto* x = here.first; x != nullptr; x = x->next_)
      result.push_back(x->keep_);
  }
  return result;
}

namespace {

tree_snapshot::row row_of(const dynamic_record& x) {
  tree_snapshot::row row;
  row.id = '#' + std::to_string(x.uid);
  row.path = x.path();
  row.restart = x.spec.restart;
  row.state = x.state.load(std::memory_order_relaxed);
  row.incarnation = x.incarnation.load(std::memory_order_relaxed);
  row.restarts = x.restarts.load(std::memory_order_relaxed);
  row.messages_lost = x.messages_lost.load(std::memory_order_relaxed);
  row.last_failure = x.last_failure();
  return row;
}

} // namespace

void dynamic_pool::sample(std::size_t limit,
                          std::vector<tree_snapshot::row>& to) const {
  for (auto& here : shards_) {
    std::lock_guard guard{here.mutex};
    for (auto* x = here.first; x != nullptr; x = x->next_) {
      if (limit-- == 0)
        return;
      to.push_back(row_of(*x));
    }
  }
}

dynamic_pool::shard&
dynamic_pool::shard_of(const dynamic_record& x) const noexcept {
  return shards_[x.uid % shard_count];
}

void dynamic_pool::left() {
  const auto was = count_.fetch_sub(1, std::memory_order_acq_rel);
  if (was == 1 && !open_.load(std::memory_order_acquire))
    compat::send_urgent(caf::actor_cast<caf::strong_actor_ptr>(cell_->actor),
                        nullptr, pool_drained{});
}

} // namespace vigil::detail
