#include <vigil/caf.hpp>
#include <vigil/internal/base/rule.hpp>
#include <vigil/internal/child/slot.hpp>
#include <vigil/internal/pool/pool_front.hpp>
#include <vigil/internal/state/child_behind.hpp>

#include <mutex>
#include <utility>

namespace vigil::detail {

// -- messages on their way ----------------------------------------------------

namespace {

/// Has the answers of members come from the handle of the pool.
class pool_answers final : public compat::answer_relay {
public:
  pool_answers(caf::actor_config& cfg, caf::weak_actor_ptr handle,
               const supervisor_cell* members)
    : compat::answer_relay(cfg, std::move(handle)), members_(members) {
    // nop
  }

  [[nodiscard]] bool
  is_behind(const caf::actor_control_block* x) const noexcept override {
    const auto* cell = cell_behind(x);
    return cell != nullptr && cell->parent.get() == members_;
  }

private:
  // To be compared only.
  const supervisor_cell* members_;
};

/// Marks that this thread hands a message to a member.
class handing_over {
public:
  handing_over(const pool_front* x, std::size_t i) noexcept
    : front_(x), index_(i), outer_(std::exchange(innermost, this)) {
    // nop
  }

  ~handing_over() {
    innermost = outer_;
  }

  handing_over(const handing_over&) = delete;
  handing_over& operator=(const handing_over&) = delete;

  /// Notes that the message is gone already. Returns false if no message is
  /// being handed to that member in this thread.
  [[nodiscard]] static bool refused(const pool_front* x, std::size_t i) {
    auto* at = innermost;
    while (at != nullptr && (at->front_ != x || at->index_ != i))
      at = at->outer_;
    if (at == nullptr)
      return false;
    at->refused_ = true;
    return true;
  }

  [[nodiscard]] bool refused() const noexcept {
    return refused_;
  }

private:
  static thread_local handing_over* innermost;

  const pool_front* front_;
  std::size_t index_;
  handing_over* outer_;
  bool refused_ = false;
};

constinit thread_local handing_over* handing_over::innermost = nullptr;

/// Returns whether a member that refused a message is there all the same.
bool is_there(const caf::strong_actor_ptr& member) {
  auto* front = dynamic_cast<slot*>(member->get());
  const auto who = front != nullptr ? front->current() : member;
  return who != nullptr && !compat::end_probe{who}.ended();
}

} // namespace

struct pool_front::receipt {
  caf::strong_actor_ptr keep_alive;
  pool_front* front;
  std::size_t index;
  tenure which;

  void operator()(compat::mailbox_element& x) const {
    front->gone(index, which, x);
  }
};

// -- the front ----------------------------------------------------------------

pool_front::pool_front(caf::actor_config& cfg, child_cell_ptr cell,
                       std::size_t members, std::size_t limit)
  : forwarding_actor(cfg, std::move(cell)),
    answers_(compat::make_forwarder<pool_answers>(
      home_system(), caf::weak_actor_ptr{ctrl(), true},
      this->cell().nested.get())),
    members_(members), expected_(members), waiting_(limit) {
  // nop
}

void pool_front::released() {
  end_answers();
}

void pool_front::end_answers() {
  static_cast<compat::answer_relay*>(answers_->get())->end();
}

const char* pool_front::name() const {
  return "vigil.pool";
}

compat::enqueue_result pool_front::enqueue(compat::element_ptr x,
                                           compat::context* ctx) {
  if (compat::get_if<caf::exit_msg>(*x) != nullptr) {
    if (auto to = caf::actor_cast<caf::strong_actor_ptr>(cell().nested->actor))
      to->enqueue(std::move(x), ctx);
  } else if (compat::get_if<caf::down_msg>(*x) == nullptr) {
    pass_on(std::move(x), ctx);
  }
  return compat::accepted();
}

void pool_front::pass_on(compat::element_ptr x, compat::context* ctx) {
  delivery out;
  auto refused = take_in(x, out);
  if (refused == errc::overloaded) {
    // Another thread may have made the room.
    make_room(ctx);
    refused = take_in(x, out);
  }
  if (refused)
    lose(*x, *refused, ctx);
  else
    hand_over(std::move(out), ctx);
}

// Finds a member for a message, or has it wait. Returns why it is refused.
std::optional<errc> pool_front::take_in(compat::element_ptr& x, delivery& out) {
  std::lock_guard guard{lock_};
  if (expected_ == 0)
    return errc::child_stopped;
  if (take_idle(x, out) || take_skipping(x, out) || waiting_.add(x, put_off()))
    return std::nullopt;
  return errc::overloaded;
}

void pool_front::make_room(compat::context* ctx) {
  const auto left = take_gone(waiting_, lock_);
  for (const auto& x : left)
    lose(*x, errc::message_lost, ctx);
}

// A member that refuses at once gets the next message here, not while it
// refuses: the depth does not grow with the queue.
void pool_front::hand_over(delivery x, compat::context* ctx) {
  while (x.what != nullptr) {
    if (x.says) {
      if (!x.noted)
        compat::answer_by_handle(*x.what, answers_, ctrl());
      x.to->enqueue(std::move(x.what), ctx);
      return;
    }
    {
      handing_over mark{this, x.index};
      if (!x.noted)
        compat::answer_through(*x.what, answers_, ctrl());
      receipt gone{caf::strong_actor_ptr{ctrl()}, this, x.index, x.which};
      x.to->enqueue(
        compat::tracked(home_system(), std::move(x.what), std::move(gone)),
        ctx);
      if (!mark.refused())
        return;
    }
    // Between two incarnations, the next message would fare no better.
    const auto there = is_there(x.to);
    std::unique_lock guard{lock_};
    auto& who = members_[x.index];
    if (who.which == x.which && !there)
      who.up = false;
    auto next = next_for(x.index);
    guard.unlock();
    x = std::move(next);
  }
}

// Gives a member that became idle what waits for longest.
void pool_front::feed(std::size_t index) {
  std::unique_lock guard{lock_};
  auto next = next_for(index);
  guard.unlock();
  hand_over(std::move(next), nullptr);
}

// The same for members that wait for something else to come.
void pool_front::feed_skipping() {
  std::unique_lock guard{lock_};
  auto* who = waiting_.empty() ? nullptr : only_skipping();
  if (who == nullptr)
    return;
  auto next
    = occupy(static_cast<std::size_t>(who - members_.data()), waiting_.take());
  guard.unlock();
  hand_over(std::move(next), nullptr);
}

void pool_front::gone(std::size_t index, tenure which,
                      compat::mailbox_element& x) {
  std::unique_lock guard{lock_};
  auto& who = members_[index];
  if (who.which != which)
    return;
  --who.given;
  who.relay.take(x, answers_);
  // What else it has put off is looked at again, now.
  who.skips = false;
  if (handing_over::refused(this, index))
    return;
  auto next = next_for(index);
  guard.unlock();
  hand_over(std::move(next), nullptr);
}

void pool_front::done(std::size_t index, compat::mailbox_element& x,
                      compat::context* ctx) {
  std::unique_lock guard{lock_};
  auto& who = members_[index];
  if (who.awaited != &x && who.awaited != compat::identity_of(x))
    return;
  who.awaited = nullptr;
  --who.given;
  who.relay.take(x, answers_);
  who.skips = false;
  auto next = next_for(index);
  guard.unlock();
  hand_over(std::move(next), ctx);
}

// -- with the lock held -------------------------------------------------------

bool pool_front::take_idle(compat::element_ptr& x, delivery& out) {
  while (!idle_.empty()) {
    const auto index = idle_.front();
    idle_.pop_front();
    auto& who = members_[index];
    who.listed = false;
    if (who.idle()) {
      out = occupy(index, std::move(x));
      return true;
    }
  }
  return false;
}

// Gives a member what waits for longest, if it is idle; it stays so if nothing
// does.
pool_front::delivery pool_front::next_for(std::size_t index) {
  auto& who = members_[index];
  if (!who.idle())
    return {};
  if (auto next = waiting_.take())
    return occupy(index, std::move(next));
  if (!std::exchange(who.listed, true))
    idle_.push_back(index);
  return {};
}

// Returns a member that skips if all that take messages do.
pool_front::member* pool_front::only_skipping() {
  if (!skipping_)
    return nullptr;
  member* result = nullptr;
  auto at_work = false;
  skipping_ = false;
  for (auto& who : members_) {
    skipping_ |= who.skips || who.given > 1;
    if (!who.takes())
      continue;
    at_work |= !who.skips;
    if (who.skips && (result == nullptr || who.given < result->given))
      result = &who;
  }
  return at_work ? nullptr : result;
}

// What members have put off waits with them.
std::size_t pool_front::put_off() const {
  std::size_t result = 0;
  if (skipping_)
    for (const auto& who : members_)
      result += who.given > 1 ? who.given - 1 : 0;
  return result;
}

bool pool_front::take_skipping(compat::element_ptr& x, delivery& out) {
  auto* who = waiting_.empty() ? only_skipping() : nullptr;
  if (who == nullptr || put_off() >= waiting_.limit())
    return false;
  out = occupy(static_cast<std::size_t>(who - members_.data()), std::move(x));
  return true;
}

pool_front::delivery pool_front::occupy(std::size_t index,
                                        compat::element_ptr x) {
  auto& who = members_[index];
  const auto says = who.says && who.given == 0 && compat::is_shown(*x);
  if (says)
    who.awaited = x.get();
  ++who.given;
  who.skips = false;
  const auto noted = who.relay.note(*x);
  return {std::move(x), who.handle, index, who.which, noted, says};
}

// -- members ------------------------------------------------------------------

std::uint64_t pool_front::new_child() {
  std::lock_guard guard{lock_};
  return ++last_child_;
}

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

void pool_front::serves(std::size_t index, caf::strong_actor_ptr to,
                        serving how, tenure which) {
  {
    std::lock_guard guard{lock_};
    auto& who = members_[index];
    if (which < who.which)
      return;
    who.up = how != serving::no && to != nullptr;
    if (!who.up)
      return;
    if (std::exchange(who.which, which) != which) {
      who.given = 0;
      who.skips = false;
      who.awaited = nullptr;
    }
    who.says = how == serving::and_says_when_done;
    who.handle.swap(to);
  }
  feed(index);
}

void pool_front::skipped(std::size_t index, tenure which) {
  {
    std::lock_guard guard{lock_};
    auto& who = members_[index];
    // Restarts in place are not told.
    if (who.which.child != which.child || which < who.which || who.given == 0)
      return;
    who.skips = true;
    skipping_ = true;
  }
  feed_skipping();
}

void pool_front::retire(compat::context* ctx) {
  end(ctx);
  end_answers();
}

void pool_front::lose_waiting(compat::context* ctx) {
  waiting_room::list lost;
  {
    std::lock_guard guard{lock_};
    lost = waiting_.take_all();
  }
  for (auto& x : lost)
    lose(*x, errc::child_stopped, ctx);
}

// -- its books ----------------------------------------------------------------

pool_front::books pool_front::look() const {
  std::lock_guard guard{lock_};
  books result;
  for (const auto& who : members_) {
    result.not_parked += !who.parked ? 1 : 0;
    result.parked_and_up += who.parked && who.up ? 1 : 0;
    result.up_without_handle += who.up && who.handle == nullptr ? 1 : 0;
    result.idle += who.idle() ? 1 : 0;
    result.idle_unlisted += who.idle() && !who.listed ? 1 : 0;
    result.skips_for_nothing += who.skips && who.given == 0 ? 1 : 0;
    result.awaited_for_nothing
      += who.awaited != nullptr && who.given == 0 ? 1 : 0;
    result.listed += who.listed ? 1 : 0;
  }
  result.expected = expected_;
  result.in_list = idle_.size();
  result.waiting = waiting_.size();
  return result;
}

const char* pool_front::flaw(const books& x) noexcept {
  return first_broken({
    {x.parked_and_up == 0, "parked: not up"},
    {x.up_without_handle == 0, "up: a handle"},
    {x.idle_unlisted == 0, "idle: listed"},
    {x.skips_for_nothing == 0, "skips: given"},
    {x.awaited_for_nothing == 0, "awaited: given"},
    {x.listed == x.in_list, "listed: in the list, once"},
    {x.expected == x.not_parked, "expected: all that are not parked"},
    {x.waiting == 0 || x.expected > 0, "waiting: somebody is expected"},
    {x.waiting == 0 || x.idle == 0, "waiting: nobody is idle"},
  });
}

// -- making one ---------------------------------------------------------------

namespace {

class member_watch final : public incarnation_watch {
public:
  member_watch(caf::strong_actor_ptr handle, pool_front* front,
               std::size_t index)
    : handle_(std::move(handle)), front_(front), index_(index),
      child_(front->new_child()) {
    // nop
  }

  void serves(const child_cell& child, serving how,
              std::uint64_t incarnation) override {
    front_->serves(index_, child.handle(), how, {child_, incarnation});
  }

  void done(compat::mailbox_element& x, compat::context* ctx) override {
    front_->done(index_, x, ctx);
  }

  [[nodiscard]] caf::strong_actor_ptr handle_before() const override {
    return handle_;
  }

  void skipped(std::uint64_t incarnation) override {
    front_->skipped(index_, {child_, incarnation});
  }

private:
  caf::strong_actor_ptr handle_;
  pool_front* front_;
  std::size_t index_;
  std::uint64_t child_;
};

class pool_roster final : public roster {
public:
  pool_roster(caf::strong_actor_ptr handle, pool_front* front)
    : handle_(std::move(handle)), front_(front) {
    // nop
  }

  [[nodiscard]] std::shared_ptr<incarnation_watch>
  watch(std::size_t index) override {
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
