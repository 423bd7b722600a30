#include <vigil/detail/base/due.hpp>
#include <vigil/internal/base/check_field.hpp>
#include <vigil/time_limiter_core.hpp>

#include <mutex>
#include <utility>

namespace vigil {

std::optional<failure> check(const time_limit_policy& policy,
                             std::string_view name) {
  detail::field_check out{"time limiter", name};
  out.above_zero("limit", policy.limit());
  return out.take();
}

result<std::shared_ptr<time_limiter_core>>
time_limiter_core::make(std::string name, const time_limit_policy& policy) {
  if (auto wrong = check(policy, name))
    return *std::move(wrong);
  return std::shared_ptr<time_limiter_core>{
    new time_limiter_core{std::move(name), policy.limit()}};
}

time_limiter_core::time_limiter_core(std::string name, any_duration limit)
  : name_(std::move(name)), limit_(limit) {
  // nop
}

std::uint64_t time_limiter_core::begin(time_point now) {
  std::lock_guard guard{lock_};
  order_.push_back({++last_, detail::time_after(now, limit_)});
  open_.insert(last_);
  return last_;
}

bool time_limiter_core::finish(std::uint64_t call) {
  std::lock_guard guard{lock_};
  if (open_.erase(call) == 0) {
    ++late_;
    return false;
  }
  drop_finished();
  return true;
}

std::vector<std::uint64_t> time_limiter_core::advance(time_point now) {
  std::vector<std::uint64_t> result;
  std::lock_guard guard{lock_};
  for (; !order_.empty() && detail::is_due(order_.front().end, now);
       order_.pop_front())
    if (open_.erase(order_.front().call) != 0)
      result.push_back(order_.front().call);
  drop_finished();
  return result;
}

std::optional<time_point> time_limiter_core::next_timer() {
  std::lock_guard guard{lock_};
  drop_finished();
  if (order_.empty())
    return std::nullopt;
  return order_.front().end;
}

std::size_t time_limiter_core::under_way() const {
  std::lock_guard guard{lock_};
  return open_.size();
}

std::size_t time_limiter_core::remembered() const {
  std::lock_guard guard{lock_};
  return order_.size();
}

std::uint64_t time_limiter_core::late() const {
  std::lock_guard guard{lock_};
  return late_;
}

// With the lock held.
void time_limiter_core::drop_finished() {
  while (!order_.empty() && open_.count(order_.front().call) == 0)
    order_.pop_front();
  // Those behind one that hangs would pile up.
  if (order_.size() > 2 * open_.size() + 64)
    std::erase_if(order_,
                  [&](const auto& x) { return open_.count(x.call) == 0; });
}

} // namespace vigil
