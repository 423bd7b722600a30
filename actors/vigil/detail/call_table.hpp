#pragma once

#include <vigil/detail/spin_lock.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace vigil::detail {

/// The calls that a front has passed on and that have not come back.
///
/// Each has a number that no other call of this table has; who takes a call out
/// is the only one. Thread-safe; a few instructions in a lock for each call.
template <class Call>
class call_table {
public:
  /// Adds a call. `end` is when its time is over, never before that of an
  /// earlier call; or `never`.
  std::uint64_t add(Call x, time_point end = never) {
    std::lock_guard guard{lock_};
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(entries_.size()));
      entries_.emplace_back();
    }
    const auto index = free_.back();
    free_.pop_back();
    auto& place = entries_[index];
    place.call.emplace(std::move(x));
    const auto number = number_of(index, place.turn);
    if (end != never)
      ends_.emplace_back(end, number);
    return number;
  }

  /// Takes a call out; nothing if it is gone.
  [[nodiscard]] std::optional<Call> take(std::uint64_t number) {
    std::lock_guard guard{lock_};
    return take_locked(number);
  }

  /// Takes out the calls whose time is over.
  [[nodiscard]] std::vector<Call> take_late(time_point now) {
    std::vector<Call> result;
    std::lock_guard guard{lock_};
    while (!ends_.empty() && ends_.front().first <= now) {
      const auto number = ends_.front().second;
      ends_.pop_front();
      if (auto x = take_locked(number))
        result.push_back(std::move(*x));
    }
    return result;
  }

  [[nodiscard]] std::vector<Call> take_all() {
    std::vector<Call> result;
    std::lock_guard guard{lock_};
    for (std::uint32_t i = 0; i < entries_.size(); ++i)
      if (entries_[i].call)
        result.push_back(*take_locked(number_of(i, entries_[i].turn)));
    return result;
  }

  /// Returns when the time of the next call is over, or `never`.
  [[nodiscard]] time_point next_end() {
    std::lock_guard guard{lock_};
    while (!ends_.empty() && find(ends_.front().second) == nullptr)
      ends_.pop_front();
    return ends_.empty() ? never : ends_.front().first;
  }

  [[nodiscard]] std::size_t size() const {
    std::lock_guard guard{lock_};
    return entries_.size() - free_.size();
  }

  static constexpr time_point never = time_point::max();

private:
  struct entry {
    std::uint32_t turn = 0;
    std::optional<Call> call;
  };

  static constexpr unsigned index_bits = 24;

  // Never 0: a request has a number.
  static std::uint64_t number_of(std::uint32_t index, std::uint32_t turn) {
    return ((std::uint64_t{turn} << index_bits) | index) + 1;
  }

  [[nodiscard]] entry* find(std::uint64_t number) {
    const auto index = (number - 1) & ((std::uint64_t{1} << index_bits) - 1);
    if (number == 0 || index >= entries_.size())
      return nullptr;
    auto& result = entries_[index];
    const auto turn = static_cast<std::uint32_t>((number - 1) >> index_bits);
    return result.call && result.turn == turn ? &result : nullptr;
  }

  std::optional<Call> take_locked(std::uint64_t number) {
    auto* x = find(number);
    if (x == nullptr)
      return std::nullopt;
    std::optional<Call> result{std::move(x->call)};
    x->call.reset();
    ++x->turn;
    free_.push_back(static_cast<std::uint32_t>((number - 1) & 0xffffffU));
    // Ends of calls that came back in time would pile up.
    while (!ends_.empty() && find(ends_.front().second) == nullptr)
      ends_.pop_front();
    return result;
  }

  mutable spin_lock lock_;
  std::vector<entry> entries_;
  std::vector<std::uint32_t> free_;
  std::deque<std::pair<time_point, std::uint64_t>> ends_;
};

} // namespace vigil::detail
