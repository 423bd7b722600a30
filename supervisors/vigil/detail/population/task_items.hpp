#pragma once

#include <vigil/detail/task/task_call.hpp>

#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace vigil::detail {

template <class T>
struct is_optional : std::false_type {};

template <class T>
struct is_optional<std::optional<T>> : std::true_type {};

/// A callable that returns an optional: nothing at the end.
template <class T>
concept item_generator = requires(T& x) {
  requires is_optional<std::remove_cvref_t<decltype(x())>>::value;
};

template <class T>
concept item_range = requires(T& x) {
  *std::begin(x);
  std::end(x);
};

/// Hands out the items of a range one by one; looks at none before it is asked
/// for. A range that is an lvalue is referred to, others are kept.
template <class Range>
class range_items {
public:
  explicit range_items(Range&& x) : range_(std::forward<Range>(x)) {
    // nop
  }

  range_items(const range_items&) = delete;
  range_items& operator=(const range_items&) = delete;

  [[nodiscard]] auto next() {
    using item = std::remove_cvref_t<decltype(*std::begin(range_))>;
    if (at_)
      ++*at_;
    else
      at_.emplace(std::begin(range_));
    return *at_ != std::end(range_) ? std::optional<item>{**at_} : std::nullopt;
  }

private:
  Range range_;
  std::optional<decltype(std::begin(std::declval<Range&>()))> at_;
};

/// The same for a generator.
template <class F>
class generated_items {
public:
  explicit generated_items(F&& x) : f_(std::forward<F>(x)) {
    // nop
  }

  [[nodiscard]] auto next() {
    return f_();
  }

private:
  F f_;
};

template <class Source>
[[nodiscard]] auto items_of(Source&& x) {
  if constexpr (item_generator<Source>)
    return std::make_shared<generated_items<Source>>(std::forward<Source>(x));
  else
    return std::make_shared<range_items<Source>>(std::forward<Source>(x));
}

/// Starts the task of the next item. Returns nothing at the end of the input.
template <class T>
using next_task
  = std::function<std::optional<result<std::shared_ptr<task_state<T>>>>(
    compat::context*)>;

/// Takes apart input and function of a stream.
template <class Source, class F>
struct stream_traits {
  static_assert(item_range<Source> || item_generator<Source>,
                "vigil: the input of async_stream is a range, or a callable "
                "that returns a std::optional, empty at the end");

  using items =
    typename decltype(items_of<Source>(std::declval<Source>()))::element_type;
  using item = typename decltype(std::declval<items&>().next())::value_type;
  using call = item_call<F, item>;
  using value_type = typename task_traits<call>::value_type;

  [[nodiscard]] static next_task<value_type>
  make(std::shared_ptr<task_set> population, Source&& x, F f,
       task_place where) {
    auto from = items_of<Source>(std::forward<Source>(x));
    auto shared = std::make_shared<const F>(std::move(f));
    return [=](compat::context* ctx)
             -> std::optional<result<std::shared_ptr<task_state<value_type>>>> {
      auto next = from->next();
      if (!next)
        return std::nullopt;
      auto task = std::make_shared<task_of<call>>(
        population, restart_policy::temporary, call{shared, std::move(*next)});
      if (auto begun = task->launch(ctx, where); !begun)
        return begun.error();
      return std::shared_ptr<task_state<value_type>>{std::move(task)};
    };
  }
};

} // namespace vigil::detail
