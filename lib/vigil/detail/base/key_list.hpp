#pragma once

#include <vigil/child_key.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace vigil {

/// The keys that a tree's type carries.
template <class... Keys>
struct VIGIL_EXPORT key_list {
  static constexpr std::size_t size = sizeof...(Keys);
};

namespace detail {

template <class List, class... Keys>
struct append_keys;

template <class... Ks, class... Keys>
struct append_keys<key_list<Ks...>, Keys...> {
  using type = key_list<Ks..., Keys...>;
};

template <class... Ks, class... Js>
struct append_keys<key_list<Ks...>, key_list<Js...>> {
  using type = key_list<Ks..., Js...>;
};

template <class... Ks>
struct append_keys<key_list<Ks...>, no_key> {
  using type = key_list<Ks...>;
};

template <class List, class... Keys>
using append_keys_t = typename append_keys<List, Keys...>::type;

/// Returns how often `Key` stands in the list.
template <class Key, class... Ks>
constexpr std::size_t count_key(key_list<Ks...>) {
  return (std::size_t{0} + ... + std::size_t{std::is_same_v<Key, Ks>});
}

/// Returns whether a key of the list has that id.
template <class... Ks>
constexpr bool has_id(key_list<Ks...>, [[maybe_unused]] std::string_view id) {
  return (false || ... || (Ks::id() == id));
}

/// Returns the position of `Key` in the list.
template <class Key, class... Ks>
constexpr std::size_t index_of_key(key_list<Ks...>) {
  std::size_t result = 0;
  static_cast<void>(((std::is_same_v<Key, Ks> || (++result, false)) || ...));
  return result;
}

} // namespace detail
} // namespace vigil
