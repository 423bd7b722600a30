#pragma once

#include <vigil/caf_error.hpp>
#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/caf/caf_whole.hpp>
#include <vigil/detail/child/child_context.hpp>
#include <vigil/outcome.hpp>
#include <vigil/promise.hpp>

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

namespace vigil::detail {

template <class F>
concept has_call_operator
  = std::is_function_v<std::remove_pointer_t<F>> || requires {
  &F::operator();
};

/// What a handler that returns `R` looks like to CAF. `guarded` is false for
/// results that leave no room for an error.
template <class R>
struct reply_of {
  using type = caf::result<R>;
  static constexpr bool guarded = true;
};

template <>
struct reply_of<void> {
  using type = caf::result<void>;
  static constexpr bool guarded = true;
};

template <class T>
struct reply_of<outcome<T>> {
  using type = caf::result<T>;
  static constexpr bool guarded = true;
};

template <class... Ts>
struct reply_of<caf::result<Ts...>> {
  using type = caf::result<Ts...>;
  static constexpr bool guarded = true;
};

template <class... Ts>
struct reply_of<promise<Ts...>> {
  using type = caf::result<Ts...>;
  static constexpr bool guarded = true;
};

template <class R>
  requires compat::is_whole_reply_v<R>
struct reply_of<R> {
  using type = R;
  static constexpr bool guarded = false;
};

/// Tells the incarnation of `self` that it is at fault.
template <class Self>
void raise_fault(Self& self, child_context* context, reason&& why) {
  if (context != nullptr)
    context->fault(std::move(why));
  else
    self.quit(to_caf({why.code, std::move(why.text)}));
}

/// Makes the reply for a failure, or none if nobody waits for one.
template <class Reply>
[[nodiscard]] Reply refusal(caf::local_actor& self, child_context* context,
                            const reason& why, bool fault) {
  if (!self.current_message_id().is_request())
    return caf::response_promise{};
  failure x{why.code, why.text};
  x.fault = fault;
  return to_caf(context != nullptr ? context->complete(std::move(x)) : x);
}

template <class Self, class F, class R, class Args>
class guarded_handler;

template <class Self, class F, class R, class... Ts>
class guarded_handler<Self, F, R, compat::type_list<Ts...>> {
public:
  using reply = typename reply_of<R>::type;

  guarded_handler(Self* self, child_context* context, F f)
    : self_(self), context_(context), f_(std::move(f)) {
    // nop
  }

  reply operator()(Ts... xs) {
    try {
      return call(std::forward<Ts>(xs)...);
    } catch (const std::exception& e) {
      return fault({errc::exception, e.what()});
    } catch (...) {
      return fault({errc::exception, "unknown exception"});
    }
  }

private:
  reply call(Ts... xs) {
    if constexpr (std::is_void_v<R>) {
      f_(std::forward<Ts>(xs)...);
      return caf::unit;
    } else if constexpr (is_outcome_v<R>) {
      auto x = f_(std::forward<Ts>(xs)...);
      if (x.has_value()) [[likely]] {
        if constexpr (std::is_void_v<typename R::value_type>)
          return caf::unit;
        else
          return std::move(x).assume_value();
      }
      if (is_fault(x))
        return fault(fault_of(std::move(x)));
      return refusal<reply>(*self_, context_, error_of(x), false);
    } else {
      return f_(std::forward<Ts>(xs)...);
    }
  }

  reply fault(reason&& why) {
    auto answer = refusal<reply>(*self_, context_, why, true);
    raise_fault(*self_, context_, std::move(why));
    return answer;
  }

  Self* self_;
  child_context* context_;
  F f_;
};

template <class Self, class F>
[[nodiscard]] auto guard_handler(Self* self, child_context* context, F f) {
  using trait = compat::callable_trait<F>;
  using result_type = typename trait::result_type;
  if constexpr (reply_of<result_type>::guarded)
    return guarded_handler<Self, F, result_type, typename trait::arg_types>{
      self, context, std::move(f)};
  else
    return f;
}

} // namespace vigil::detail
