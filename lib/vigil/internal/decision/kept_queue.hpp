#pragma once

#include <vigil/detail/state/child_exit.hpp>
#include <vigil/internal/decision/core_child.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <variant>

namespace vigil::detail {

/// An exit that has to wait for the end of the plan.
struct kept_exit {
  child_uid child;
  std::uint64_t ticket;
  child_exit how;

  /// Returns whether the exit still counts; not if the child was dealt with in
  /// another way. `x` may be null.
  [[nodiscard]] bool counts_for(const core_child* x) const noexcept {
    return x != nullptr && x->kept_exit == ticket;
  }
};

/// A `start_child` that has to wait for the end of the initial start.
struct kept_start {
  call_id call;
  child_uid child;
  shared_spec spec;
};

/// Another call that has to.
struct kept_call {
  enum class what : std::uint8_t { terminate, restart, remove };

  what run;
  call_id call;
  std::string id;
};

using kept_t = std::variant<kept_exit, kept_start, kept_call>;

/// What came while a plan was under way, first come, first served.
class kept_queue {
public:
  /// The child is gone; from now on `x.kept_exit` is the exit's ticket.
  void keep_exit(core_child& x, child_exit how);

  void keep(kept_start x);
  void keep(kept_call x);

  [[nodiscard]] bool empty() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;

  /// Takes the first. @pre not empty
  [[nodiscard]] kept_t take();

  /// Takes all, in order.
  [[nodiscard]] std::deque<kept_t> take_all();

private:
  std::deque<kept_t> kept_;
  std::uint64_t last_ticket_ = 0;
};

} // namespace vigil::detail
