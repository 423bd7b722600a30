#pragma once

#include <vigil/detail/caf/caf_0_17.hpp>

#include <caf/mailbox_element.hpp>
#include <caf/system_messages.hpp>

namespace vigil::compat {

// -- looking at messages ------------------------------------------------------

/// Returns the one value in the message if it is of type `T`, else null.
template <class T>
[[nodiscard]] T* get_if(mailbox_element& x) {
  auto& content = x.content();
  // As CAF's behaviors do: this tells most other types at once.
  if (content.type_token() != caf::make_type_token<T>()) [[likely]]
    return nullptr;
  return content.match_elements<T>() ? &content.template get_mutable_as<T>(0)
                                     : nullptr;
}

/// Returns whether a message is a response to a request of its receiver.
[[nodiscard]] inline bool is_response(const mailbox_element& x) noexcept {
  return x.mid.is_response();
}

/// Returns whether a message is a timeout with which CAF reminds a behavior or
/// a stream. Like responses, these carry numbers: their actor knows stale ones.
[[nodiscard]] inline bool is_timeout(const mailbox_element& x) noexcept {
  return x.content().type_token() == caf::make_type_token<caf::timeout_msg>();
}

/// Returns whether a message is of high priority. Cheap.
[[nodiscard]] inline bool is_urgent(const mailbox_element& x) noexcept {
  return x.mid.is_urgent_message();
}

[[nodiscard]] inline bool is_request(const mailbox_element& x) noexcept {
  return x.mid.is_request();
}

/// Returns whether a request was answered, or has a promise that it will be.
[[nodiscard]] inline bool is_answered(const mailbox_element& x) noexcept {
  return x.mid.is_answered();
}

} // namespace vigil::compat
