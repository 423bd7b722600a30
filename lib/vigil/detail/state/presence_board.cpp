#include <vigil/detail/state/presence_board.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace vigil::detail {

void presence_board::listen(const child_record& who, const void* key,
                            listener f) {
  auto call = std::make_shared<const listener>(std::move(f));
  std::lock_guard guard{mutex_};
  listeners_[&who].push_back({key, std::move(call)});
}

void presence_board::forget(const child_record* who, const void* key) {
  std::vector<entry> released;
  std::lock_guard guard{mutex_};
  auto i = listeners_.find(who);
  if (i == listeners_.end())
    return;
  auto& all = i->second;
  auto mine = std::partition(all.begin(), all.end(),
                             [key](const entry& x) { return x.key != key; });
  std::move(mine, all.end(), std::back_inserter(released));
  all.erase(mine, all.end());
  if (all.empty())
    listeners_.erase(i);
}

void presence_board::tell(const child_record& who) const {
  std::vector<entry> calls;
  {
    std::lock_guard guard{mutex_};
    auto i = listeners_.find(&who);
    if (i == listeners_.end())
      return;
    calls = i->second;
  }
  for (const auto& x : calls)
    (*x.call)();
}

} // namespace vigil::detail
