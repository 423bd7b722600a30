#pragma once

#include <vigil/errc.hpp>

#include <boost/outcome/basic_outcome.hpp>
#include <boost/outcome/policy/all_narrow.hpp>

#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace vigil {

/// A code and a text: what a handler says when it cannot give a value.
struct VIGIL_EXPORT reason {
  std::error_code code;
  std::string text;
};

/// A failure that is only an answer: the requester gets it, the actor lives on.
struct VIGIL_EXPORT error_reason : reason {};

/// A failure that restarts the child: the requester gets it, then the
/// incarnation ends and its supervisor's policy decides.
struct VIGIL_EXPORT fault_reason : reason {};

/// Names an expected failure. The code is of any `std::error_code` enum.
[[nodiscard]] inline error_reason error(std::error_code code,
                                        std::string text = {}) {
  return {{code, std::move(text)}};
}

/// Names an expected failure without a code of its own.
[[nodiscard]] inline error_reason error(std::string text) {
  return {{errc::unspecified, std::move(text)}};
}

/// Names a fault: the failure after which the state is not to be trusted.
[[nodiscard]] inline fault_reason fault(std::error_code code,
                                        std::string text = {}) {
  return {{code, std::move(text)}};
}

/// Names a fault without a code of its own.
[[nodiscard]] inline fault_reason fault(std::string text) {
  return {{errc::unspecified, std::move(text)}};
}

/// What a handler of a supervised child returns: a value, an error or a fault.
///
/// - a value is the reply,
/// - `error(…)` is the reply, and the actor lives on (expected),
/// - `fault(…)` is the reply, and the actor restarts (let it crash).
///
/// It is Boost.Outcome's `basic_outcome`; reading a state that it is not in is
/// undefined, as with `std::optional::operator*`.
template <class T>
using outcome = BOOST_OUTCOME_V2_NAMESPACE::basic_outcome<
  T, error_reason, fault_reason,
  BOOST_OUTCOME_V2_NAMESPACE::policy::all_narrow>;

/// Returns whether an outcome is an error: expected, the actor lives on.
template <class T>
[[nodiscard]] bool is_error(const outcome<T>& x) noexcept {
  return x.has_error();
}

/// Returns whether an outcome is a fault: the child restarts.
template <class T>
[[nodiscard]] bool is_fault(const outcome<T>& x) noexcept {
  return x.has_exception();
}

/// Returns the error; undefined unless `is_error(x)`.
template <class T>
[[nodiscard]] const error_reason& error_of(const outcome<T>& x) noexcept {
  return x.assume_error();
}

template <class T>
[[nodiscard]] error_reason error_of(outcome<T>&& x) noexcept {
  return std::move(x).assume_error();
}

/// Returns the fault; undefined unless `is_fault(x)`.
template <class T>
[[nodiscard]] const fault_reason& fault_of(const outcome<T>& x) noexcept {
  return x.assume_exception();
}

template <class T>
[[nodiscard]] fault_reason fault_of(outcome<T>&& x) noexcept {
  return std::move(x).assume_exception();
}

/// Tells whether `T` is an `outcome`.
template <class T>
struct is_outcome : std::false_type {};

template <class T>
struct is_outcome<outcome<T>> : std::true_type {};

template <class T>
inline constexpr bool is_outcome_v = is_outcome<T>::value;

} // namespace vigil
