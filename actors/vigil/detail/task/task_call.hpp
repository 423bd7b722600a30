#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/caf/caf_types.hpp>
#include <vigil/detail/child/guarded_handler.hpp>
#include <vigil/detail/child/holds_tree.hpp>
#include <vigil/detail/child/is_null.hpp>
#include <vigil/task_promise.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace vigil::detail {

/// One call of a function that many tasks share.
template <class F, class X>
struct item_call {
  std::shared_ptr<const F> f;
  X x;

  template <class... Ts>
    requires std::is_invocable_v<const F&, X&, Ts...>
  decltype(auto) operator()(Ts&&... xs) {
    return (*f)(x, std::forward<Ts>(xs)...);
  }
};

/// Finds the `T` of a last parameter `task_promise<T>`.
template <class Args>
struct promise_in {
  using type = void;
  static constexpr bool found = false;
};

template <class T>
struct promise_in<compat::type_list<task_promise<T>>> {
  using type = T;
  static constexpr bool found = true;
};

template <class T, class... Ts>
  requires(sizeof...(Ts) > 0)
struct promise_in<compat::type_list<T, Ts...>>
  : promise_in<compat::type_list<Ts...>> {};

template <class F>
struct promise_of : promise_in<compat::type_list<>> {};

template <has_call_operator F>
struct promise_of<F>
  : promise_in<typename compat::callable_trait<F>::arg_types> {};

template <class F, class X>
struct promise_of<item_call<F, X>> : promise_of<F> {};

/// What a task's function takes.
enum class task_form : std::uint8_t {
  none,
  nothing,
  token,
  promise,
  token_and_promise,
};

template <class F>
[[nodiscard]] constexpr task_form form_of() {
  if constexpr (promise_of<F>::found) {
    using promise = task_promise<typename promise_of<F>::type>;
    if constexpr (std::is_invocable_v<F&, promise>)
      return task_form::promise;
    else if constexpr (std::is_invocable_v<F&, std::stop_token, promise>)
      return task_form::token_and_promise;
    else
      return task_form::none;
  } else if constexpr (std::is_invocable_v<F&>) {
    return task_form::nothing;
  } else if constexpr (std::is_invocable_v<F&, std::stop_token>) {
    return task_form::token;
  } else {
    return task_form::none;
  }
}

/// Takes apart the function of a task.
template <class F>
struct task_traits : keeps_no_tree<F> {
  static constexpr task_form form = form_of<F>();
  static constexpr bool polite
    = form == task_form::token || form == task_form::token_and_promise;
  static constexpr bool promised
    = form == task_form::promise || form == task_form::token_and_promise;

  static_assert(form != task_form::none,
                "vigil: a task is a callable without parameters (in a stream: "
                "with the item alone), or with a std::stop_token, a "
                "vigil::task_promise<T>, or both in this order");

  [[nodiscard]] static auto value_tag() {
    if constexpr (promised)
      return std::type_identity<typename promise_of<F>::type>{};
    else if constexpr (form == task_form::token)
      return task_value<std::invoke_result_t<F&, std::stop_token>>{};
    else if constexpr (form == task_form::nothing)
      return task_value<std::invoke_result_t<F&>>{};
    else
      return task_value<void>{};
  }

  using value_type = typename decltype(value_tag())::type;
};

/// A task and its function.
template <class F>
class task_of final : public task_state<typename task_traits<F>::value_type> {
public:
  using traits = task_traits<F>;
  using value_type = typename traits::value_type;
  using super = task_state<value_type>;

  task_of(std::shared_ptr<task_set> population, restart_policy restart, F f)
    : super(std::move(population), restart, traits::polite), f_(std::move(f)) {
    // nop
  }

protected:
  void destroy_function() noexcept override {
    f_.reset();
  }

  bool work(compat::context* ctx) override {
    if constexpr (traits::promised)
      return work_promised(ctx);
    else
      return this->finish(outcome_of_call<value_type>([&]() -> decltype(auto) {
                            if constexpr (traits::polite)
                              return (*f_)(this->stop_token());
                            else
                              return (*f_)();
                          }),
                          ctx);
  }

private:
  bool work_promised(compat::context* ctx) {
    auto begun = outcome_of_call<void>([&] {
      auto me = std::static_pointer_cast<super>(this->shared_from_this());
      auto owed = access::make<task_promise<value_type>>(
        std::make_shared<owed_answer<value_type>>(std::move(me),
                                                  this->number()));
      if constexpr (traits::polite)
        (*f_)(this->stop_token(), std::move(owed));
      else
        (*f_)(std::move(owed));
    });
    if (is_fault(begun))
      return this->finish(fault_of(std::move(begun)), ctx);
    return this->finish_promised(ctx);
  }

  std::optional<F> f_;
};

/// Makes a task. Fails with `errc::null_handle` if `f` is empty, and with
/// `errc::supervisor_down` without a population.
template <class F>
[[nodiscard]] result<std::shared_ptr<task_of<F>>>
make_task(const std::shared_ptr<task_set>& population, restart_policy restart,
          F f) {
  if (population == nullptr)
    return failure{errc::supervisor_down, "there is no task supervisor"};
  if (is_null(f))
    return failure{errc::null_handle, "the function of the task is empty",
                   population->cell().path};
  return std::make_shared<task_of<F>>(population, restart, std::move(f));
}

} // namespace vigil::detail
