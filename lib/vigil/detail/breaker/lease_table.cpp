#include <vigil/detail/breaker/lease_table.hpp>
#include <vigil/detail/sync/thread_number.hpp>

namespace vigil::detail {

namespace {

// Each thread walks through the table on its own, far from the others.
std::uint32_t next_place() noexcept {
  static thread_local std::uint32_t last = thread_number() * 64U;
  return last++;
}

} // namespace

lease_table::lease_table(std::uint32_t size, std::uint64_t turn)
  : size_(size), places_(new place[size]) {
  for (std::uint32_t i = 0; i < size; ++i)
    places_[i].key.store(key_of({turn, i}, free_key),
                         std::memory_order_relaxed);
}

lease_id lease_table::take(std::uint64_t generation, time_point now) noexcept {
  const auto first = next_place();
  for (std::uint32_t i = 0; i < size_; ++i) {
    const auto index = (first + i) % size_;
    auto& x = places_[index];
    auto key = x.key.load(std::memory_order_relaxed);
    if ((key & state_bits) != free_key
        || !x.key.compare_exchange_strong(key, key | claimed_key,
                                          std::memory_order_seq_cst))
      continue;
    x.since.store(now.time_since_epoch().count(), std::memory_order_release);
    x.generation.store(generation, std::memory_order_release);
    // Before the caller looks whether a scan is due: see the scan.
    x.key.exchange(key | live_key, std::memory_order_seq_cst);
    return {key >> turn_shift, index};
  }
  return {};
}

lease_table::ending lease_table::release(lease_id x) noexcept {
  auto& to = places_[x.place].key;
  const auto next = key_of({x.turn + 1, x.place}, free_key);
  auto key = key_of(x, live_key);
  if (to.compare_exchange_strong(key, next, std::memory_order_acq_rel))
    return ending::released;
  key = key_of(x, late_key);
  if (to.compare_exchange_strong(key, next, std::memory_order_acq_rel))
    return ending::released_late;
  return ending::gone;
}

bool lease_table::mark_late(lease_id x) noexcept {
  auto key = key_of(x, live_key);
  return places_[x.place].key.compare_exchange_strong(
    key, key_of(x, late_key), std::memory_order_acq_rel);
}

std::uint32_t lease_table::used() const noexcept {
  std::uint32_t result = 0;
  for (std::uint32_t i = 0; i < size_; ++i)
    if ((places_[i].key.load(std::memory_order_relaxed) & state_bits)
        != free_key)
      ++result;
  return result;
}

bool lease_table::look(std::uint32_t index, view& out) const noexcept {
  const auto& x = places_[index];
  const auto key = x.key.load(std::memory_order_seq_cst);
  const auto state = key & state_bits;
  if (state != live_key && state != late_key)
    return false;
  out.since = time_point{duration{x.since.load(std::memory_order_acquire)}};
  out.generation = x.generation.load(std::memory_order_acquire);
  out.late = state == late_key;
  out.id = {key >> turn_shift, index};
  // Still the same turn: what was read belongs together.
  return x.key.load(std::memory_order_acquire) >> turn_shift
         == key >> turn_shift;
}

} // namespace vigil::detail
