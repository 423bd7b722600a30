#pragma once

#include <vigil/detail/base/access.hpp>
#include <vigil/detail/base/key_list.hpp>
#include <vigil/tree_ref.hpp>

#include <array>
#include <utility>

namespace vigil {

namespace detail {

/// A child found by key. Keeps the handle, which a forgotten child has no more.
class VIGIL_EXPORT keyed_child {
public:
  explicit keyed_child(child_cell_ptr x);

  template <class Handle>
  [[nodiscard]] Handle as() const {
    if constexpr (caf::is_handle<Handle>::value)
      return caf::actor_cast<Handle>(handle_);
    else
      return cell_ != nullptr ? access::make<Handle>(*cell_) : Handle{};
  }

private:
  child_cell_ptr cell_;
  caf::strong_actor_ptr handle_;
};

} // namespace detail

/// Refers to a running tree and knows its keys.
///
/// @tparam Keys the `key_list` of the whole tree
template <class Keys>
class VIGIL_EXPORT supervisor_ref;

template <class... Keys>
class VIGIL_EXPORT supervisor_ref<key_list<Keys...>> : public tree_ref {
public:
  /// Returns the handle of the child with that key. It stays valid over
  /// restarts; it is null if a temporary child was gone before the tree was up.
  /// No message, no look-up at run time.
  template <class Handle, fixed_string Id>
  [[nodiscard]] Handle operator[](child_key<Handle, Id>) const {
    using key = child_key<Handle, Id>;
    using list = key_list<Keys...>;
    constexpr auto count = detail::count_key<key>(list{});
    static_assert(count != 0,
                  "vigil: this key is not in the tree: no child was built "
                  "with it");
    static_assert(count < 2,
                  "vigil: this key is in more than one supervisor of the tree: "
                  "use find<Handle>(path) to say which child you mean");
    constexpr auto index = detail::index_of_key<key>(list{});
    return children_[index].template as<Handle>();
  }

private:
  friend class detail::access;

  explicit supervisor_ref(std::shared_ptr<detail::tree_owner> x)
    : tree_ref(std::move(x)), children_{
                                detail::keyed_child{detail::child_of_key(
                                  owner(), detail::tag_of<Keys>())}...} {
    // nop
  }

  std::array<detail::keyed_child, sizeof...(Keys)> children_;
};

} // namespace vigil
