#pragma once

#include <vigil/detail/base/language.hpp>

/// VIGIL_MARK("a sentence") stands on a branch that is taken rarely, and that
/// some test must take: a test program that is built with VIGIL_MARKS fails if
/// none did. In every other build it is nothing. For .cpp files only: of these
/// a test program builds its own.
#ifndef VIGIL_MARKS
#  define VIGIL_MARK(sentence) static_cast<void>(0)
#else
#  include <vector>

#  define VIGIL_MARK(sentence) \
    do { \
      struct here { \
        static const char* text() { \
          return sentence; \
        } \
      }; \
      ::vigil::detail::mark_at<here>::it.passed = true; \
    } while (false)

namespace vigil::detail {

struct mark {
  explicit mark(const char* text_) : text(text_) {
    all().push_back(this);
  }

  mark(const mark&) = delete;
  mark& operator=(const mark&) = delete;

  /// All marks of the program, passed or not.
  static std::vector<mark*>& all() {
    static std::vector<mark*> result;
    return result;
  }

  const char* text;
  bool passed = false;
};

template <class Where>
struct mark_at {
  static inline mark it{Where::text()};
};

} // namespace vigil::detail
#endif
