#include <vigil/caf.hpp>
#include <vigil/internal/guard/front.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace vigil::detail {

namespace {

constexpr auto no_tick = never.time_since_epoch().count();

/// A message to a front, put off.
struct put_off {
  caf::strong_actor_ptr to;
  compat::element_ptr x;
  compat::context* ctx;
};

/// What fronts do in this thread, from the outermost call on.
class front_work {
public:
  /// As deep as a chain of guards that answers at once, give or take.
  static constexpr int max_depth = 8;

  explicit front_work(compat::context* ctx) noexcept : ctx_(ctx) {
    here = this;
  }

  ~front_work() {
    here = nullptr;
  }

  front_work(const front_work&) = delete;
  front_work& operator=(const front_work&) = delete;

  [[nodiscard]] static front_work* in_this_thread() noexcept {
    return here;
  }

  /// Returns whether a message has to be put off: it would get too deep, or
  /// overtake others.
  [[nodiscard]] bool is_full() const noexcept {
    return depth_ >= max_depth || next_ < later_.size();
  }

  // The context of a call inside, such as that of a scoped actor in code of the
  // user's, may be gone by then.
  void add(put_off x) {
    if (x.ctx != ctx_)
      x.ctx = nullptr;
    later_.push_back(std::move(x));
  }

  /// Calls `f`, one call deeper.
  template <class F>
  void deeper(F f) {
    ++depth_;
    f();
    --depth_;
  }

  /// Hands what was put off to `f(put_off&)`, also what comes meanwhile.
  template <class F>
  void finish(F f) {
    while (next_ < later_.size()) {
      auto x = std::move(later_[next_++]);
      if (next_ == later_.size() || next_ >= 1024)
        forget_done();
      f(x);
    }
  }

private:
  void forget_done() {
    later_.erase(later_.begin(),
                 later_.begin() + static_cast<std::ptrdiff_t>(next_));
    next_ = 0;
  }

  static thread_local front_work* here;

  compat::context* const ctx_;
  int depth_ = 0;
  std::size_t next_ = 0;
  std::vector<put_off> later_;
};

constinit thread_local front_work* front_work::here = nullptr;

} // namespace

front* front_in(const caf::strong_actor_ptr& x) {
  return compat::is_front(x) ? static_cast<front*>(x->get()) : nullptr;
}

caf::strong_actor_ptr first_front_of(request_id x) {
  caf::strong_actor_ptr result;
  while (const auto* between = front_in(x.who)) {
    auto next = between->request_behind(x.number);
    result = std::move(x.who);
    if (!next)
      break;
    x = *std::move(next);
  }
  return result;
}

front::front(caf::actor_config& cfg, layer_place at)
  : compat::forwarder(cfg), at_(std::move(at)),
    timer_(compat::timers{home_system()}), ticker_(*this), next_tick_(no_tick) {
  compat::mark_front(*this);
}

front::~front() {
  delete worker_end();
}

// -- time ---------------------------------------------------------------------

bool front::ticker::run(compat::context* ctx) {
  static_cast<front&>(of()).tick(ctx);
  return false;
}

// What happens then may run code of the user's: who delivers the times of all
// is not to wait for it.
void front::tick_soon(compat::context* ctx) {
  if (!ticking_.exchange(true, std::memory_order_acq_rel))
    ticker_.submit(ctx);
}

const char* front::name() const {
  return "vigil.front";
}

compat::enqueue_result front::enqueue(compat::element_ptr x,
                                      compat::context* ctx) {
  if (auto* work = front_work::in_this_thread()) {
    if (work->is_full())
      work->add({self(), std::move(x), ctx});
    else
      work->deeper([&] { deliver(std::move(x), ctx); });
    return compat::accepted();
  }
  front_work work{ctx};
  work.deeper([&] { deliver(std::move(x), ctx); });
  work.finish([&](put_off& next) {
    auto& to = static_cast<front&>(*next.to->get());
    work.deeper([&] { to.deliver(std::move(next.x), next.ctx); });
  });
  return compat::accepted();
}

void front::deliver(compat::element_ptr x, compat::context* ctx) {
  if (compat::is_response(*x)) {
    // What it asked for is answered, and who it asked may end with it.
    if (!has_ended())
      answered(std::move(x), ctx);
    return;
  }
  if (compat::is_urgent(*x) && compat::get_if<front_tick>(*x) != nullptr)
    return tick_soon(ctx);
  if (!compat::is_request(*x)) {
    if (auto* exit = compat::get_if<caf::exit_msg>(*x)) {
      // As CAF's actors do: a normal exit of another one is no reason to end.
      if (exit->reason)
        end(exit->reason, ctx, false);
      return;
    }
    if (compat::get_if<caf::down_msg>(*x) != nullptr)
      return;
  }
  compat::answer_oneself(*x, ctrl());
  // If the end comes only now, the tables are closed, or will be.
  if (ended_.load(std::memory_order_acquire))
    return compat::refuse(*x, self(), to_caf(trouble(errc::child_stopped)),
                          ctx);
  called(std::move(x), ctx);
}

void front::tick(compat::context* ctx) {
  ticking_.exchange(false, std::memory_order_acq_rel);
  if (ended_.load(std::memory_order_acquire))
    return;
  const auto at = now();
  auto next = next_tick_.load(std::memory_order_acquire);
  // A tick that was replaced by an earlier one comes for nothing.
  if (at.time_since_epoch().count() < next)
    return;
  next_tick_.compare_exchange_strong(next, no_tick, std::memory_order_acq_rel);
  time_passed(at, ctx);
  wake_at(next_timer(at));
}

void front::time_passed(time_point, compat::context*) {
  // nop
}

time_point front::next_timer(time_point) {
  return never;
}

void front::released() {
  gone_ = true;
  end(caf::make_error(caf::exit_reason::unreachable), nullptr, true);
}

std::optional<request_id> front::request_behind(std::uint64_t) const {
  return std::nullopt;
}

request_id front::let_loose(std::uint64_t) {
  return {};
}

request_id front::keep(std::uint64_t) {
  return {};
}

void front::watch_target() {
  watch(worker());
}

void front::watch(const caf::strong_actor_ptr& x) {
  auto ended = [to = caf::weak_actor_ptr{ctrl(), true},
                is_over = x == worker() && !has_stand_in()](
                 const caf::error& why, compat::context* ctx) {
    const auto alive = caf::actor_cast<caf::strong_actor_ptr>(to);
    if (alive == nullptr)
      return;
    auto& self = static_cast<front&>(*alive->get());
    if (self.ended_.load(std::memory_order_acquire))
      return;
    auto told = self.trouble(errc::child_stopped, "the target has ended");
    if (why)
      told = told.because(to_failure(why));
    if (is_over)
      self.note_worker_end(told);
    self.target_ended(told, ctx);
  };
  compat::watch(x, std::move(ended), this);
}

const caf::strong_actor_ptr& front::worker() const {
  const auto* last = this;
  while (const auto* next = front_in(last->at_.target))
    last = next;
  return last->at_.target;
}

// Returns whether that is earlier than what was wanted.
bool front::lower_next_tick(time_point at) {
  const auto wanted = at.time_since_epoch().count();
  auto next = next_tick_.load(std::memory_order_acquire);
  while (wanted < next)
    if (next_tick_.compare_exchange_weak(next, wanted,
                                         std::memory_order_acq_rel))
      return true;
  return false;
}

bool front::has_stand_in() const {
  for (const auto* next = this; next != nullptr;
       next = front_in(next->target()))
    if (next->stands_in())
      return true;
  return false;
}

void front::wake_at(time_point at) {
  if (!lower_next_tick(at))
    return;
  timer_.hasten(at, *this, [] { return front_tick{}; });
  // Its end may have overtaken this.
  if (ended_.load(std::memory_order_acquire)) [[unlikely]]
    timer_.cancel();
}

void front::come_back(compat::context* ctx) {
  lower_next_tick(now());
  tick_soon(ctx);
}

void front::note_worker_end(const failure& why) {
  auto mine = std::make_unique<const failure>(why);
  const failure* none = nullptr;
  if (worker_end_.compare_exchange_strong(none, mine.get(),
                                          std::memory_order_acq_rel))
    (void)mine.release();
}

failure front::trouble(errc code, std::string text,
                       duration retry_after) const {
  failure result{code, label()};
  if (!text.empty())
    result.message += ": " + text;
  result.retry_after = retry_after;
  // A handle may be the last one after its actor system is gone.
  if (!gone_)
    result.time = now();
  return result;
}

void front::end(const caf::error& reason, compat::context* ctx, bool released) {
  if (ended_.exchange(true, std::memory_order_acq_rel))
    return;
  // What it watches may live on, and others come and go before it.
  compat::unwatch(worker(), this);
  if (target() != worker())
    compat::unwatch(target(), this);
  timer_.cancel();
  failure why{errc::child_stopped, label()};
  if (!released)
    why.time = now();
  give_up(why, ctx);
  if (auto* next = front_in(target()); next != nullptr && next->is_behind_)
    next->end(reason, ctx, released);
  terminate(reason, ctx);
}

} // namespace vigil::detail
