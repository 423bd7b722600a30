#pragma once

#include <vigil/detail/base/language.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace vigil::detail {

template <class T>
concept has_hash = requires(const T& x) {
  { std::hash<T>{}(x) } -> std::convertible_to<std::size_t>;
};

/// What can choose a partition.
template <class T>
concept partition_key
  = std::integral<T> || has_hash<T> || std::is_convertible_v<const T&,
                                                             std::string_view>;

/// Spreads a hash over all bits: `std::hash` of a number or a pointer is that
/// number. The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
[[nodiscard]] constexpr std::uint64_t spread(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

template <class Key>
[[nodiscard]] constexpr bool hashes_without_throwing() {
  if constexpr (std::integral<Key>)
    return true;
  else if constexpr (std::is_convertible_v<const Key&, std::string_view>)
    return std::is_nothrow_convertible_v<const Key&, std::string_view>;
  else
    return noexcept(std::hash<Key>{}(std::declval<const Key&>()));
}

/// Returns a number whose remainder chooses the partition: the magnitude of an
/// integer, a hash of anything else. Text of any type hashes alike.
/// Throws what making a text or a hash of a user's key throws.
template <partition_key Key>
[[nodiscard]] std::uint64_t
partition_hash(const Key& key) noexcept(hashes_without_throwing<Key>()) {
  if constexpr (std::signed_integral<Key>)
    return key < 0 ? 0 - static_cast<std::uint64_t>(key)
                   : static_cast<std::uint64_t>(key);
  else if constexpr (std::integral<Key>)
    return key;
  else if constexpr (std::is_convertible_v<const Key&, std::string_view>)
    return spread(std::hash<std::string_view>{}(std::string_view{key}));
  else
    return spread(std::hash<Key>{}(key));
}

} // namespace vigil::detail
