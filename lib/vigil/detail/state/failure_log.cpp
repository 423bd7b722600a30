#include <vigil/detail/state/failure_log.hpp>

#include <algorithm>
#include <utility>

namespace vigil::detail {

std::string history_line(const failure& x) {
  if (x.code != errc::restart_limit_reached || x.cause == nullptr)
    return to_string(x);
  auto brief = x;
  brief.message = "because " + to_string(x.root_cause());
  return to_string(brief);
}

void failure_log::add(failure x) {
  write([&](failure& to) { to = std::move(x); });
}

std::optional<failure> failure_log::last(const std::string& path) const {
  auto all = newest_first();
  if (all.empty())
    return std::nullopt;
  if (all.front().path.empty())
    all.front().path = path;
  return std::move(all.front());
}

std::vector<std::string> failure_log::earlier(const std::string& path) const {
  std::vector<std::string> result;
  auto all = newest_first();
  result.reserve(all.size());
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].path.empty())
      all[i].path = path;
    result.push_back(history_line(all[i]));
  }
  return result;
}

std::vector<failure> failure_log::newest_first() const {
  std::vector<std::pair<std::uint64_t, failure>> found;
  for (auto& here : places_) {
    while (here.busy.exchange(true, std::memory_order_acquire))
      ; // the writer moves one value
    if (here.number > 0)
      found.emplace_back(here.number, here.value);
    here.busy.store(false, std::memory_order_release);
  }
  std::sort(found.begin(), found.end(),
            [](const auto& x, const auto& y) { return x.first > y.first; });
  std::vector<failure> result;
  result.reserve(found.size());
  for (auto& [number, value] : found)
    result.push_back(std::move(value));
  return result;
}

} // namespace vigil::detail
