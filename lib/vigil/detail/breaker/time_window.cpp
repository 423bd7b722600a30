#include <vigil/detail/breaker/time_window.hpp>

#include <algorithm>

namespace vigil::detail {

namespace {

std::int64_t distance(std::uint64_t from, std::uint64_t to) noexcept {
  return static_cast<std::int64_t>(to - from);
}

// Returns the value of a word of that lap, else zero.
std::uint64_t value_in(std::uint64_t word, std::uint64_t lap) noexcept {
  const auto x = word ^ lap;
  return x <= time_window::value::max ? x : 0;
}

} // namespace

time_window::time_window(time_point origin, duration length, duration width,
                         std::uint64_t full)
  : origin_(origin), bucket_(width.count()),
    count_(static_cast<std::uint64_t>(length / width)),
    inverse_(~std::uint64_t{0} / count_), full_(full),
    buckets_(new bucket[count_]), shift_(count_), newest_(count_) {
  // nop
}

// The generation first, and others look at it last: who still finds the old one
// has the old shift and an old newest number, so its own is below those of the
// window in which the new stay begins.
void time_window::begin(std::uint64_t generation, time_point now) noexcept {
  generation_.store(generation, std::memory_order_release);
  // Those of the old stay come up to a window further, until they notice.
  auto newest = newest_.load(std::memory_order_acquire);
  while (!newest_.compare_exchange_weak(newest, newest + 2 * count_,
                                        std::memory_order_acq_rel)) {
    // nop
  }
  const auto first = newest + 2 * count_;
  empty(first - count_, first);
  shift_.store(first - time_of(now), std::memory_order_release);
}

std::optional<std::uint64_t> time_window::count(std::uint64_t generation,
                                                time_point now,
                                                call_mark x) noexcept {
  const auto number = number_of(generation, now);
  if (!number)
    return std::nullopt;
  const auto newest = newest_.load(std::memory_order_acquire);
  // Over for a whole window: it would leave at once.
  if (distance(*number, newest) >= static_cast<std::int64_t>(count_))
    return newest;
  const auto [mine, index] = spot_of(*number);
  auto& to = buckets_[index];
  if (x.failed || x.slow) {
    auto last = last_bad_.load(std::memory_order_acquire);
    while (distance(last, *number) > 0
           && !last_bad_.compare_exchange_weak(last, *number,
                                               std::memory_order_acq_rel)) {
      // nop
    }
  }
  if (add_total(to, mine)) {
    if (x.failed)
      add(to.failed, mine);
    if (x.slow)
      add(to.slow, mine);
  }
  return number;
}

call_tally time_window::read(std::uint64_t generation,
                             time_point now) const noexcept {
  const auto shift = shift_.load(std::memory_order_acquire);
  const auto newest = newest_.load(std::memory_order_acquire);
  if (generation_.load(std::memory_order_acquire) != generation)
    return {};
  const auto number = time_of(now) + shift;
  const auto ahead = distance(newest, number);
  const auto window = static_cast<std::int64_t>(count_);
  // After a long rest all are too old.
  if (ahead >= window || ahead <= -window)
    return {};
  return sum(number);
}

std::optional<std::uint64_t> time_window::number_of(std::uint64_t generation,
                                                    time_point now) noexcept {
  const auto time = time_of(now);
  auto shift = shift_.load(std::memory_order_acquire);
  for (;;) {
    const auto newest = newest_.load(std::memory_order_acquire);
    if (generation_.load(std::memory_order_acquire) != generation)
      return std::nullopt;
    const auto number = time + shift;
    const auto ahead = distance(newest, number);
    if (ahead <= 0)
      return number;
    if (ahead <= static_cast<std::int64_t>(count_)) {
      go_to(number);
      return number;
    }
    // A long rest, from which numbers go on as from a short one. Another thread
    // may do the same; a time of this call is as good as any of its.
    const auto next = newest + count_ - time;
    if (shift_.compare_exchange_weak(shift, next, std::memory_order_acq_rel))
      shift = next;
  }
}

// A division by the number of buckets costs as much as all the rest of a call.
// What the product with the inverse lacks is less than two.
time_window::spot time_window::spot_of(std::uint64_t number) const noexcept {
  __extension__ using wide = unsigned __int128;
  spot x{static_cast<std::uint64_t>((wide{number} * inverse_) >> 64U), 0};
  x.index = number - x.lap * count_;
  while (x.index >= count_) {
    x.index -= count_;
    ++x.lap;
  }
  return x;
}

std::uint64_t time_window::time_of(time_point now) const noexcept {
  const auto age
    = std::max<duration::rep>(time_between(origin_, now).count(), 0);
  auto time = current_.load(std::memory_order_relaxed);
  // Almost always the one of the last call, which saves a division.
  if (const auto inside = age - time * bucket_;
      inside < 0 || inside >= bucket_) {
    time = age / bucket_;
    current_.store(time, std::memory_order_relaxed);
  }
  return static_cast<std::uint64_t>(time);
}

call_tally time_window::sum(std::uint64_t number) const noexcept {
  const auto [turn, last] = spot_of(number);
  const auto now = lap::of(turn);
  const auto before = lap::of(turn - 1);
  call_tally result;
  // Mostly all are successes, and there is less to load.
  if (only_successes(number)) {
    for (std::uint64_t i = 0; i < count_; ++i)
      result.total
        += value_in(buckets_[i].total.load(std::memory_order_acquire),
                    i <= last ? now : before);
    return result;
  }
  for (std::uint64_t i = 0; i < count_; ++i) {
    const auto mine = i <= last ? now : before;
    const auto& x = buckets_[i];
    const auto failed = x.failed.load(std::memory_order_acquire);
    const auto slow = x.slow.load(std::memory_order_acquire);
    const auto total = value_in(x.total.load(std::memory_order_acquire), mine);
    // One that is not of its lap by now, or holds nothing yet.
    if (total == 0)
      continue;
    result.total += total;
    result.failed += value_in(failed, mine);
    result.slow += value_in(slow, mine);
  }
  return result;
}

void time_window::go_to(std::uint64_t number) noexcept {
  auto newest = newest_.load(std::memory_order_acquire);
  do {
    if (distance(newest, number) <= 0)
      return;
  } while (
    !newest_.compare_exchange_weak(newest, number, std::memory_order_acq_rel));
  empty(std::max(newest, number - count_), number);
}

// A window with a bucket of each number in between, at most `count_`.
void time_window::empty(std::uint64_t after, std::uint64_t until) noexcept {
  for (auto number = after + 1; number <= until; ++number) {
    const auto [mine, index] = spot_of(number);
    auto& x = buckets_[index];
    for (auto* w : {&x.total, &x.failed, &x.slow}) {
      auto old = w->load(std::memory_order_relaxed);
      while (behind(old, mine) > 0
             && !w->compare_exchange_weak(old, lap::of(mine),
                                          std::memory_order_acq_rel)) {
        // nop
      }
    }
  }
}

std::int64_t time_window::behind(std::uint64_t x, std::uint64_t mine) noexcept {
  constexpr auto spare = 64 - lap::bits;
  return static_cast<std::int64_t>((mine - lap::get(x)) << spare) >> spare;
}

bool time_window::add(word& to, std::uint64_t mine) noexcept {
  auto old = to.load(std::memory_order_relaxed);
  for (;;) {
    const auto late = behind(old, mine);
    if (late < 0 || (late == 0 && value::get(old) == value::max))
      return false;
    if (to.compare_exchange_weak(old, (late > 0 ? lap::of(mine) : old) + 1,
                                 std::memory_order_acq_rel))
      return true;
  }
}

// Returns whether the call is counted: not if its bucket has gone on, nor while
// it is being halved, which `value::max` tells.
bool time_window::add_total(bucket& to, std::uint64_t mine) noexcept {
  auto old = to.total.load(std::memory_order_relaxed);
  for (;;) {
    const auto late = behind(old, mine);
    if (late < 0 || (late == 0 && value::get(old) == value::max))
      return false;
    const bool full = late == 0 && value::get(old) >= full_;
    const auto next = full ? lap::of(mine) | value::max
                           : (late > 0 ? lap::of(mine) : old) + value::one;
    if (!to.total.compare_exchange_weak(old, next, std::memory_order_acq_rel))
      continue;
    if (!full)
      return true;
    // One thread only. The parts before the whole: no rate is too high.
    halve(to.failed, mine);
    halve(to.slow, mine);
    old = next;
    to.total.compare_exchange_strong(old, lap::of(mine) | value::of(full_ / 2),
                                     std::memory_order_acq_rel);
    old = to.total.load(std::memory_order_relaxed);
  }
}

void time_window::halve(word& x, std::uint64_t mine) noexcept {
  auto old = x.load(std::memory_order_relaxed);
  while (lap::is(old, mine)
         && !x.compare_exchange_weak(
           old, lap::of(mine) | value::of(value::get(old) / 2),
           std::memory_order_acq_rel)) {
    // nop
  }
}

} // namespace vigil::detail
