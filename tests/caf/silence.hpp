#pragma once

#include <caf/typed_response_promise.hpp>

namespace test {

/// Promises an answer that does not come as long as the actor lives: CAF 1.x
/// answers for who drops a promise.
template <class T, class Self>
[[nodiscard]] caf::typed_response_promise<T> never(Self* self) {
  auto result = self->template make_response_promise<T>();
  self->attach_functor([result] {});
  return result;
}

} // namespace test
