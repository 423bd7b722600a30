#pragma once

#include <vigil/detail/base/language.hpp>

#include <caf/delegated.hpp>
#include <caf/expected.hpp>
#include <caf/message.hpp>
#include <caf/optional.hpp>
#include <caf/response_promise.hpp>
#include <caf/skip.hpp>
#include <caf/typed_response_promise.hpp>

#include <tuple>

namespace vigil::compat {

/// Whether CAF takes what a handler returns for the whole of its reply, with no
/// room for an error beside it.
template <class R>
inline constexpr bool is_whole_reply_v = false;

template <>
inline constexpr bool is_whole_reply_v<caf::skip_t> = true;

template <>
inline constexpr bool is_whole_reply_v<caf::message> = true;

template <>
inline constexpr bool is_whole_reply_v<caf::response_promise> = true;

template <class... Ts>
inline constexpr bool
  is_whole_reply_v<caf::typed_response_promise<Ts...>> = true;

template <class... Ts>
inline constexpr bool is_whole_reply_v<caf::delegated<Ts...>> = true;

template <class T>
inline constexpr bool is_whole_reply_v<caf::optional<T>> = true;

template <class T>
inline constexpr bool is_whole_reply_v<caf::expected<T>> = true;

template <class... Ts>
inline constexpr bool is_whole_reply_v<std::tuple<Ts...>> = true;

} // namespace vigil::compat
