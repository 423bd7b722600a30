#include <vigil/detail/state/failure_log.hpp>
#include <vigil/internal/decision/failure_history.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

// A chain of causes is not kept: its text is.
void failure_history::add(failure x) {
  if (x.cause == nullptr)
    return put(std::move(x));
  if (x.code == errc::restart_limit_reached)
    return put(history_line(x));
  x.cause = nullptr;
  put(std::move(x));
}

void failure_history::replace(const std::vector<std::string>& lines) {
  ring_.clear();
  oldest_ = 0;
  const auto n = std::min(lines.size(), capacity);
  for (auto i = n; i > 0; --i)
    put(lines[i - 1]);
}

std::vector<std::string> failure_history::lines() const {
  struct as_text {
    std::string operator()(const std::string& x) const {
      return x;
    }
    std::string operator()(const failure& x) const {
      return history_line(x);
    }
  };
  std::vector<std::string> result;
  result.reserve(ring_.size());
  for (std::size_t i = ring_.size(); i > 0; --i)
    result.push_back(
      std::visit(as_text{}, ring_[(oldest_ + i - 1) % ring_.size()]));
  return result;
}

void failure_history::put(entry x) {
  if (ring_.size() < capacity) {
    ring_.push_back(std::move(x));
    return;
  }
  ring_[oldest_] = std::move(x);
  oldest_ = (oldest_ + 1) % capacity;
}

} // namespace vigil::detail
