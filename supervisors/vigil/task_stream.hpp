#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/population/task_items.hpp>
#include <vigil/task_many.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace vigil {

/// How the tasks of a stream run.
struct VIGIL_EXPORT stream_options {
  /// At most that many tasks at a time, those included whose results were not
  /// taken yet. Default: the workers of the scheduler.
  std::optional<any_count> max_concurrency{};

  /// Results come in the order of the input, or as they are ready.
  bool ordered = true;

  /// For each task; `duration::max()` is none.
  any_duration timeout = task_timeout;

  /// `exit` ends the stream with the first task that is late; `kill_task` goes
  /// on.
  vigil::on_timeout on_timeout = vigil::on_timeout::exit;

  /// Runs the tasks in the threads for work that blocks.
  bool blocking = false;
};

/// The result of one task of a stream.
template <class T>
struct stream_item {
  /// The position of its input, from 0.
  std::size_t index;
  outcome<T> result;
};

namespace detail {

/// Returns what is wrong with the options or the supervisor, or nothing.
[[nodiscard]] VIGIL_EXPORT std::optional<failure>
check(const stream_options& x, const task_set* population);

/// The same with the input and the function of the tasks.
template <class Source, class F>
[[nodiscard]] std::optional<failure>
check(const stream_options& x, const Source& items, const F& f,
      const std::shared_ptr<task_set>& population) {
  if constexpr (!item_range<Source>)
    if (is_null(items))
      return failure{errc::null_handle, "the input of the stream is empty"};
  if (is_null(f))
    return failure{errc::null_handle, "the function of the stream is empty"};
  return check(x, population.get());
}

[[nodiscard]] VIGIL_EXPORT std::size_t
concurrency_of(const stream_options& x, const task_set& population);

[[nodiscard]] inline task_place place_of(const stream_options& x) noexcept {
  return x.blocking ? task_place::blocking : task_place::scheduler;
}

} // namespace detail

/// The results of many tasks, one after the other: an input range for one loop.
///
/// Lazy: a task starts when there is room for it, so the input may be without
/// end. Waits as `task::await` does, and belongs to one thread. When it is
/// destroyed, tasks whose results were not taken are killed.
///
/// An item that cannot be started (`errc::max_children`,
/// `errc::supervisor_down`, …) is a fault, and the last one.
template <class T>
class VIGIL_EXPORT task_stream {
public:
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = stream_item<T>;
    using difference_type = std::ptrdiff_t;
    using pointer = value_type*;
    using reference = value_type&;

    explicit iterator(task_stream* x) : from_(x) {
      // nop
    }

    reference operator*() const {
      return *from_->current_;
    }

    pointer operator->() const {
      return &**this;
    }

    iterator& operator++() {
      from_->advance();
      return *this;
    }

    void operator++(int) {
      from_->advance();
    }

    friend bool operator==(const iterator& x, std::default_sentinel_t) {
      return x.at_end();
    }

  private:
    [[nodiscard]] bool at_end() const {
      return !from_->current_;
    }

    task_stream* from_;
  };

  task_stream(task_stream&&) noexcept = default;
  task_stream(const task_stream&) = delete;
  task_stream& operator=(const task_stream&) = delete;

  ~task_stream() {
    kill_rest();
  }

  [[nodiscard]] iterator begin() {
    if (!begun_)
      advance();
    return iterator{this};
  }

  [[nodiscard]] std::default_sentinel_t end() const noexcept {
    return {};
  }

private:
  friend class detail::access;

  task_stream(std::shared_ptr<detail::task_set> population,
              detail::next_task<T> next, const stream_options& options)
    : population_(std::move(population)), next_(std::move(next)),
      options_(options) {
    // nop
  }

  struct entry {
    std::size_t index;
    std::shared_ptr<detail::task_state<T>> task;
    time_point deadline;
  };

  using entries = std::deque<entry>;

  void advance() {
    begun_ = true;
    current_.reset();
    if (!over_)
      fill();
    if (window_.empty()) {
      current_ = std::exchange(refused_, std::nullopt);
      return;
    }
    auto ready = find_ready();
    if (ready == window_.end())
      ready = wait();
    if (ready != window_.end())
      take(ready);
  }

  void fill() {
    const auto limit = detail::concurrency_of(options_, *population_);
    while (!over_ && window_.size() < limit) {
      auto started = next_(nullptr);
      if (!started) {
        over_ = true;
      } else if (auto& task = *started; !task) {
        over_ = true;
        refused_.emplace(
          stream_item<T>{count_, detail::failed<T>(task.error())});
      } else {
        window_.push_back({count_++, std::move(task.value()), deadline()});
      }
    }
  }

  [[nodiscard]] time_point deadline() const {
    return detail::time_after(population_->cell().tree->last_now(),
                              options_.timeout);
  }

  [[nodiscard]] typename entries::iterator find_ready() {
    const auto last
      = options_.ordered ? std::next(window_.begin()) : window_.end();
    const auto i = std::find_if(window_.begin(), last, [](const entry& x) {
      return x.task->has_answer();
    });
    return i == last ? window_.end() : i;
  }

  // Returns the end if the next result is that of a task that is late.
  [[nodiscard]] typename entries::iterator wait() {
    std::vector<detail::task_base*> candidates;
    const auto n = options_.ordered ? 1 : window_.size();
    for (std::size_t i = 0; i < n; ++i)
      candidates.push_back(window_[i].task.get());
    auto first = window_.front().deadline;
    auto patience = duration::max();
    if (first != detail::never)
      patience = std::max(
        detail::time_between(population_->cell().tree->last_now(), first),
        duration::zero());
    auto waited = detail::wait_for(
      candidates, patience, [&] { return find_ready() != window_.end(); });
    if (waited)
      return find_ready();
    auto late = std::move(window_.front());
    window_.pop_front();
    late.task->stop(true);
    current_.emplace(
      stream_item<T>{late.index, detail::failed<T>(waited.error())});
    if (options_.on_timeout == on_timeout::exit
        || waited.error().code != errc::timeout)
      kill_rest();
    return window_.end();
  }

  void take(typename entries::iterator i) {
    current_.emplace(stream_item<T>{i->index, i->task->take()});
    window_.erase(i);
  }

  void kill_rest() {
    over_ = true;
    refused_.reset();
    for (auto& x : std::exchange(window_, {}))
      x.task->stop(true);
  }

  std::shared_ptr<detail::task_set> population_;
  detail::next_task<T> next_;
  stream_options options_;
  entries window_;
  std::size_t count_ = 0;
  std::optional<stream_item<T>> current_;
  std::optional<stream_item<T>> refused_;
  bool begun_ = false;
  bool over_ = false;
};

} // namespace vigil
