#include <vigil/detail/time_window.hpp>

#include <algorithm>

namespace vigil::detail {

time_window::time_window(time_point origin, duration length, duration bucket)
  : origin_(origin), bucket_(bucket.count()),
    count_(static_cast<std::uint64_t>(length / bucket)),
    buckets_(new std::atomic<std::uint64_t>[count_]), newest_(count_) {
  for (std::uint64_t i = 0; i < count_; ++i)
    buckets_[i].store(0, std::memory_order_relaxed);
}

call_tally time_window::record(std::uint64_t generation, time_point now,
                               call_mark x) noexcept {
  const auto number = number_of(generation, now);
  if (number > newest_.load(std::memory_order_acquire))
    sweep(number);
  const auto mine = number / count_;
  const auto more
    = total::one + failed::of(x.failed ? 1U : 0U) + slow::of(x.slow ? 1U : 0U);
  auto& bucket = buckets_[number % count_];
  auto old = bucket.load(std::memory_order_relaxed);
  auto counted = [&](std::uint64_t next) {
    if (total::get(next) == total::max)
      next = lap::of(mine) | total::of(total::max / 2)
             | failed::of(failed::get(next) / 2)
             | slow::of(slow::get(next) / 2);
    return next + more;
  };
  for (;;) {
    const auto late = lap::behind(old, mine);
    // Over for a whole window: it would leave at once.
    if (late < 0)
      return sum(number);
    if (bucket.compare_exchange_weak(old,
                                     counted(late > 0 ? lap::of(mine) : old),
                                     std::memory_order_acq_rel))
      return sum(number);
  }
}

call_tally time_window::read(std::uint64_t generation,
                             time_point now) const noexcept {
  const auto number = number_of(generation, now);
  // After a long rest all are too old, and their laps may have come round.
  if (number >= newest_.load(std::memory_order_acquire) + count_)
    return {};
  return sum(number);
}

std::uint64_t time_window::number_of(std::uint64_t generation,
                                     time_point now) const noexcept {
  const auto age = std::max<duration::rep>((now - origin_).count(), 0);
  auto bucket = current_.load(std::memory_order_relaxed);
  // Almost always the one of the last call, which saves a division.
  if (const auto inside = age - bucket * bucket_;
      inside < 0 || inside >= bucket_) {
    bucket = age / bucket_;
    current_.store(bucket, std::memory_order_relaxed);
  }
  return static_cast<std::uint64_t>(bucket) + (generation + 1) * (count_ + 1);
}

call_tally time_window::sum(std::uint64_t number) const noexcept {
  const auto last = number % count_;
  const auto turn = number / count_;
  call_tally result;
  for (std::uint64_t i = 0; i < count_; ++i) {
    const auto word = buckets_[i].load(std::memory_order_acquire);
    if (lap::get(word) != ((i <= last ? turn : turn - 1) & lap::max))
      continue;
    result.total += total::get(word);
    result.failed += failed::get(word);
    result.slow += slow::get(word);
  }
  return result;
}

void time_window::sweep(std::uint64_t number) noexcept {
  auto newest = newest_.load(std::memory_order_acquire);
  while (newest < number
         && !newest_.compare_exchange_weak(newest, number,
                                           std::memory_order_acq_rel)) {
    // nop
  }
  if (newest >= number)
    return;
  for (auto x = std::max(newest, number - count_) + 1; x <= number; ++x) {
    auto& bucket = buckets_[x % count_];
    auto old = bucket.load(std::memory_order_relaxed);
    while (lap::behind(old, x / count_) > 0
           && !bucket.compare_exchange_weak(old, lap::of(x / count_),
                                            std::memory_order_acq_rel)) {
      // nop
    }
  }
}

} // namespace vigil::detail
