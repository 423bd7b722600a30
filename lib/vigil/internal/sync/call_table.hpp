#pragma once

#include <vigil/detail/base/due.hpp>
#include <vigil/detail/sync/spin_lock.hpp>
#include <vigil/time.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace vigil::detail {

/// The calls that a front has passed on and that have not come back.
///
/// Each has a number that no other call of this table has; who takes a call out
/// is the only one, and answers it. A table that was closed takes no more, so
/// that no call is left behind in it: who comes late keeps what it has.
/// Thread-safe; a few instructions in a lock for each call. Its memory is that
/// of the most calls there ever were at a time.
template <class Call>
class call_table {
public:
  call_table() = default;

  /// Begins to number where a table would be that was used that often.
  explicit call_table(std::uint32_t turn) : first_turn_(turn) {
    // nop
  }

  /// Adds a call and returns its number; returns 0 and leaves `x` alone if the
  /// table is closed, or holds as many calls as there are numbers (2^28). `end`
  /// is when its time is over, or `never`. O(1), if `end` is seldom before that
  /// of an earlier call.
  [[nodiscard]] std::uint64_t add(Call& x, time_point end = never) {
    std::lock_guard guard{lock_};
    if (closed_ || (free_.empty() && entries_.size() >= max_entries))
      return 0;
    if (free_.empty()) {
      // The end of a call must not fail, so there is room for it from here on.
      if (free_.capacity() <= entries_.size())
        free_.reserve(2 * entries_.size() + 8);
      entries_.emplace_back().turn = first_turn_;
      free_.push_back(static_cast<index>(entries_.size() - 1));
    }
    const auto i = free_.back();
    free_.pop_back();
    auto& place = entries_[i];
    place.call.emplace(std::move(x));
    if (end != never)
      link(i, end);
    return number_of(i);
  }

  /// Takes a call out; nothing if it is gone.
  [[nodiscard]] std::optional<Call> take(std::uint64_t number) {
    std::lock_guard guard{lock_};
    const auto i = find(number);
    if (i == none)
      return std::nullopt;
    return take_at(i);
  }

  /// Calls `f(const Call&)` with a call that is there, in the lock; returns
  /// false if it is gone.
  template <class F>
  bool look(std::uint64_t number, F f) const {
    return visit(*this, number, f);
  }

  /// The same with a `Call&`. What it is to destroy, `f` keeps for later.
  template <class F>
  bool change(std::uint64_t number, F f) {
    return visit(*this, number, f);
  }

  /// Takes out the calls whose time is over.
  [[nodiscard]] std::vector<Call> take_late(time_point now) {
    std::vector<Call> result;
    std::lock_guard guard{lock_};
    while (first_ != none && is_due(entries_[first_].end, now))
      result.push_back(take_at(first_));
    return result;
  }

  /// Takes out all calls, and takes no more.
  [[nodiscard]] std::vector<Call> close() {
    std::lock_guard guard{lock_};
    closed_ = true;
    return take_all_locked();
  }

  [[nodiscard]] std::vector<Call> take_all() {
    std::lock_guard guard{lock_};
    return take_all_locked();
  }

  /// Returns the numbers of all calls.
  [[nodiscard]] std::vector<std::uint64_t> numbers() const {
    std::vector<std::uint64_t> result;
    std::lock_guard guard{lock_};
    for (index i = 0; i < entries_.size(); ++i)
      if (entries_[i].call)
        result.push_back(number_of(i));
    return result;
  }

  /// Returns when the time of the next call is over, or `never`.
  [[nodiscard]] time_point next_end() const {
    std::lock_guard guard{lock_};
    return first_ == none ? never : entries_[first_].end;
  }

  [[nodiscard]] std::size_t size() const {
    std::lock_guard guard{lock_};
    return entries_.size() - free_.size() - retired_;
  }

private:
  using index = std::uint32_t;

  static constexpr auto none = static_cast<index>(-1);

  struct entry {
    std::uint32_t turn = 0;
    // Calls that have an end, in the order of their ends.
    index before = none;
    index behind = none;
    time_point end = never;
    std::optional<Call> call{};
  };

  template <class Self, class F>
  static bool visit(Self& self, std::uint64_t number, F& f) {
    std::lock_guard guard{self.lock_};
    const auto i = self.find(number);
    if (i == none)
      return false;
    f(*self.entries_[i].call);
    return true;
  }

  // With all of `turn` this fills what CAF has room for.
  static constexpr unsigned index_bits = 28;
  static constexpr auto max_entries = (std::size_t{1} << index_bits) - 1;

  // Never 0: a request has a number.
  [[nodiscard]] std::uint64_t number_of(index i) const {
    return ((std::uint64_t{entries_[i].turn} << index_bits) | i) + 1;
  }

  [[nodiscard]] index find(std::uint64_t number) const {
    const auto i = (number - 1) & ((std::uint64_t{1} << index_bits) - 1);
    if (number == 0 || i >= entries_.size())
      return none;
    const auto& x = entries_[i];
    const auto turn = static_cast<std::uint32_t>((number - 1) >> index_bits);
    return x.call && x.turn == turn ? static_cast<index>(i) : none;
  }

  [[nodiscard]] Call take_at(index i) {
    auto& x = entries_[i];
    if (x.end != never)
      unlink(i);
    Call result{std::move(*x.call)};
    x.call.reset();
    // A place whose turns are used up is not used again: no number comes twice.
    if (++x.turn != 0)
      free_.push_back(i);
    else
      ++retired_;
    return result;
  }

  [[nodiscard]] std::vector<Call> take_all_locked() {
    std::vector<Call> result;
    for (index i = 0; i < entries_.size(); ++i)
      if (entries_[i].call)
        result.push_back(take_at(i));
    return result;
  }

  void link(index i, time_point end) {
    auto at = last_;
    while (at != none && entries_[at].end > end)
      at = entries_[at].before;
    auto& x = entries_[i];
    x.end = end;
    x.before = at;
    x.behind = at == none ? first_ : entries_[at].behind;
    (at == none ? first_ : entries_[at].behind) = i;
    (x.behind == none ? last_ : entries_[x.behind].before) = i;
  }

  void unlink(index i) {
    auto& x = entries_[i];
    (x.before == none ? first_ : entries_[x.before].behind) = x.behind;
    (x.behind == none ? last_ : entries_[x.behind].before) = x.before;
    x.before = none;
    x.behind = none;
    x.end = never;
  }

  const std::uint32_t first_turn_ = 0;
  mutable spin_lock lock_;
  // Guarded by lock_.
  bool closed_ = false;
  std::vector<entry> entries_;
  std::vector<index> free_;
  index first_ = none;
  index last_ = none;
  std::size_t retired_ = 0;
};

} // namespace vigil::detail
