#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/population/task_definition.hpp>
#include <vigil/detail/population/task_stream_core.hpp>
#include <vigil/task_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace vigil {

/// What can be told of one task.
struct VIGIL_EXPORT task_info {
  std::uint64_t id;
  std::string path;
  child_state state;
  restart_policy restart;
};

/// Lets an actor steer a stream that it consumes. Belongs to that actor; does
/// nothing once the stream has ended.
class VIGIL_EXPORT stream_control {
public:
  stream_control() = default;

  /// Starts no more tasks; those that run still deliver.
  void pause() const {
    if (auto x = core_.lock())
      x->pause(true);
  }

  /// Takes `pause` back.
  void resume() const {
    if (auto x = core_.lock())
      x->pause(false);
  }

  /// Ends the stream and kills its tasks.
  void stop() const {
    if (auto x = core_.lock())
      x->stop();
  }

private:
  friend class detail::access;

  explicit stream_control(std::weak_ptr<detail::stream_core_base> x)
    : core_(std::move(x)) {
    // nop
  }

  std::weak_ptr<detail::stream_core_base> core_;
};

/// Refers to a running task supervisor: starts tasks.
///
/// Look it up by key (`tree[key]`, with `child_key<vigil::tasks_ref, "id">`) or
/// by path (`tree.find<vigil::tasks_ref>("id")`). It stays valid over restarts
/// of the supervisor, which end all tasks. Thread-safe; may be used in actors.
///
/// A task's function takes nothing, a `std::stop_token`, a `task_promise<T>`,
/// or both in this order. It returns a value, `void`, an `outcome` or a
/// `result`; what it throws is a fault. A task that has a stop token is given
/// time when it is asked to stop.
///
/// Starting a task is O(1) and sends no message. It fails with
/// `errc::max_children`, `errc::supervisor_down`, `errc::supervisor_stopping`,
/// or `errc::null_handle` for an empty function. `…_blocking` runs the function
/// in one of a bounded number of threads of their own, and fails with
/// `errc::max_children` if those are busy and their queue is full.
class VIGIL_EXPORT tasks_ref {
public:
  tasks_ref() = default;

  // -- one --------------------------------------------------------------------

  /// Starts a task that is linked to the calling actor: it is asked to stop
  /// when this incarnation of the actor ends, and a fault of the task ends the
  /// incarnation, as failed. An actor without a supervisor gets an exit
  /// message.
  template <class Self, class F>
  [[nodiscard]] auto async(Self* self, F f) const {
    return linked(self, std::move(f), detail::task_place::scheduler);
  }

  /// Starts a task whose fault is a result and nothing else.
  template <class F>
  [[nodiscard]] auto async_nolink(F f) const {
    return unlinked(std::move(f), detail::task_place::scheduler);
  }

  /// As `async`, for work that blocks.
  template <class Self, class F>
  [[nodiscard]] auto async_blocking(Self* self, F f) const {
    return linked(self, std::move(f), detail::task_place::blocking);
  }

  /// As `async_nolink`, for work that blocks.
  template <class F>
  [[nodiscard]] auto async_blocking(F f) const {
    return unlinked(std::move(f), detail::task_place::blocking);
  }

  /// Starts a task that nobody waits for. Returns its number. It is started
  /// again as `restart` says, out of the budget of the supervisor; then its
  /// function is called more than once.
  template <class F>
  result<std::uint64_t> start_child(F f, restart_policy restart
                                         = restart_policy::temporary) const {
    return fire(std::move(f), restart, detail::task_place::scheduler);
  }

  /// As `start_child`, for work that blocks.
  template <class F>
  result<std::uint64_t> start_blocking(F f, restart_policy restart
                                            = restart_policy::temporary) const {
    return fire(std::move(f), restart, detail::task_place::blocking);
  }

  // -- many -------------------------------------------------------------------

  /// Returns the results of `f(item)` for all items of a range or of a callable
  /// that returns a `std::optional`, as a lazy range for a thread that may
  /// block. `f` is called in many threads at once. An input that is an lvalue
  /// is referred to, and has to outlive the stream. Fails with
  /// `errc::out_of_range`, `errc::negative_delay` or `errc::bad_combination` if
  /// the options make no sense.
  template <class Source, class F>
  [[nodiscard]] auto async_stream(Source&& items, F f,
                                  const stream_options& options = {}) const {
    using traits = detail::stream_traits<Source, F>;
    using stream = task_stream<typename traits::value_type>;
    if (auto wrong = detail::check(options, items, f, population_))
      return result<stream>{std::move(*wrong)};
    return result<stream>{detail::access::make<stream>(
      population_,
      traits::make(population_, std::forward<Source>(items), std::move(f),
                   detail::place_of(options)),
      options)};
  }

  /// As above, in an event-based actor: calls `on_item(stream_item<T>)` for
  /// each result and `on_end()` after the last one, unless this incarnation of
  /// the actor ends before, which kills the tasks. The input is kept: an lvalue
  /// is copied. If `on_item` returns false,
  /// the stream ends.
  template <class Self, class Source, class F, class OnItem, class OnEnd>
  result<stream_control> async_stream(Self* self, Source&& items, F f,
                                      const stream_options& options,
                                      OnItem on_item, OnEnd on_end) const {
    static_assert(!std::is_base_of_v<caf::blocking_actor, Self>,
                  "vigil: a blocking actor consumes a stream as a range; leave "
                  "self and the handlers out");
    using input = std::remove_cvref_t<Source>;
    static_assert(std::is_constructible_v<input, Source>,
                  "vigil: in an actor, async_stream keeps its input, as the "
                  "handler returns before it is read: std::move it, or give "
                  "what can be copied");
    using traits = detail::stream_traits<input, F>;
    using core
      = detail::stream_core<Self, typename traits::value_type, OnItem, OnEnd>;
    if (auto wrong = detail::check(options, items, f, population_))
      return std::move(*wrong);
    if (detail::is_null(on_item) || detail::is_null(on_end))
      return failure{errc::null_handle, "a handler of the stream is null"};
    auto x = std::make_shared<core>(
      self,
      traits::make(population_, input(std::forward<Source>(items)),
                   std::move(f), detail::place_of(options)),
      options, detail::concurrency_of(options, *population_),
      std::move(on_item), std::move(on_end));
    auto control = detail::access::make<stream_control>(x);
    x->begin();
    return control;
  }

  // -- children ---------------------------------------------------------------

  /// Returns the number of tasks that are not over. O(1).
  [[nodiscard]] std::size_t size() const noexcept {
    return population_ != nullptr ? population_->size() : 0;
  }

  /// Returns what can be told of all tasks, in no particular order. O(n).
  [[nodiscard]] std::vector<task_info> children() const;

  /// Ends a task: asks, waits as long as `task_shutdown` says, then kills it.
  /// Fails with `errc::not_found`, and in an actor with `errc::would_block`.
  /// Whoever waits for the task gets its answer.
  result<void> terminate_child(std::uint64_t id) const;

private:
  friend class detail::access;

  explicit tasks_ref(const detail::child_cell& x)
    : population_(detail::task_set_of(x)) {
    // nop
  }

  template <class F>
  [[nodiscard]] auto unlinked(F f, detail::task_place where) const {
    using made = task<typename detail::task_traits<F>::value_type>;
    auto x
      = detail::make_task(population_, restart_policy::temporary, std::move(f));
    if (!x)
      return result<made>{x.error()};
    if (auto begun = x.value()->launch(nullptr, where); !begun)
      return result<made>{begun.error()};
    return result<made>{detail::access::make<made>(std::move(x).value())};
  }

  template <class Self, class F>
  [[nodiscard]] auto linked(Self* self, F f, detail::task_place where) const {
    using made = task<typename detail::task_traits<F>::value_type>;
    auto x
      = detail::make_task(population_, restart_policy::temporary, std::move(f));
    if (!x)
      return result<made>{x.error()};
    x.value()->link_to(*self);
    if (auto begun = x.value()->launch(self->context(), where); !begun)
      return result<made>{begun.error()};
    return result<made>{detail::access::make<made>(std::move(x).value())};
  }

  template <class F>
  result<std::uint64_t> fire(F f, restart_policy restart,
                             detail::task_place where) const {
    auto x = detail::make_task(population_, restart, std::move(f));
    if (!x)
      return x.error();
    const auto id = x.value()->uid;
    if (auto begun = x.value()->launch(nullptr, where); !begun)
      return begun.error();
    return id;
  }

  std::shared_ptr<detail::task_set> population_;
};

/// Deprecated: kept until 0.3.
using tasks [[deprecated("vigil: it is tasks_ref now")]] = tasks_ref;

} // namespace vigil
