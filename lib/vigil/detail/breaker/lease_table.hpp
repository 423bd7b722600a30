#pragma once

#include <vigil/time.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace vigil::detail {

/// Names an entry of a `lease_table`: a place and whose turn it is there.
struct VIGIL_EXPORT lease_id {
  static constexpr std::uint32_t none = ~0U;

  std::uint64_t turn = 0;
  std::uint32_t place = none;
};

/// The calls that are under way: since when, and in which generation.
///
/// Thread-safe and lock-free. Taking and releasing is O(1) while there is room;
/// each lease is released once, whoever tries. A turn has 62 bits: who comes
/// with a lease that was taken back finds its own turn or a later one, for
/// longer than a hundred years at a turn each nanosecond.
///
/// Memory orders: what a place holds is written (release) between the exchange
/// of its key that claims it and the one that shows it. A reader loads the key,
/// then what the place holds (acquire), then the key again: parts of a later
/// lease come with its claim, so the turn is another and all is dropped. A
/// reader that is lapped sees nothing of that place. Keys are shown and looked
/// at in the one order of all (seq_cst), as is the date of the next scan in
/// `call_watch`: a call shows its lease and then looks at the date, a scan
/// takes the date away and then looks at the leases, so that one of the two
/// sees the other.
class VIGIL_EXPORT lease_table {
public:
  /// @param turn the first turn of each place; for tests
  explicit lease_table(std::uint32_t size, std::uint64_t turn = 0);

  /// Takes a place, or none if there is no room.
  [[nodiscard]] lease_id take(std::uint64_t generation,
                              time_point now) noexcept;

  enum class ending : std::uint8_t {
    /// It was there, and is gone.
    released,
    /// Also, and it was known to be late.
    released_late,
    /// It was gone before.
    gone,
  };

  ending release(lease_id x) noexcept;

  /// One lease, as `for_each` shows it.
  struct view {
    lease_id id;
    std::uint64_t generation;
    time_point since;
    bool late;
  };

  /// Calls `f(const view&)` for each lease. What comes or goes meanwhile may be
  /// shown or not.
  template <class F>
  void for_each(F f) const {
    for (std::uint32_t i = 0; i < size_; ++i)
      if (view x; look(i, x))
        f(x);
  }

  /// Marks a lease as late. Returns false if it is gone or was late before.
  bool mark_late(lease_id x) noexcept;

  /// Returns how many places are taken. O(size).
  [[nodiscard]] std::uint32_t used() const noexcept;

private:
  // Key: the turn, and in the two lowest bits the state.
  enum : std::uint64_t {
    free_key = 0,
    claimed_key = 1,
    live_key = 2,
    late_key = 3,
    state_bits = 3
  };

  static constexpr unsigned turn_shift = 2;

  struct place {
    std::atomic<std::uint64_t> key{0};
    std::atomic<duration::rep> since{0};
    std::atomic<std::uint64_t> generation{0};
  };

  [[nodiscard]] static std::uint64_t key_of(lease_id x,
                                            std::uint64_t state) noexcept {
    return x.turn << turn_shift | state;
  }

  bool look(std::uint32_t index, view& out) const noexcept;

  std::uint32_t size_;
  std::unique_ptr<place[]> places_;
};

} // namespace vigil::detail
