#include <vigil/detail/state/cell.hpp>
#include <vigil/detail/state/child_record.hpp>

#include <utility>

namespace vigil::detail {

child_record::~child_record() {
  delete failures_.load(std::memory_order_relaxed);
}

const restart_intensity* child_record::refusal(time_point at) {
  auto& window = *owner.window;
  return window.admit(at) ? nullptr : &window.limit();
}

bool child_record::may_start() const noexcept {
  return !owner.going_down.load(std::memory_order_acquire);
}

void child_record::note_message(std::uintptr_t) noexcept {
  // nop
}

time_point child_record::now() const {
  return owner.tree->last_now();
}

bool child_record::serves(serving, std::uint64_t) {
  return false;
}

void child_record::done(compat::mailbox_element&, compat::context*) {
  // nop
}

caf::strong_actor_ptr child_record::handle_before() const {
  return nullptr;
}

void child_record::skipped(std::uint64_t) {
  // nop
}

void child_record::came_up(std::uint64_t n, time_point when) {
  since(when);
  // What its supervisor makes of it stands, if that was quicker.
  auto now = state.load(std::memory_order_relaxed);
  if (now == child_state::starting || now == child_state::restarting)
    state.compare_exchange_strong(now, child_state::running,
                                  std::memory_order_relaxed);
  if (!been_up_.load(std::memory_order_relaxed)) {
    been_up_.store(true, std::memory_order_relaxed);
    return publish(n, event_type::child_started);
  }
  // No other thread writes it: one incarnation comes up at a time.
  restarts.store(restarts.load(std::memory_order_relaxed) + 1,
                 std::memory_order_relaxed);
  publish(n, event_type::child_restarted);
}

std::optional<failure> child_record::verdict() const {
  return std::nullopt;
}

failure child_record::complete(failure x, std::uint64_t n) const {
  if (x.code == errc::killed && x.path.empty())
    if (auto why = verdict()) {
      x = std::move(*why);
      if (x.incarnation == 0)
        x.incarnation = n;
    }
  if (x.path.empty()) {
    x.path = path();
    if (x.incarnation == 0)
      x.incarnation = n;
  }
  if (x.time == time_point{})
    x.time = now();
  return x;
}

// -- failures -----------------------------------------------------------------

failure_log& child_record::need_log() {
  auto* log = failures_.load(std::memory_order_acquire);
  if (log == nullptr) {
    auto fresh = std::make_unique<failure_log>();
    if (failures_.compare_exchange_strong(log, fresh.get(),
                                          std::memory_order_acq_rel))
      log = fresh.release();
  }
  return *log;
}

void child_record::log(failure x, std::uint64_t n) {
  if (x.path.empty() && x.incarnation == 0)
    x.incarnation = n;
  need_log().add(std::move(x));
}

void child_record::log(std::error_code code, std::string&& message,
                       time_point when, std::uint64_t n) {
  need_log().write([&](failure& to) {
    to.code = code;
    to.message = std::move(message);
    to.path.clear();
    to.incarnation = n;
    to.time = when;
    to.cause.reset();
  });
}

std::optional<failure> child_record::last_failure() const {
  const auto* log = failures_.load(std::memory_order_acquire);
  return log != nullptr ? log->last(path()) : std::nullopt;
}

std::vector<std::string> child_record::earlier_failures() const {
  const auto* log = failures_.load(std::memory_order_acquire);
  return log != nullptr ? log->earlier(path()) : std::vector<std::string>{};
}

// -- presence -----------------------------------------------------------------

void child_record::vanish() {
  constexpr auto in_one_order = std::memory_order_seq_cst;
  if (!gone_.load(std::memory_order_relaxed)
      && !gone_.exchange(true, in_one_order)
      && presence_asked_.load(in_one_order))
    owner.tree->presence.tell(*this);
}

void child_record::vanish_if_last(const child_exit& how, bool stopping) {
  if (stopping ? stops_for_good_.load(std::memory_order_relaxed)
               : how.budget_refused || !wants_restart(spec, how))
    vanish();
}

void child_record::conclude(std::uint64_t n, child_exit& how, event_type as) {
  if (how.kind == exit_kind::abnormal) {
    how.why = complete(std::move(how.why), n);
    log(how.why, n);
  }
  if (as != event_type::start_failed)
    vanish_if_last(how, as == event_type::child_stopped);
}

std::uint64_t child_record::begin_incarnation() {
  constexpr auto in_one_order = std::memory_order_seq_cst;
  if (gone_.load(std::memory_order_relaxed)
      && gone_.exchange(false, in_one_order)
      && presence_asked_.load(in_one_order))
    owner.tree->presence.tell(*this);
  return next_incarnation();
}

// -- events -------------------------------------------------------------------

bool child_record::observed() const noexcept {
  return owner.tree->events.enabled();
}

void child_record::publish(std::uint64_t n, event_type type) const {
  if (observed())
    publish(n, event{.type = type});
}

void child_record::publish(std::uint64_t n, event_type type,
                           const child_exit& how) const {
  if (!observed())
    return;
  event x{.type = type, .exit = how.kind};
  if (how.kind == exit_kind::abnormal)
    x.why = complete(how.why, n);
  publish(n, std::move(x));
}

void child_record::publish(std::uint64_t n, event x) const {
  if (!observed())
    return;
  x.path = path();
  x.incarnation = n;
  x.time = now();
  access::publish(owner.tree->events, x);
}

void child_record::lose_messages(std::uint32_t count, std::uint64_t n) {
  messages_lost.fetch_add(count, std::memory_order_relaxed);
  if (observed())
    publish(n, event{.type = event_type::messages_lost, .count = count});
}

} // namespace vigil::detail
