#pragma once

#include <vigil/detail/base/language.hpp>

namespace vigil::detail {

class child_context;
class child_record;

/// Says that this thread runs that child and nothing else, until it ends.
VIGIL_EXPORT void dedicate_thread(const child_record& x) noexcept;

/// Marks a context as the one whose code runs in this thread.
class VIGIL_EXPORT running_child {
public:
  explicit running_child(child_context* x) noexcept;
  ~running_child();
  running_child(const running_child&) = delete;
  running_child& operator=(const running_child&) = delete;

private:
  child_context* previous_;
};

} // namespace vigil::detail
