#pragma once

#include <vigil/detail/caf/caf_job.hpp>
#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/detail/task/incarnation_tie.hpp>
#include <vigil/detail/task/task_set.hpp>
#include <vigil/outcome.hpp>

#include <boost/container/small_vector.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace vigil::detail {

/// Where a task runs.
enum class task_place : std::uint8_t {
  /// On the scheduler, as actors do.
  scheduler,
  /// In a thread for work that blocks.
  blocking,
};

/// One task: the part that does not depend on the type of its result.
///
/// It has an *answer*, given once: what its function said, or a fault if it was
/// ended before. And it is *over*, and counts no more, once its function has
/// returned and its promise, if it has one, is settled: a thread cannot be
/// stopped by force, so a task that was killed may have answered long before it
/// is over. Thread-safe.
///
/// What may stand beside what at rest, while no thread is in a call of it but
/// the one that runs its function; `-` is: not, `any`: may be or not. `flaw`
/// says the same in code, and `docs/states.md` draws the phases.
///
///                queued  running      waiting    over
///   incarnation  any     yes          yes        any
///   stopping     -       any          if polite  any
///   killed       -       if stopping  -          if stopping
///   kept         -       any          -          any
///   claimed      -       if killed    -          any
///   let_go       -       -            -          any
///   linked       any     any          any        any
///
/// Besides: `answered` is `claimed`; there are `listeners` only as long as
/// there is no answer, and a `tie` only if the task is linked, too. `waiting`:
/// its function has returned, and its promise is not kept.
///
/// Memory orders: the thread that claims the answer writes it, and `failed_`,
/// and then sets `answered_` (release); a thread that finds it set (acquire)
/// may read them. `let_go_` is relaxed: of those who find the task over, one
/// destroys the function, and that it is over they know from `task_lock_`.
class VIGIL_EXPORT task_base : public child_record,
                               public compat::job,
                               public std::enable_shared_from_this<task_base> {
public:
  /// Called in the thread that answers.
  using listener = std::function<void(compat::context*)>;

  /// A `polite` task has a stop token: when asked to stop, it gets time.
  task_base(std::shared_ptr<task_set> population, restart_policy restart,
            bool polite);

  const std::uint64_t uid;
  list_links<task_base> links;

  [[nodiscard]] std::string path() const override;

  [[nodiscard]] task_set& population() const noexcept {
    return *population_;
  }

  /// Returns the number of its incarnation. A task has one at a time, also when
  /// it is left behind: then it is over.
  [[nodiscard]] std::uint64_t number() const noexcept {
    return incarnation.load(std::memory_order_relaxed);
  }

  /// Where it runs; known from `launch` on.
  [[nodiscard]] task_place place() const noexcept {
    return place_;
  }

  /// Returns the task whose function runs in this thread and may block; null if
  /// there is none.
  [[nodiscard]] static const task_base* blocking_here() noexcept;

  /// Takes the task into its population and has it run.
  [[nodiscard]] result<void> launch(compat::context* ctx, task_place where);

  /// Ends the task with the incarnation of `self`, and `self` with a fault of
  /// the task. Before `launch`, in the actor.
  void link_to(caf::local_actor& self);

  /// The incarnation of the actor it is linked to has ended.
  void owner_ended();

  /// Takes `link_to` back.
  void unlink(compat::context* ctx = nullptr);

  /// Asks the task to stop, or ends it by force.
  void stop(bool kill, compat::context* ctx = nullptr);

  /// Stops waiting for a task that does not even react to being killed.
  void leave_behind();

  [[nodiscard]] bool has_answer() const noexcept {
    return answered_.load(std::memory_order_acquire);
  }

  /// Returns whether the answer is an error or a fault.
  /// @pre `has_answer()`
  [[nodiscard]] bool has_failure() const noexcept {
    return failed_;
  }

  /// Calls `f` once when there is an answer, at once if there is one. `who` is
  /// to name whoever asks: it asks once at a time, and others do, too.
  void on_answer(const void* who, listener f);

  /// Has `who` not ask any more. It may be told at this moment.
  void ask_no_more(const void* who);

  enum class phase : std::uint8_t { queued, running, waiting, over };

  /// What the table above is about.
  struct books {
    task_base::phase phase{};
    bool incarnation = false;
    bool polite = false;
    bool stopping = false;
    bool killed = false;
    bool kept = false;
    bool claimed = false;
    bool answered = false;
    bool let_go = false;
    bool linked = false;
    bool tie = false;
    bool listeners = false;
  };

  /// For tests.
  [[nodiscard]] books look();

  /// Returns the first sentence of the table that does not hold, or null. For
  /// tests.
  [[nodiscard]] static const char* flaw(const books& x) noexcept;

protected:
  /// Runs one incarnation. Returns whether another is wanted.
  virtual bool work(compat::context* ctx) = 0;

  /// Answers with a fault, unless there is an answer.
  virtual void answer_fault(fault_reason why, compat::context* ctx) = 0;

  /// Destroys the function with all that it holds.
  virtual void destroy_function() noexcept = 0;

  bool run(compat::context* ctx) final;

  // -- for the typed part -----------------------------------------------------

  [[nodiscard]] std::stop_token stop_token() const noexcept {
    return stop_.get_token();
  }

  /// Returns whether nobody has answered; then the caller has to.
  [[nodiscard]] bool claim_answer();

  /// Makes the answer known. `fault` is null for values and errors.
  void publish_answer(bool failed, const fault_reason* fault,
                      compat::context* ctx);

  /// An incarnation ended by itself. Returns whether it is to be followed by
  /// another.
  [[nodiscard]] bool goes_on(const child_exit& how);

  /// The last incarnation is over. Returns false if that was known. Otherwise
  /// the caller answers, then calls `gone`.
  [[nodiscard]] bool leave(const child_exit& how);

  /// The function has returned for the last time, or will not be called. What
  /// it holds may hold the task: whoever ends the task has to call this.
  void let_go() noexcept;

  void gone();

  /// The function has returned. Returns whether the promise it was given was
  /// kept meanwhile; otherwise the incarnation goes on until it is.
  [[nodiscard]] bool promise_was_kept(compat::context* ctx);

  /// Has the next incarnation run.
  void run_again();

  /// The promise of an incarnation is kept. Returns whether that ends the
  /// incarnation. Calls `store` if the function has not returned yet; it must
  /// not run user code.
  template <class F>
  [[nodiscard]] bool keep_promise(std::uint64_t which, F store) {
    std::lock_guard guard{task_lock_};
    if (which != number())
      return false;
    if (phase_ == phase::running) {
      kept_ = true;
      store();
    }
    return phase_ == phase::waiting;
  }

private:
  [[nodiscard]] bool begin();
  void finish_stopped(bool kill, compat::context* ctx);
  void submit(compat::context* ctx);
  [[nodiscard]] result<void> submit_blocking();
  [[nodiscard]] bool is_over();

  const std::shared_ptr<task_set> population_;
  std::stop_source stop_;
  const bool polite_;
  spin_lock task_lock_;
  // Guarded by task_lock_, once the task is launched.
  phase phase_ = phase::queued;
  bool stopping_ = false;
  bool killed_ = false;
  bool claimed_ = false;
  bool kept_ = false;
  bool linked_ = false;
  // Set with task_lock_ held, read without it.
  std::atomic<bool> answered_{false};
  std::atomic<bool> let_go_{false};
  // Written in `launch`, before the task is in the population.
  task_place place_ = task_place::scheduler;
  struct asker {
    const void* who;
    listener f;
  };

  // Guarded by task_lock_. Few ask for more than one.
  boost::container::small_vector<asker, 1> askers_;
  // Written by who claimed the answer, before `answered_`.
  bool failed_ = false;
  // Guarded by task_lock_, once the task is launched.
  std::shared_ptr<incarnation_tie> tie_;
};

} // namespace vigil::detail
