#pragma once

#include <vigil/failure.hpp>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/base.hpp>

#include <exception>
#include <string>
#include <utility>

namespace vigil {

/// Thrown by `result<T>::value()` when the result is a failure. Nothing else in
/// the library throws it: who asks first (`if (r)`) never meets it.
class VIGIL_EXPORT bad_result_access : public std::exception {
public:
  explicit bad_result_access(failure why);

  /// Returns the failure that stood where a value was expected.
  [[nodiscard]] const failure& why() const noexcept {
    return why_;
  }

  [[nodiscard]] const char* what() const noexcept override;

private:
  failure why_;
  std::string text_;
};

namespace detail {

namespace outcome_v2 = BOOST_OUTCOME_V2_NAMESPACE;

/// Turns wide access to the wrong state into `bad_result_access`.
struct VIGIL_EXPORT result_policy : outcome_v2::policy::base {
  template <class Impl>
  static constexpr void wide_value_check(Impl&& self) {
    if (!base::_has_value(std::forward<Impl>(self)))
      throw bad_result_access(base::_error(std::forward<Impl>(self)));
  }

  template <class Impl>
  static constexpr void wide_error_check(Impl&& self) {
    if (!base::_has_error(std::forward<Impl>(self)))
      throw bad_result_access(failure{errc::unspecified, "no failure here"});
  }
};

} // namespace detail

/// A value or a `failure`: what every call of the library returns that can go
/// wrong. It is Boost.Outcome's `basic_result`, so `BOOST_OUTCOME_TRY` and the
/// rest of that library work with it.
template <class T>
using result
  = detail::outcome_v2::basic_result<T, failure, detail::result_policy>;

/// Returns the success of a `result<void>`.
[[nodiscard]] inline auto success() {
  return detail::outcome_v2::success();
}

} // namespace vigil
