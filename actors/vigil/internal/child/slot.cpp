#include <vigil/caf.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/internal/base/rule.hpp>
#include <vigil/internal/child/slot.hpp>
#include <vigil/internal/state/child_behind.hpp>

#include <mutex>
#include <utility>

namespace vigil::detail {

namespace {

/// Counts a message that died in a mailbox which is not ours.
struct lost_unread {
  child_cell_ptr cell;
  std::uint64_t incarnation;

  void operator()() const {
    cell->lose_messages(1, incarnation);
  }
};

/// Returns whether what an actor does not handle is counted by itself, or by
/// nobody, as it has no mailbox.
bool counts_alone(const caf::strong_actor_ptr& x) {
  return compat::part_of(*x->get()) != nullptr
         || dynamic_cast<caf::local_actor*>(x->get()) == nullptr;
}

/// Returns whether an incarnation of that child has sent `x` that has ended.
bool is_left_by(const child_record& child, const compat::mailbox_element& x) {
  const auto& who = compat::sender_of(x);
  if (who == nullptr || !compat::is_marked_ended(who)) [[likely]]
    return false;
  return child_behind(who.get()) == &child;
}

} // namespace

slot::slot(caf::actor_config& cfg, child_cell_ptr cell, std::size_t limit,
           caf::weak_actor_ptr handle)
  : forwarding_actor(cfg, std::move(cell)),
    answers_(compat::make_forwarder<compat::answer_relay>(
      home_system(), handle != nullptr ? std::move(handle)
                                       : caf::weak_actor_ptr{ctrl(), true})),
    limit_(limit) {
  // nop
}

void slot::released() {
  relay().end();
}

compat::answer_relay& slot::relay() const noexcept {
  return *static_cast<compat::answer_relay*>(answers_->get());
}

const char* slot::name() const {
  return "vigil.slot";
}

compat::enqueue_result slot::enqueue(compat::element_ptr x,
                                     compat::context* ctx) {
  if (auto to = target_now(); to.actor != nullptr) [[likely]]
    pass_on(std::move(x), to, ctx);
  else
    take_in_or_lose(std::move(x), ctx);
  return compat::accepted();
}

// Apart, so that the way of all other messages stays short.
void slot::take_in_or_lose(compat::element_ptr x, compat::context* ctx) {
  target to;
  auto refused = take_in(x, to);
  if (refused == errc::gap_queue_full) {
    // Another thread may have made the room.
    make_room(ctx);
    refused = take_in(x, to);
  }
  if (refused)
    lose(*x, *refused, ctx);
  else if (to.actor != nullptr)
    pass_on(std::move(x), to, ctx);
}

// Returns who gets a message that need not wait.
slot::target slot::target_now() const {
  std::lock_guard guard{slot_lock_};
  return mode_ == mode::serving && !passing_
           ? target{current_, behind_, incarnation_}
           : target{};
}

void slot::pass_on(compat::element_ptr x, const target& to,
                   compat::context* ctx) {
  if (is_left_by(cell(), *x)) [[unlikely]]
    return;
  if (to.what != behind::ours && !compat::answers_by_handle(*x))
    compat::answer_through(*x, answers_, ctrl());
  if (to.what == behind::mailbox && counts_when_lost(*x))
    compat::send_counted(to.actor, std::move(x), ctx,
                         lost_unread{cell_ptr(), to.incarnation});
  else
    to.actor->enqueue(std::move(x), ctx);
}

// Finds out who gets a message, or has it wait. Returns why it is refused.
std::optional<errc> slot::take_in(compat::element_ptr& x, target& to) {
  std::lock_guard guard{slot_lock_};
  if (mode_ == mode::refusing)
    return errc::child_stopped;
  if (mode_ == mode::serving && !passing_) {
    to = {current_, behind_, incarnation_};
    return to.actor != nullptr ? std::nullopt
                               : std::optional{errc::child_stopped};
  }
  // As a link sends it, and for one incarnation: one that has ended, or the one
  // that begins, which may link what has ended already.
  const auto is_exit = compat::get_if<caf::exit_msg>(*x) != nullptr;
  if (is_exit && !alive_)
    return std::nullopt;
  if (passing_ || is_exit)
    waiting().push(std::move(x));
  else if (!waiting().add(x, 0))
    return errc::gap_queue_full;
  return std::nullopt;
}

void slot::make_room(compat::context* ctx) {
  // It was full, so it is there, and stays.
  const auto left = take_gone(*waiting_, slot_lock_);
  for (const auto& x : left)
    lose(*x, errc::message_lost, ctx);
}

// With the lock held.
waiting_room& slot::waiting() {
  if (waiting_ == nullptr)
    waiting_ = std::make_unique<waiting_room>(limit_);
  return *waiting_;
}

// With the lock held.
waiting_room::list slot::take_waiting() {
  return waiting_ != nullptr ? waiting_->take_all() : waiting_room::list{};
}

void slot::expect(std::uint64_t incarnation) {
  caf::strong_actor_ptr released;
  std::lock_guard guard{slot_lock_};
  incarnation_ = incarnation;
  mode_ = mode::holding;
  alive_ = incarnation != 0;
  passing_ = false;
  behind_ = behind::ours;
  released.swap(current_);
}

void slot::begin(caf::strong_actor_ptr x, bool foreign) {
  relay().behind(x);
  const auto what = !foreign          ? behind::ours
                    : counts_alone(x) ? behind::others
                                      : behind::mailbox;
  if (what == behind::mailbox)
    compat::count_unread(x, lost_unread{cell_ptr(), look().incarnation});
  std::lock_guard guard{slot_lock_};
  behind_ = what;
  // It may have ended meanwhile.
  if (alive_ && current_ == nullptr)
    current_.swap(x);
}

void slot::serve(std::uint64_t incarnation, caf::strong_actor_ptr x,
                 compat::context* ctx) {
  relay().behind(x);
  std::unique_lock guard{slot_lock_};
  if (incarnation_ != incarnation || mode_ == mode::refusing)
    return;
  mode_ = mode::serving;
  current_ = x;
  passing_ = true;
  const target to{x, behind_, incarnation};
  const auto serves = [&] {
    return incarnation_ == incarnation && mode_ == mode::serving;
  };
  while (serves() && waiting_ != nullptr && !waiting_->empty()) {
    auto batch = take_waiting();
    guard.unlock();
    for (auto& element : batch)
      pass_on(std::move(element), to, ctx);
    guard.lock();
  }
  if (incarnation_ == incarnation)
    passing_ = false;
}

void slot::hold(std::uint64_t incarnation) {
  caf::strong_actor_ptr released;
  std::lock_guard guard{slot_lock_};
  if (incarnation_ != incarnation)
    return;
  alive_ = false;
  if (mode_ == mode::serving)
    mode_ = mode::holding;
  released.swap(current_);
}

void slot::part(std::uint64_t incarnation, const caf::error& reason,
                compat::context* ctx) {
  {
    std::lock_guard guard{slot_lock_};
    if (incarnation_ != incarnation)
      return;
  }
  end_links(reason, ctx);
}

void slot::refuse(compat::context* ctx) {
  {
    caf::strong_actor_ptr released;
    std::lock_guard guard{slot_lock_};
    mode_ = mode::refusing;
    released.swap(current_);
  }
  lose_waiting(ctx);
}

void slot::retire(compat::context* ctx) {
  refuse(ctx);
  end(ctx);
  relay().end();
}

caf::strong_actor_ptr slot::current() const {
  std::lock_guard guard{slot_lock_};
  return current_;
}

// Two that begin at the same time may make a circle without this one.
bool slot::leads_back(caf::strong_actor_ptr x) const {
  constexpr int far = 1000;
  for (int i = 0; x != nullptr && i < far; ++i) {
    if (x.get() == ctrl())
      return true;
    const auto* next = dynamic_cast<const slot*>(x->get());
    if (next == nullptr)
      return false;
    x = next->current();
  }
  return x != nullptr;
}

void slot::lose_waiting(compat::context* ctx) {
  waiting_room::list lost;
  {
    std::lock_guard guard{slot_lock_};
    lost = take_waiting();
  }
  for (auto& x : lost)
    lose(*x, errc::child_stopped, ctx);
}

// -- for tests ----------------------------------------------------------------

slot::books slot::look() const {
  std::lock_guard guard{slot_lock_};
  return {mode_,
          incarnation_,
          alive_,
          current_ != nullptr,
          waiting_ != nullptr ? waiting_->size() : 0,
          passing_,
          behind_ != behind::ours};
}

const char* slot::flaw(const books& x) noexcept {
  const auto serving = x.mode == mode::serving;
  return first_broken({
    {!serving || x.incarnation != 0, "serving: an incarnation"},
    {!serving || x.alive, "serving: alive"},
    {!serving || x.current, "serving: current"},
    {!x.alive || x.incarnation != 0, "alive: an incarnation"},
    {!x.current || x.alive, "current: alive"},
    {!x.current || x.mode != mode::refusing, "current: not refusing"},
    {x.waiting == 0 || x.mode == mode::holding, "waiting: holding"},
    {!x.passing, "passing: not at rest"},
    {!x.foreign || x.incarnation != 0, "foreign: an incarnation"},
  });
}

} // namespace vigil::detail
