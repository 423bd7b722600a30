#include "ledger.hpp"

#include <algorithm>

namespace fhir_intake {

bool ledger::begin(std::uint64_t seq) {
  std::lock_guard guard{mutex_};
  if (seq < base_)
    return false;
  auto index = static_cast<std::size_t>(seq - base_);
  if (index == settled_.size()) {
    settled_.push_back(false);
    ++totals_.read;
  }
  return !settled_.at(index);
}

bool ledger::store(std::uint64_t seq) {
  std::lock_guard guard{mutex_};
  if (!settle(seq))
    return false;
  ++totals_.stored;
  return true;
}

bool ledger::reject(std::uint64_t seq, const std::string& why,
                    const std::string& where, bool damaged_on_request) {
  std::lock_guard guard{mutex_};
  if (!settle(seq))
    return false;
  ++totals_.rejected;
  if (damaged_on_request)
    ++totals_.damaged;
  auto known = reasons_.contains(why) || reasons_.size() < max_reasons;
  auto& entry = reasons_[known ? why : "other"];
  if (entry.count++ == 0)
    entry.first = where;
  return true;
}

std::uint64_t ledger::resume_at() const {
  std::lock_guard guard{mutex_};
  return base_;
}

ledger::totals ledger::count() const {
  std::lock_guard guard{mutex_};
  return totals_;
}

std::vector<ledger::reason> ledger::reasons() const {
  std::vector<reason> result;
  {
    std::lock_guard guard{mutex_};
    for (const auto& [text, entry] : reasons_)
      result.push_back({text, entry.count, entry.first});
  }
  std::ranges::stable_sort(result, std::ranges::greater{}, &reason::count);
  return result;
}

bool ledger::settle(std::uint64_t seq) {
  if (seq < base_)
    return false;
  auto index = static_cast<std::size_t>(seq - base_);
  if (index >= settled_.size() || settled_[index])
    return false;
  settled_[index] = true;
  while (!settled_.empty() && settled_.front()) {
    settled_.pop_front();
    ++base_;
  }
  return true;
}

} // namespace fhir_intake
