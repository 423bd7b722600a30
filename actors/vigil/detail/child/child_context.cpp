#include <vigil/caf.hpp>
#include <vigil/detail/child/child_context.hpp>
#include <vigil/detail/child/child_messages.hpp>
#include <vigil/detail/child/open_promise.hpp>
#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/state/restart_window.hpp>
#include <vigil/reason.hpp>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vigil::detail {

struct child_context::extras {
  struct put_off {
    std::function<void(const caf::error&)> call;
    /// The monitored actor; null for timers.
    caf::weak_actor_ptr watched;
    /// Null for monitors.
    std::unique_ptr<compat::timer> timer;
  };

  std::optional<reason> fault;
  bool ignored = false;
  std::vector<std::weak_ptr<open_promise>> promises;
  std::size_t sweep_at = 16;
  // Nodes never move: their addresses name the hooks on monitored actors.
  std::unordered_map<std::uint64_t, put_off> calls;
  std::uint64_t last_call = 0;
  std::unique_ptr<compat::timer> command;
  std::unique_ptr<restart_window> budget;
};

failure failure_of(reason x) {
  return {x.code, std::move(x.text)};
}

child_context::child_context(child_record& record) : record_(&record) {
  // nop
}

child_context::~child_context() {
  // nop
}

caf::strong_actor_ptr child_context::held_self() {
  return caf::actor_cast<caf::strong_actor_ptr>(
    caf::weak_actor_ptr{self().ctrl()});
}

caf::strong_actor_ptr child_context::handle_before() {
  return stable_handle();
}

failure child_context::complete(failure x) const {
  return record_->complete(std::move(x), incarnation_);
}

void child_context::note_put_off() {
  record_->skipped(incarnation_);
}

bool child_context::watched() const noexcept {
  return record_->spec.health.has_value();
}

bool child_context::faulted() const noexcept {
  return extras_ != nullptr && extras_->fault;
}

reason& child_context::seen_fault() const noexcept {
  return *extras_->fault;
}

bool child_context::take_ignored() noexcept {
  return extras_ != nullptr && std::exchange(extras_->ignored, false);
}

void child_context::fault(reason&& why) {
  auto& mine = need_extras();
  if (!mine.fault)
    mine.fault.emplace(std::move(why));
  attend();
}

void child_context::ignore() {
  need_extras().ignored = true;
  attend();
}

std::uint64_t
child_context::keep_call(std::function<void(const caf::error&)> f) {
  auto& mine = need_extras();
  mine.calls[++mine.last_call].call = std::move(f);
  return mine.last_call;
}

void child_context::run_after(duration d, std::function<void()> f) {
  auto& me = self();
  const auto call = keep_call([f = std::move(f)](const caf::error&) { f(); });
  auto& timer = extras_->calls[call].timer;
  timer = std::make_unique<compat::timer>(record_->owner.tree->timers);
  timer->set(time_after(me.clock().now(), d), me, [n = incarnation_, call] {
    return child_timer{n, call, {}};
  });
}

void child_context::send_later(time_point at, host_command x) {
  auto& timer = need_extras().command;
  if (timer == nullptr)
    timer = std::make_unique<compat::timer>(record_->owner.tree->timers);
  timer->set(at, self(), [x] { return x; });
}

void child_context::send_nothing_later() noexcept {
  if (extras_ != nullptr)
    extras_->command.reset();
}

void child_context::monitor(const caf::strong_actor_ptr& other,
                            std::function<void(const caf::error&)> f) {
  if (other == nullptr)
    return;
  auto& mine = need_extras();
  auto& entry = mine.calls[++mine.last_call];
  entry.call = std::move(f);
  entry.watched = caf::actor_cast<caf::weak_actor_ptr>(other);
  auto me = caf::actor_cast<caf::weak_actor_ptr>(
    caf::strong_actor_ptr{self().ctrl()});
  auto tell = [me, n = incarnation_, call = mine.last_call](
                const caf::error& reason, compat::context* ctx) {
    compat::send_urgent(caf::actor_cast<caf::strong_actor_ptr>(me), ctx,
                        child_timer{n, call, reason});
  };
  compat::monitor(other, std::move(tell), &entry);
}

std::function<void()> child_context::take_call(const child_timer& x) {
  if (extras_ == nullptr || x.incarnation != incarnation_)
    return nullptr;
  auto node = extras_->calls.extract(x.call);
  if (node.empty())
    return nullptr;
  return [call = std::move(node.mapped().call), reason = x.reason] {
    call(reason);
  };
}

void child_context::forget_calls() {
  for (auto& [id, entry] : std::exchange(extras_->calls, {}))
    if (auto other = caf::actor_cast<caf::strong_actor_ptr>(entry.watched))
      compat::unwatch(other, &entry);
}

void child_context::track(const std::shared_ptr<open_promise>& x) {
  auto& mine = need_extras();
  if (mine.promises.size() >= mine.sweep_at) {
    std::erase_if(mine.promises, [](const auto& y) { return y.expired(); });
    mine.sweep_at = std::max<std::size_t>(16, mine.promises.size() * 2);
  }
  mine.promises.emplace_back(x);
}

restart_window& child_context::own_budget(const restart_intensity& limit) {
  auto& mine = need_extras().budget;
  if (mine == nullptr)
    mine = std::make_unique<restart_window>(limit);
  return *mine;
}

void child_context::begin(std::uint64_t incarnation) {
  incarnation_ = incarnation;
  if (extras_ != nullptr) {
    extras_->fault.reset();
    extras_->ignored = false;
  }
}

bool child_context::answer_probe(compat::mailbox_element& x) {
  if (compat::get_if<liveness_probe>(x) == nullptr)
    return false;
  compat::reply(stable_handle(), x, self().context(), health::healthy);
  return true;
}

void child_context::end() {
  if (extras_ == nullptr)
    return;
  extras_->fault.reset();
  extras_->ignored = false;
  if (!extras_->calls.empty())
    forget_calls();
  if (extras_->promises.empty())
    return;
  const auto why = complete({errc::promise_broken});
  for (auto& ptr : std::exchange(extras_->promises, {}))
    if (auto x = ptr.lock())
      x->break_off(why);
}

reason child_context::take_fault() {
  auto why = std::move(*extras_->fault);
  extras_->fault.reset();
  return why;
}

child_context::extras& child_context::need_extras() {
  if (extras_ == nullptr)
    extras_ = std::make_unique<extras>();
  return *extras_;
}

} // namespace vigil::detail
