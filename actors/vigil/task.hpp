#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/caf/caf_request.hpp>
#include <vigil/detail/child/guarded_handler.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/detail/child/running.hpp>
#include <vigil/detail/task/task_state.hpp>
#include <vigil/detail/task/task_waiting.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace vigil {

/// How long a task is waited for unless told otherwise. OTP: 5 s.
inline constexpr duration task_timeout = std::chrono::seconds{5};

/// The one who asked for a task, waiting for its result: a value, an error, or
/// the fault it died of.
///
/// Made by `tasks::async` and `tasks::async_nolink`. Moves, and is not copied:
/// there is one result, and who asks twice gets `errc::result_taken`. Dropping
/// it drops the result; the task goes on, as in OTP (`cancel` ends it). Not
/// thread-safe; the task itself runs elsewhere.
///
/// `await`, `yield` and `shutdown` block. In a thread that runs actors they
/// refuse with `errc::would_block`, unless there is nothing to wait for; actors
/// use `then`. Under CAF's test coordinator they drive the virtual clock.
/// `duration::max()` waits for ever.
template <class T>
class VIGIL_EXPORT task {
public:
  using value_type = T;

  task() = default;

  task(task&&) noexcept = default;
  task& operator=(task&&) noexcept = default;
  task(const task&) = delete;
  task& operator=(const task&) = delete;
  ~task() = default;

  /// Returns whether the result has not been taken.
  [[nodiscard]] bool valid() const noexcept {
    return state_ != nullptr;
  }

  /// Returns the number of the task in its supervisor, or 0.
  [[nodiscard]] std::uint64_t id() const noexcept {
    return valid() ? state_->uid : 0;
  }

  /// Returns the path of the task, such as `"root/tasks/#7"`.
  [[nodiscard]] std::string path() const {
    return valid() ? state_->path() : std::string{};
  }

  /// Returns whether the result is there.
  [[nodiscard]] bool ready() const noexcept {
    return valid() && state_->has_answer();
  }

  // -- blocking ---------------------------------------------------------------

  /// Waits for the result. A task that does not make it in time is killed, and
  /// the result is a fault, `errc::timeout`. OTP: `Task.await`.
  [[nodiscard]] outcome<T> await(any_duration timeout = task_timeout) {
    if (!valid())
      return taken();
    if (auto waited = detail::wait_for(*state_, timeout); !waited) {
      if (waited.error().code == errc::timeout)
        give_up();
      return detail::failed<T>(waited.error());
    }
    return take();
  }

  /// Waits for the result; nothing if it is not there in time, and then the
  /// task goes on: ask again. OTP: `Task.yield`.
  [[nodiscard]] std::optional<outcome<T>> yield(any_duration timeout
                                                = task_timeout) {
    if (!valid())
      return taken();
    if (auto waited = detail::wait_for(*state_, timeout); waited)
      return take();
    else if (waited.error().code != errc::timeout)
      return detail::failed<T>(waited.error());
    return std::nullopt;
  }

  /// Ends the task: asks, waits that long, then kills it. Returns nothing if it
  /// ended for that, else its result. OTP: `Task.shutdown`.
  std::optional<outcome<T>> shutdown(shutdown_policy how = task_timeout) {
    if (!valid())
      return taken();
    const auto late = !how.brutal() && !how.infinite();
    if (!state_->has_answer()) {
      state_->unlink();
      if (auto done = detail::shut_down(*state_, how); !done)
        return detail::failed<T>(done.error());
    }
    auto result = take();
    if (!is_fault(result))
      return result;
    const auto& code = fault_of(result).code;
    if (code == errc::child_stopped || (code == errc::killed && !late))
      return std::nullopt;
    return result;
  }

  // -- at once ----------------------------------------------------------------

  /// Gives the result up and lets the task go on. Returns the result if it is
  /// there. Takes the link to the caller back. OTP: `Task.ignore`.
  std::optional<outcome<T>> ignore() {
    if (!valid())
      return taken();
    state_->unlink();
    if (state_->has_answer())
      return take();
    state_.reset();
    return std::nullopt;
  }

  /// Asks the task to end, and waits for nothing. What it answers is still its
  /// result; `errc::child_stopped` if it ended for that.
  void cancel() {
    if (valid()) {
      state_->unlink();
      state_->stop(false);
    }
  }

  // -- in actors --------------------------------------------------------------

  /// Calls `f(outcome<T>)` in the actor when there is a result, unless this
  /// incarnation ends before: the next one does not see the results of the one
  /// before it. With a timeout, a task that does not make it is killed, and
  /// the result is a fault, `errc::timeout`. A null function is a fault of the
  /// actor.
  template <class Self, class F>
  void then(Self* self, F f, any_duration timeout = duration::max());

private:
  friend class detail::access;

  explicit task(std::shared_ptr<detail::task_state<T>> x)
    : state_(std::move(x)) {
    // nop
  }

  /// An actor that asked with `then`. The task keeps the actor until it has
  /// answered, or until the incarnation ends, which forgets the question.
  struct asking {
    explicit asking(std::shared_ptr<detail::task_state<T>> x)
      : late(std::move(x)) {
      // nop
    }

    ~asking() {
      if (late.valid())
        late.state_->ask_no_more(this);
    }

    asking(const asking&) = delete;
    asking& operator=(const asking&) = delete;

    task late;
  };

  [[nodiscard]] outcome<T> take() {
    auto state = std::move(state_);
    return state->take();
  }

  /// The task is late: its result is not wanted any more.
  void give_up() {
    auto state = std::move(state_);
    state->unlink();
    state->stop(true);
  }

  [[nodiscard]] static outcome<T> taken() {
    return fault(errc::result_taken, "there is one result, and it was taken");
  }

  std::shared_ptr<detail::task_state<T>> state_;
};

template <class T>
template <class Self, class F>
void task<T>::then(Self* self, F f, any_duration timeout) {
  static_assert(!std::is_base_of_v<caf::blocking_actor, Self>,
                "vigil: a blocking actor waits with await or yield; then is "
                "for event-based actors");
  static_assert(std::is_invocable_v<F&, outcome<T>>,
                "vigil: the handler of then takes a vigil::outcome<T>, T being "
                "what the task's function returns");
  if (detail::is_null(f))
    return detail::raise_fault(
      *self, detail::context_of(*self),
      {errc::null_handle, "the function of then is null"});
  auto handler = std::make_shared<F>(std::move(f));
  if (!valid())
    return static_cast<void>((*handler)(taken()));
  if (timeout < duration::zero())
    return static_cast<void>(
      (*handler)(detail::failed<T>({errc::negative_delay, "the timeout"})));
  auto asked = std::make_shared<asking>(std::move(state_));
  auto& population = asked->late.state_->population();
  const auto answerer = caf::actor_cast<caf::actor>(population.answerer());
  compat::request_then<detail::task_done, caf::message_priority::normal>(
    *self, population.cell().tree->timers, answerer, timeout,
    [handler, asked](detail::task_done) { (*handler)(asked->late.take()); },
    [handler, asked](const caf::error& why) {
      asked->late.give_up();
      auto answer = to_failure(why);
      answer.message = "the task did not answer in time";
      (*handler)(detail::failed<T>(answer));
    },
    detail::task_wait{asked->late.state_, asked.get()});
}

} // namespace vigil
