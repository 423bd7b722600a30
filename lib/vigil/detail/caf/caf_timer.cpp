#include <vigil/caf.hpp>
#include <vigil/detail/base/due.hpp>

#include VIGIL_CAF_ALARM

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace vigil::compat {

using detail::never;

/// The actor behind `timers`.
///
/// Nothing of another actor is let go of, and CAF's clock is told nothing,
/// while the lock is held: the clock's thread takes it, too, be it only because
/// it happens to destroy somebody's timer.
class timekeeper final : public forwarder {
public:
  explicit timekeeper(caf::actor_config& cfg)
    : forwarder(cfg), system_(&home_system()), round_(*this),
      virtual_(test_driver{*system_}.active()), alarm_(virtual_) {
    // nop
  }

  [[nodiscard]] const char* name() const override {
    return "vigil.timers";
  }

  /// Has the clock's thread show itself.
  void begin() {
    if (!virtual_)
      alarm_.set(*this, system_->clock().now(), alarm::no_number);
  }

  using forwarder::enqueue;

  // Called by the clock alone.
  enqueue_result enqueue(element_ptr x, context*) override {
    if (const auto number = alarm::number_in(*x))
      rung(*number);
    return accepted();
  }

  void wait(timer& x, time_point at, const caf::abstract_actor& to,
            timer::maker make, const timer::capsule& what, bool hasten) {
    // Taking the address of the control block of an actor that is about to be
    // destroyed is fine: it is there as long as the actor runs any code.
    caf::weak_actor_ptr receiver{to.ctrl(), true};
    std::unique_lock guard{mutex_};
    const auto waits = x.index_ != timer::nowhere;
    if (hasten && waits && x.at_ <= at)
      return;
    x.to_.swap(receiver);
    x.at_ = at;
    x.order_ = ++last_order_;
    x.make_ = make;
    x.what_ = what;
    if (!waits) {
      heap_.push_back(&x);
      x.index_ = heap_.size() - 1;
    }
    sift(x);
    arm(guard, false);
  }

  void cancel(timer& x) noexcept {
    caf::weak_actor_ptr released;
    std::lock_guard guard{mutex_};
    if (x.index_ == timer::nowhere)
      return;
    take_out(x);
    released.swap(x.to_);
  }

private:
  /// Has the scheduler run `deliver`.
  class round final : public errand {
  public:
    using errand::errand;

  protected:
    bool run(context* ctx) override {
      return static_cast<timekeeper&>(of()).deliver(ctx);
    }
  };

  struct delivery {
    caf::weak_actor_ptr to;
    timer::maker make = nullptr;
    timer::capsule what{};
  };

  // -- CAF's clock ------------------------------------------------------------

  void rung(std::uint64_t number) {
    std::unique_lock guard{mutex_};
    clock_thread_ = std::this_thread::get_id();
    const auto next = alarm_.next(system_->clock(), number == last_number_);
    if (!next)
      return;
    armed_ = *next;
    if (!heap_.empty())
      look(guard);
  }

  void look(std::unique_lock<std::mutex>& guard) {
    if (std::exchange(looking_, true))
      return;
    guard.unlock();
    round_.submit(nullptr);
  }

  // Whoever tells the clock something waits while its ring is full, so its own
  // thread must not. One at a time does, for the order to be right.
  void arm(std::unique_lock<std::mutex>& guard, bool in_round) {
    if (looking_ || telling_ || heap_.empty() || heap_.front()->at_ >= armed_)
      return;
    const auto me = std::this_thread::get_id();
    if (!virtual_ && !in_round
        && (clock_thread_ == std::thread::id{} || clock_thread_ == me))
      return look(guard);
    telling_ = true;
    while (!heap_.empty() && heap_.front()->at_ < armed_) {
      const auto at = armed_ = heap_.front()->at_;
      const auto number = ++last_number_;
      alarm_.note(at);
      guard.unlock();
      alarm_.set(*this, at, number);
      guard.lock();
    }
    telling_ = false;
  }

  // -- the queue: a heap that knows where each is -----------------------------

  static bool before(const timer& x, const timer& y) noexcept {
    return x.at_ < y.at_ || (x.at_ == y.at_ && x.order_ < y.order_);
  }

  void place(timer& x, std::size_t i) noexcept {
    heap_[i] = &x;
    x.index_ = i;
  }

  void sift(timer& x) noexcept {
    auto i = x.index_;
    while (i > 0 && before(x, *heap_[(i - 1) / 2])) {
      place(*heap_[(i - 1) / 2], i);
      i = (i - 1) / 2;
    }
    for (;;) {
      auto child = 2 * i + 1;
      if (child + 1 < heap_.size() && before(*heap_[child + 1], *heap_[child]))
        ++child;
      if (child >= heap_.size() || !before(*heap_[child], x))
        break;
      place(*heap_[child], i);
      i = child;
    }
    place(x, i);
  }

  void take_out(timer& x) noexcept {
    const auto i = std::exchange(x.index_, timer::nowhere);
    auto& last = *heap_.back();
    heap_.pop_back();
    if (&last != &x) {
      place(last, i);
      sift(last);
    }
    // A burst leaves no memory behind.
    if (heap_.empty() && heap_.capacity() > 1024)
      std::vector<timer*>{}.swap(heap_);
  }

  // -- what is due ------------------------------------------------------------

  /// Returns whether there is more.
  bool deliver(context* ctx) {
    const auto now = system_->clock().now();
    std::array<delivery, 32> batch;
    std::size_t n = 0;
    {
      std::lock_guard guard{mutex_};
      for (; n < batch.size() && is_due(now); ++n) {
        auto& x = *heap_.front();
        take_out(x);
        batch[n].to.swap(x.to_);
        batch[n].make = x.make_;
        batch[n].what = x.what_;
      }
    }
    for (std::size_t i = 0; i < n; ++i)
      if (auto to = caf::actor_cast<caf::strong_actor_ptr>(batch[i].to))
        to->enqueue(batch[i].make(to, batch[i].what), ctx);
    std::unique_lock guard{mutex_};
    if (is_due(now))
      return true;
    looking_ = false;
    arm(guard, true);
    return false;
  }

  [[nodiscard]] bool is_due(time_point now) const noexcept {
    return !heap_.empty() && detail::is_due(heap_.front()->at_, now);
  }

  caf::actor_system* const system_;
  round round_;
  const bool virtual_;
  alarm alarm_;
  std::mutex mutex_;
  // Guarded by mutex_, from here on; so is what a timer says of its place.
  std::vector<timer*> heap_;
  std::uint64_t last_order_ = 0;
  /// When the clock sends the next reminder that counts, and its number.
  time_point armed_ = never;
  std::uint64_t last_number_ = alarm::no_number;
  std::thread::id clock_thread_;
  /// The scheduler has been told to run `deliver`.
  bool looking_ = false;
  /// Somebody is telling the clock.
  bool telling_ = false;
};

namespace {

timekeeper& keeper_of(const caf::strong_actor_ptr& x) noexcept {
  return *static_cast<timekeeper*>(x->get());
}

} // namespace

timers::timers(caf::actor_system& sys) {
  auto [keeper, made] = one_of_system<timekeeper>(sys, alarm::key());
  keeper_ = std::move(keeper);
  if (made)
    keeper_of(keeper_).begin();
}

void timer::set_timeout(time_point at, const caf::abstract_actor& to,
                        caf::message_id mid) {
  const maker make = [](const caf::strong_actor_ptr& self, const capsule& x) {
    caf::message_id answer;
    std::memcpy(&answer, x.bytes, sizeof(answer));
    return make_timeout_answer(self, answer);
  };
  wait(at, to, make, pack(mid), false);
}

std::shared_ptr<void> limit_wait(const timers& home, caf::local_actor& self,
                                 duration timeout, caf::message_id response) {
  if (timeout == duration::max())
    return nullptr;
  auto result = std::make_shared<timer>(home);
  result->set_timeout(detail::time_after(self.system().clock().now(), timeout),
                      self, response);
  return result;
}

void timer::cancel() noexcept {
  keeper_of(home_).cancel(*this);
}

void timer::wait(time_point at, const caf::abstract_actor& to, maker make,
                 const capsule& x, bool hasten) {
  if (at != never)
    keeper_of(home_).wait(*this, at, to, make, x, hasten);
  else if (!hasten)
    cancel();
}

} // namespace vigil::compat
