#include <vigil/resource_gauge.hpp>

#include <algorithm>
#include <utility>

namespace vigil {

namespace detail {

void resource_board::release() {
  {
    const std::lock_guard guard{mutex_};
    readings_.clear();
    why_ = nullptr;
    shedding_.store(false, std::memory_order_relaxed);
  }
  claimed_.store(false, std::memory_order_relaxed);
}

void resource_board::write(std::vector<resource_reading> readings,
                           const resource_reading* refused,
                           const std::string& path) {
  std::shared_ptr<const failure> why;
  if (refused != nullptr)
    why = std::make_shared<const failure>(errc::resource_exhausted,
                                          to_string(*refused), path);
  const std::lock_guard guard{mutex_};
  readings_.swap(readings);
  why_.swap(why);
  shedding_.store(why_ != nullptr, std::memory_order_relaxed);
}

result<void> resource_board::refusal() const {
  std::shared_ptr<const failure> why;
  {
    const std::lock_guard guard{mutex_};
    why = why_;
  }
  if (why == nullptr)
    return success();
  return *why;
}

std::vector<resource_reading> resource_board::readings() const {
  const std::lock_guard guard{mutex_};
  return readings_;
}

} // namespace detail

resource_level resource_gauge::level() const {
  auto result = resource_level::normal;
  for (const auto& x : readings())
    result = std::max(result, x.level);
  return result;
}

} // namespace vigil
