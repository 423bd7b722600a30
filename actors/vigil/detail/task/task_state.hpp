#pragma once

#include <vigil/detail/base/guarded.hpp>
#include <vigil/detail/task/task_base.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Takes apart what a task's function returns.
template <class R>
struct task_value {
  using type = std::remove_cvref_t<R>;
};

template <class T>
struct task_value<outcome<T>> {
  using type = T;
};

template <class T>
struct task_value<result<T>> {
  using type = T;
};

/// Returns the outcome that holds `x`.
template <class T, class X>
[[nodiscard]] outcome<T> outcome_of(X&& x) {
  using given = std::remove_cvref_t<X>;
  if constexpr (std::is_same_v<given, outcome<T>>) {
    return std::forward<X>(x);
  } else if constexpr (std::is_same_v<given, result<T>>) {
    if (!x)
      return error(x.error().code, x.error().message);
    if constexpr (std::is_void_v<T>)
      return success();
    else
      return outcome<T>{outcome_v2::in_place_type<T>,
                        std::forward<X>(x).assume_value()};
  } else {
    return outcome<T>{outcome_v2::in_place_type<T>, std::forward<X>(x)};
  }
}

/// Returns the fault that `why` is for whoever wanted an outcome.
template <class T>
[[nodiscard]] outcome<T> failed(const failure& why) {
  return fault(why.code, why.message);
}

/// Calls `f`. What it throws is a fault.
template <class T, class F>
[[nodiscard]] outcome<T> outcome_of_call(F f) {
  try {
    if constexpr (std::is_void_v<decltype(f())>) {
      f();
      return success();
    } else {
      return outcome_of<T>(f());
    }
  } catch (...) {
    return failed<T>(thrown_failure());
  }
}

/// One task whose result is an `outcome<T>`.
template <class T>
class VIGIL_EXPORT task_state : public task_base {
public:
  using task_base::task_base;

  /// Takes the answer out; there is one.
  [[nodiscard]] outcome<T> take() {
    return std::move(*answer_);
  }

  /// Keeps the promise of that incarnation; too late, and it means nothing.
  void keep(std::uint64_t which, outcome<T> x) {
    auto box = std::make_unique<outcome<T>>(std::move(x));
    if (keep_promise(which, [&] { early_.swap(box); }))
      if (finish(std::move(*box), nullptr))
        run_again();
  }

protected:
  /// An incarnation ended with `x`. Returns whether another is wanted.
  [[nodiscard]] bool finish(outcome<T>&& x, compat::context* ctx) {
    child_exit how;
    if (is_fault(x)) {
      const auto& why = fault_of(x);
      how = abnormal({why.code, why.text});
    }
    if (goes_on(how))
      return true;
    const auto last = leave(how);
    let_go();
    if (!last)
      return false;
    answer(std::move(x), ctx);
    gone();
    return false;
  }

  void answer_fault(fault_reason why, compat::context* ctx) final {
    answer(outcome<T>{std::move(why)}, ctx);
  }

  /// The function, which got a promise, has returned.
  [[nodiscard]] bool finish_promised(compat::context* ctx) {
    return promise_was_kept(ctx) && finish(std::move(*early_), ctx);
  }

private:
  void answer(outcome<T>&& x, compat::context* ctx) {
    if (!claim_answer())
      return;
    // There has to be an answer, also if the value throws when it is moved.
    if (const auto why = caught([&] { answer_.emplace(std::move(x)); }))
      answer_.emplace(failed<T>(*why));
    publish_answer(!answer_->has_value(),
                   is_fault(*answer_) ? &fault_of(*answer_) : nullptr, ctx);
  }

  std::optional<outcome<T>> answer_;
  std::unique_ptr<outcome<T>> early_;
};

} // namespace vigil::detail
