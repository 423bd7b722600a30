#include <vigil/detail/pool_front.hpp>

#include <mutex>
#include <utility>

namespace vigil::detail {

// -- messages on their way ----------------------------------------------------

namespace {

/// Marks that this thread hands a message to a member.
class handing_over {
public:
  handing_over(const pool_front* x, std::size_t i) noexcept
    : front_(x), index_(i), outer_(std::exchange(current, this)) {
    // nop
  }

  ~handing_over() {
    current = outer_;
  }

  handing_over(const handing_over&) = delete;
  handing_over& operator=(const handing_over&) = delete;

  [[nodiscard]] static bool now(const pool_front* x, std::size_t i) noexcept {
    const auto* at = current;
    while (at != nullptr && (at->front_ != x || at->index_ != i))
      at = at->outer_;
    return at != nullptr;
  }

private:
  static thread_local const handing_over* current;

  const pool_front* front_;
  std::size_t index_;
  const handing_over* outer_;
};

constinit thread_local const handing_over* handing_over::current = nullptr;

} // namespace

struct pool_front::receipt {
  caf::strong_actor_ptr keep_alive;
  pool_front* front;
  std::size_t index;
  std::uint64_t life;

  void operator()(const compat::mailbox_element&) const {
    front->done(index, life);
  }
};

// -- the front ----------------------------------------------------------------

pool_front::pool_front(caf::actor_config& cfg, child_cell_ptr cell,
                       std::size_t members, std::size_t limit)
  : forwarding_actor(cfg, std::move(cell)), limit_(limit), members_(members),
    expected_(members) {
  // nop
}

const char* pool_front::name() const {
  return "vigil.pool";
}

void pool_front::enqueue(compat::element_ptr x, compat::context* ctx) {
  if (compat::get_if<caf::down_msg>(*x) != nullptr)
    return;
  if (compat::get_if<caf::exit_msg>(*x) != nullptr) {
    if (auto to = caf::actor_cast<caf::strong_actor_ptr>(cell().nested->actor))
      to->enqueue(std::move(x), ctx);
    return;
  }
  target to;
  auto why = errc::child_stopped;
  {
    std::lock_guard guard{lock_};
    if (expected_ != 0 && !take_idle(to)) {
      if (waiting_[0].size() + waiting_[1].size() < limit_) {
        waiting_[compat::is_urgent(*x) ? 0 : 1].push_back(std::move(x));
        return;
      }
      why = errc::overloaded;
    }
  }
  if (to.handle != nullptr)
    hand_over(std::move(to), std::move(x), ctx);
  else
    lose(*x, why, ctx);
}

void pool_front::hand_over(target to, compat::element_ptr x,
                           compat::context* ctx) {
  handing_over mark{this, to.index};
  receipt gone{caf::strong_actor_ptr{ctrl()}, this, to.index, to.life};
  to.handle->enqueue(compat::tracked(std::move(x), std::move(gone)), ctx);
}

// Gives a member that became idle what waits for longest.
void pool_front::feed(std::size_t index) {
  target to;
  compat::element_ptr next;
  {
    std::lock_guard guard{lock_};
    auto& who = members_[index];
    if (!who.idle())
      return;
    next = take_waiting();
    if (next == nullptr) {
      if (!std::exchange(who.listed, true))
        idle_.push_back(index);
      return;
    }
    to = occupy(index);
  }
  hand_over(std::move(to), std::move(next), nullptr);
}

void pool_front::done(std::size_t index, std::uint64_t life) {
  // A message that is gone before it was handed over was refused: the member is
  // between two lives, and the next message would fare no better.
  const auto refused = handing_over::now(this, index);
  {
    std::lock_guard guard{lock_};
    auto& who = members_[index];
    if (who.life != life)
      return;
    who.busy = false;
    if (refused)
      who.up = false;
  }
  if (!refused)
    feed(index);
}

// -- with the lock held -------------------------------------------------------

bool pool_front::take_idle(target& to) {
  while (!idle_.empty()) {
    const auto index = idle_.front();
    idle_.pop_front();
    auto& who = members_[index];
    who.listed = false;
    if (who.idle()) {
      to = occupy(index);
      return true;
    }
  }
  return false;
}

pool_front::target pool_front::occupy(std::size_t index) {
  auto& who = members_[index];
  who.busy = true;
  return {who.handle, index, who.life};
}

compat::element_ptr pool_front::take_waiting() {
  for (auto& queue : waiting_)
    if (!queue.empty()) {
      auto result = std::move(queue.front());
      queue.pop_front();
      return result;
    }
  return nullptr;
}

// -- members ------------------------------------------------------------------

void pool_front::expect(std::size_t index) {
  std::lock_guard guard{lock_};
  auto& who = members_[index];
  who.held = true;
  if (std::exchange(who.parked, false))
    ++expected_;
}

void pool_front::admit(std::size_t index) {
  {
    std::lock_guard guard{lock_};
    members_[index].held = false;
  }
  feed(index);
}

void pool_front::exclude(std::size_t index) {
  std::lock_guard guard{lock_};
  members_[index].up = false;
}

void pool_front::park(std::size_t index, compat::context* ctx) {
  auto last = false;
  {
    std::lock_guard guard{lock_};
    auto& who = members_[index];
    who.up = false;
    last = !std::exchange(who.parked, true) && --expected_ == 0;
  }
  if (last)
    lose_waiting(ctx);
}

void pool_front::forget(std::size_t index, compat::context* ctx) {
  park(index, ctx);
  caf::strong_actor_ptr released;
  std::lock_guard guard{lock_};
  released.swap(members_[index].handle);
}

void pool_front::serves(std::size_t index, caf::strong_actor_ptr to, bool yes,
                        std::uint64_t life) {
  {
    std::lock_guard guard{lock_};
    auto& who = members_[index];
    if (life < who.life)
      return;
    who.up = yes && to != nullptr;
    if (!who.up)
      return;
    if (std::exchange(who.life, life) != life)
      who.busy = false;
    who.handle.swap(to);
  }
  feed(index);
}

void pool_front::retire(compat::context* ctx) {
  end(ctx);
}

void pool_front::lose_waiting(compat::context* ctx) {
  std::array<std::deque<compat::element_ptr>, 2> lost;
  {
    std::lock_guard guard{lock_};
    lost.swap(waiting_);
  }
  for (auto& queue : lost)
    for (auto& x : queue)
      lose(*x, errc::child_stopped, ctx);
}

// -- making one ---------------------------------------------------------------

namespace {

class member_watch final : public life_watch {
public:
  member_watch(caf::strong_actor_ptr handle, pool_front* front,
               std::size_t index)
    : handle_(std::move(handle)), front_(front), index_(index) {
    // nop
  }

  void serves(const child_cell& child, bool yes, std::uint64_t life) override {
    front_->serves(index_, child.handle(), yes, life);
  }

private:
  caf::strong_actor_ptr handle_;
  pool_front* front_;
  std::size_t index_;
};

class pool_roster final : public roster {
public:
  pool_roster(caf::strong_actor_ptr handle, pool_front* front)
    : handle_(std::move(handle)), front_(front) {
    // nop
  }

  [[nodiscard]] std::shared_ptr<life_watch> watch(std::size_t index) override {
    return std::make_shared<member_watch>(handle_, front_, index);
  }

  void starting(std::size_t index) override {
    front_->expect(index);
  }

  void started(std::size_t index, const child_cell&) override {
    front_->admit(index);
  }

  void stopping(std::size_t index) override {
    front_->exclude(index);
  }

  void parked(std::size_t index, compat::context* ctx) override {
    front_->park(index, ctx);
  }

  void forgotten(std::size_t index, compat::context* ctx) override {
    front_->forget(index, ctx);
  }

private:
  caf::strong_actor_ptr handle_;
  pool_front* front_;
};

} // namespace

pool_parts make_pool_front(const child_cell_ptr& cell, std::size_t members,
                           std::size_t limit) {
  auto& sys = cell->parent->tree->system;
  auto handle = compat::make_forwarder<pool_front>(sys, cell, members, limit);
  auto* front = static_cast<pool_front*>(handle->get());
  auto roster = std::make_shared<pool_roster>(handle, front);
  return {std::move(handle), front, std::move(roster)};
}

} // namespace vigil::detail
