#include <vigil/caf.hpp>
#include <vigil/internal/child/waiting_room.hpp>

#include <algorithm>
#include <mutex>

namespace vigil::detail {

waiting_room::list waiting_room::take_all() {
  list result;
  result.reserve(size());
  while (auto x = take())
    result.push_back(std::move(x));
  return result;
}

// One look costs as much as there are messages. Who finds nobody gone has paid
// for the next with the messages that come until then.
// Who comes while another one looks, looks too: the places are not free yet.
std::optional<waiting_room::requests> waiting_room::look() {
  credit_ += std::min(share, all - credit_);
  if (credit_ < size() && looking_ == 0)
    return std::nullopt;
  credit_ = 0;
  ++looking_;
  requests result;
  result.reserve(size());
  for (const auto& queue : queues_)
    for (const auto& x : queue)
      if (compat::is_request(*x.message))
        result.emplace_back(x.number, request_id_of(*x.message));
  return result;
}

waiting_room::list waiting_room::take_out(const std::vector<ticket>& xs) {
  list result;
  --looking_;
  if (xs.empty())
    return result;
  for (auto& queue : queues_) {
    auto to = queue.begin();
    for (auto& x : queue)
      if (std::binary_search(xs.begin(), xs.end(), x.number))
        result.push_back(std::move(x.message));
      else
        *to++ = std::move(x);
    queue.erase(to, queue.end());
  }
  size_ -= result.size();
  if (!result.empty())
    credit_ = all;
  return result;
}

waiting_room::list take_gone(waiting_room& from, spin_lock& lock) {
  std::optional<waiting_room::requests> there;
  {
    std::lock_guard guard{lock};
    there = from.look();
  }
  if (!there)
    return {};
  std::vector<waiting_room::ticket> gone;
  for (const auto& [ticket, request] : *there)
    if (nobody_waits(request))
      gone.push_back(ticket);
  std::sort(gone.begin(), gone.end());
  std::lock_guard guard{lock};
  return from.take_out(gone);
}

} // namespace vigil::detail
