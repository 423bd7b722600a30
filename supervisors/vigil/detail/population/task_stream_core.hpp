#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/task/incarnation_tie.hpp>
#include <vigil/task_stream.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace vigil::detail {

/// What a `stream_control` drives.
class VIGIL_EXPORT stream_core_base {
public:
  virtual ~stream_core_base() = default;
  virtual void pause(bool yes) = 0;
  virtual void stop() = 0;
};

/// The results of many tasks as calls in an actor. Belongs to one incarnation
/// of that actor, which keeps it alive; when it is destroyed, so are its tasks.
template <class Self, class T, class OnItem, class OnEnd>
class stream_core final
  : public stream_core_base,
    public std::enable_shared_from_this<stream_core<Self, T, OnItem, OnEnd>> {
public:
  stream_core(Self* self, next_task<T> next, const stream_options& options,
              std::size_t limit, OnItem on_item, OnEnd on_end)
    : self_(self), next_(std::move(next)), options_(options), limit_(limit),
      on_item_(std::move(on_item)), on_end_(std::move(on_end)) {
    // nop
  }

  ~stream_core() override {
    kill_rest();
  }

  void begin() {
    tie_ = std::make_unique<incarnation_tie>(*self_, this->shared_from_this());
    pump();
  }

  void pause(bool yes) override {
    paused_ = yes;
    if (!yes)
      pump();
  }

  void stop() override {
    over_ = true;
    kill_rest();
    pump();
  }

private:
  struct entry {
    std::size_t index;
    std::shared_ptr<task_base> task;
    std::optional<outcome<T>> result{};
  };

  // Handlers may call back: whoever is inside goes on with what has changed.
  void pump() {
    if (std::exchange(pumping_, true))
      return;
    auto me = this->shared_from_this();
    do {
      while (emit_next())
        ; // until the next result is not there
      while (!over_ && !paused_ && window_.size() < limit_)
        start_next();
    } while (can_emit());
    pumping_ = false;
    if (over_ && window_.empty() && !std::exchange(ended_, true)) {
      tie_->untie(self_->context());
      on_end_();
    }
  }

  void start_next() {
    auto started = next_(self_->context());
    if (!started) {
      over_ = true;
    } else if (auto& x = *started; !x) {
      over_ = true;
      window_.push_back({count_++, nullptr, failed<T>(x.error())});
    } else {
      window_.push_back({count_, x.value()});
      auto handler
        = [me = this->weak_from_this(), index = count_++](outcome<T> result) {
            if (auto core = me.lock())
              core->answered(index, std::move(result));
          };
      access::make<vigil::task<T>>(std::move(x.value()))
        .then(self_, std::move(handler), options_.timeout);
    }
  }

  void answered(std::size_t index, outcome<T> x) {
    const auto i = std::find_if(window_.begin(), window_.end(),
                                [=](auto& y) { return y.index == index; });
    if (i == window_.end())
      return;
    i->result.emplace(std::move(x));
    pump();
  }

  [[nodiscard]] typename std::deque<entry>::iterator next_ready() {
    if (options_.ordered)
      return !window_.empty() && window_.front().result ? window_.begin()
                                                        : window_.end();
    return std::find_if(window_.begin(), window_.end(),
                        [](const entry& x) { return x.result.has_value(); });
  }

  [[nodiscard]] bool can_emit() {
    return next_ready() != window_.end();
  }

  bool emit_next() {
    const auto i = next_ready();
    if (i == window_.end())
      return false;
    stream_item<T> item{i->index, std::move(*i->result)};
    window_.erase(i);
    const auto late
      = is_fault(item.result) && fault_of(item.result).code == errc::timeout;
    if (!wants_more(std::move(item))
        || (late && options_.on_timeout == on_timeout::exit)) {
      over_ = true;
      kill_rest();
    }
    return true;
  }

  bool wants_more(stream_item<T> x) {
    if constexpr (std::is_same_v<std::invoke_result_t<OnItem&, stream_item<T>>,
                                 bool>) {
      return on_item_(std::move(x));
    } else {
      on_item_(std::move(x));
      return true;
    }
  }

  void kill_rest() {
    for (auto& x : std::exchange(window_, {}))
      if (x.task != nullptr)
        x.task->stop(true);
  }

  Self* self_;
  next_task<T> next_;
  stream_options options_;
  std::size_t limit_;
  OnItem on_item_;
  OnEnd on_end_;
  std::unique_ptr<incarnation_tie> tie_;
  std::deque<entry> window_;
  std::size_t count_ = 0;
  bool paused_ = false;
  bool over_ = false;
  bool ended_ = false;
  bool pumping_ = false;
};

} // namespace vigil::detail
