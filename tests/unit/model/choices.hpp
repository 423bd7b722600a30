#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace vigil::test {

/// Enumerates every run of a function that makes its decisions by `pick`.
///
/// The function is run again and again; `next` moves on to the first run that
/// was not seen yet, in the order of a depth-first search. It need not know
/// beforehand how many decisions a run makes, nor between how many options.
class choices {
public:
  /// Returns a number below `options`.
  /// @pre `options > 0`, and the same as in the run before up to here
  std::size_t pick(std::size_t options) {
    if (at_ == taken_.size())
      taken_.push_back({0, options});
    return taken_[at_++].value;
  }

  /// Returns one of `xs`.
  template <class T>
  const T& pick(const std::vector<T>& xs) {
    return xs[pick(xs.size())];
  }

  /// Prepares the next run. Returns false if there is none.
  bool next() {
    at_ = 0;
    while (!taken_.empty() && taken_.back().value + 1 == taken_.back().options)
      taken_.pop_back();
    if (taken_.empty())
      return false;
    ++taken_.back().value;
    return true;
  }

  /// Says where this run went, such as `0.2.1`.
  [[nodiscard]] std::string text() const {
    std::string result;
    for (const auto& x : taken_) {
      if (!result.empty())
        result += '.';
      result += std::to_string(x.value);
    }
    return result;
  }

private:
  struct decision {
    std::size_t value;
    std::size_t options;
  };

  std::vector<decision> taken_;
  std::size_t at_ = 0;
};

} // namespace vigil::test
