#pragma once

#include <vigil/detail/base/language.hpp>

#include <iterator>
#include <utility>
#include <vector>

namespace vigil::detail {

/// Calls user code about what waited, and user code may bring about more of the
/// same at once: who is let in and drops its place lets in the next. Calls that
/// come about inside such a call, for the same owner in the same thread, are
/// made after it: no depth grows with a queue.
///
/// Costs nothing where nobody has to be called. Other threads are not held up.
template <class T>
class flat_calls {
public:
  /// Calls `f(T&&)` for each of `xs`, in their order, and for all that comes
  /// about meanwhile; or leaves that to the call in which this one is. `f` must
  /// not throw, and may be the end of the owner.
  template <class F>
  static void run(const void* owner, std::vector<T>& xs, const F& f) noexcept {
    if (xs.empty())
      return;
    for (auto* i = top_; i != nullptr; i = i->below_)
      if (i->owner_ == owner) {
        i->later_.insert(i->later_.end(), std::make_move_iterator(xs.begin()),
                         std::make_move_iterator(xs.end()));
        xs.clear();
        return;
      }
    flat_calls mine{owner};
    do {
      for (auto& x : xs)
        f(std::move(x));
      xs.clear();
      xs.swap(mine.later_);
    } while (!xs.empty());
  }

  flat_calls(const flat_calls&) = delete;
  flat_calls& operator=(const flat_calls&) = delete;

private:
  explicit flat_calls(const void* owner) noexcept
    : owner_(owner), below_(std::exchange(top_, this)) {
    // nop
  }

  ~flat_calls() {
    top_ = below_;
  }

  static inline thread_local flat_calls* top_ = nullptr;

  const void* owner_;
  flat_calls* below_;
  std::vector<T> later_;
};

} // namespace vigil::detail
