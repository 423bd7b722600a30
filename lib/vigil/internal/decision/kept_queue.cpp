#include <vigil/internal/decision/kept_queue.hpp>

#include <utility>

namespace vigil::detail {

void kept_queue::keep_exit(core_child& x, child_exit how) {
  x.kept_exit = ++last_ticket_;
  kept_.emplace_back(kept_exit{x.uid, x.kept_exit, std::move(how)});
}

void kept_queue::keep(kept_start x) {
  kept_.emplace_back(std::move(x));
}

void kept_queue::keep(kept_call x) {
  kept_.emplace_back(std::move(x));
}

bool kept_queue::empty() const noexcept {
  return kept_.empty();
}

std::size_t kept_queue::size() const noexcept {
  return kept_.size();
}

kept_t kept_queue::take() {
  auto result = std::move(kept_.front());
  kept_.pop_front();
  return result;
}

std::deque<kept_t> kept_queue::take_all() {
  return std::exchange(kept_, {});
}

} // namespace vigil::detail
