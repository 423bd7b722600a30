#pragma once

#include <vigil/detail/base/language.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace vigil {

/// Says that there is no limit, where one is asked for.
struct VIGIL_EXPORT unlimited_t {};
inline constexpr unlimited_t unlimited{};

namespace detail {

template <class T>
concept countable = std::integral<T> && !std::same_as<T, bool>;

} // namespace detail

/// A number of things as settings take it: any integer becomes one, and it
/// knows if that was negative or too large, where a conversion to an unsigned
/// type would hide it. So what is wrong with it can be told when the setting is
/// checked; `check` of a policy does, and so does the start of a tree.
class VIGIL_EXPORT any_count {
public:
  /// The largest one. More are too large, and not the same as `unlimited`.
  static constexpr std::uint32_t max
    = std::numeric_limits<std::uint32_t>::max() - 1;

  constexpr any_count() noexcept = default;

  template <detail::countable T>
  constexpr any_count(T x) noexcept
    : bits_(static_cast<std::uint64_t>(x)), negative_(std::cmp_less(x, 0)) {
    // nop
  }

  constexpr any_count(unlimited_t) noexcept
    : bits_(std::numeric_limits<std::uint64_t>::max()), unlimited_(true) {
    // nop
  }

  [[nodiscard]] constexpr bool is_negative() const noexcept {
    return negative_;
  }

  [[nodiscard]] constexpr bool is_too_large() const noexcept {
    return !unlimited_ && !negative_ && bits_ > max;
  }

  [[nodiscard]] constexpr bool is_unlimited() const noexcept {
    return unlimited_;
  }

  /// Returns the number, or the nearest one that fits: 0 for what is negative,
  /// more than `max` for what is too large or has no limit.
  [[nodiscard]] constexpr std::uint32_t value() const noexcept {
    if (negative_)
      return 0;
    return bits_ > max ? max + 1 : static_cast<std::uint32_t>(bits_);
  }

  /// As `value`, for what is compared with sizes.
  [[nodiscard]] constexpr std::size_t as_size() const noexcept {
    return unlimited_ ? std::numeric_limits<std::size_t>::max() : value();
  }

  /// Returns the number as it was given.
  [[nodiscard]] std::string text() const;

  /// As `value`.
  constexpr operator std::uint32_t() const noexcept {
    return value();
  }

  friend constexpr bool operator==(const any_count& x,
                                   const any_count& y) noexcept = default;

  friend constexpr std::strong_ordering
  operator<=>(const any_count& x, const any_count& y) noexcept {
    if (x.negative_ != y.negative_)
      return x.negative_ ? std::strong_ordering::less
                         : std::strong_ordering::greater;
    if (x.unlimited_ != y.unlimited_)
      return x.unlimited_ ? std::strong_ordering::greater
                          : std::strong_ordering::less;
    return x.bits_ <=> y.bits_;
  }

  // Without these, plain numbers would be compared with `value`.
  template <detail::countable T>
  friend constexpr bool operator==(const any_count& x, const T& y) noexcept {
    return x == any_count{y};
  }

  template <detail::countable T>
  friend constexpr std::strong_ordering operator<=>(const any_count& x,
                                                    const T& y) noexcept {
    return x <=> any_count{y};
  }

private:
  // Two's complement if negative.
  std::uint64_t bits_ = 0;
  bool negative_ = false;
  bool unlimited_ = false;
};

/// Returns the number that was given, or `"unlimited"`.
[[nodiscard]] VIGIL_EXPORT std::string to_string(const any_count& x);

} // namespace vigil
