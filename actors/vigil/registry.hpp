#pragma once

#include <vigil/child_key.hpp>
#include <vigil/detail/caf/caf_function.hpp>
#include <vigil/detail/caf/caf_send.hpp>
#include <vigil/detail/registry/registry_state.hpp>
#include <vigil/registry_event.hpp>
#include <vigil/result.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

namespace vigil {

namespace detail {

/// The handle that an owner is registered by: its own type, or for the `self`
/// pointer of an actor the handle that goes with it.
template <class Owner>
struct owner_handle {
  using type = Owner;
};

template <class Self>
struct owner_handle<Self*> {
  using type = compat::handle_of<Self>;
};

template <class Owner>
[[nodiscard]] caf::strong_actor_ptr owner_ptr(const Owner& x) {
  if constexpr (!std::is_pointer_v<Owner>)
    return caf::actor_cast<caf::strong_actor_ptr>(x);
  else
    return caf::strong_actor_ptr{x != nullptr ? x->ctrl() : nullptr};
}

} // namespace detail

/// Names for actors, and groups of them. Elixir: `Registry`; Erlang:
/// `register/2` and `pg`.
///
/// A *name* has one owner at a time, a *group* any number of members; the two
/// do not get into each other's way. Owners are supervised children, by their
/// stable handles, and any other CAF actors.
///
/// An entry belongs to its owner:
///
/// - It lasts over the restarts of a child, in place or as a new actor, also
///   while the restart is due.
/// - It is not answered any more once anybody can have learned that the owner
///   has ended: by a down or exit message, an event `child_exited` or
///   `child_stopped`, a request that bounced, or the answer of a call such as
///   `terminate_child`. So who starts a successor then never finds the name
///   taken by its predecessor.
/// - A child that is stopped, but not forgotten, has its names back when it is
///   started again, unless others have taken them.
/// - It keeps nobody alive.
///
/// A plain value: copies share the names. Make one in `main` and pass it to the
/// children as an argument. Names have nothing to do with an actor system or a
/// tree. Thread-safe; nothing sends a message or waits.
class VIGIL_EXPORT registry {
public:
  using subscriber = std::function<void(const registry_event&)>;
  using subscription_id = std::uint64_t;

  registry();

  // -- names: one owner -------------------------------------------------------

  /// Gives `owner` the name. `owner` is a handle, or the `self` of an actor.
  ///
  /// Fails with `errc::already_started` if another actor has the name, whose
  /// path the message tells; with `errc::empty_id`, `errc::null_handle`, and
  /// `errc::child_stopped` if the owner has ended. Fine if `owner` has it
  /// already, so an actor function may call this in each incarnation. O(1).
  template <class Owner>
  result<void> register_name(std::string_view name, const Owner& owner) const {
    return add<handle_of<Owner>>(registry_scope::name, name, owner);
  }

  /// As above, with the name and the handle type of a key.
  template <class Handle, fixed_string Id, class Owner>
  result<void> register_name(child_key<Handle, Id>, const Owner& owner) const {
    return add<Handle>(registry_scope::name, Id.view(), owner);
  }

  /// Takes the name from `owner`. Fails with `errc::not_found` if it is not the
  /// owner.
  template <class Owner>
  result<void> unregister_name(std::string_view name,
                               const Owner& owner) const {
    return state_->remove(registry_scope::name, name, detail::owner_ptr(owner));
  }

  /// Returns the owner of the name. Fails with `errc::not_found`, and with
  /// `errc::wrong_handle_type` if it was registered by a handle of another
  /// type; the message tells both. O(1).
  template <class Handle>
  [[nodiscard]] result<Handle> whereis(std::string_view name) const {
    assert_handle<Handle>();
    auto owner = state_->find(name, compat::handle_index<Handle>());
    if (!owner)
      return std::move(owner).error();
    return caf::actor_cast<Handle>(std::move(owner).value());
  }

  /// As above, with the name and the handle type of a key.
  template <class Handle, fixed_string Id>
  [[nodiscard]] result<Handle> whereis(child_key<Handle, Id>) const {
    return whereis<Handle>(Id.view());
  }

  /// Lists the names that have an owner, sorted. O(n).
  [[nodiscard]] std::vector<std::string> names() const;

  // -- groups: any number of members ------------------------------------------

  /// Makes `member` one of the group. All members of a group have handles of
  /// one type: fails with `errc::wrong_handle_type` otherwise, and as
  /// `register_name` does. Fine if it is a member already. O(1).
  template <class Member>
  result<void> join(std::string_view group, const Member& member) const {
    return add<handle_of<Member>>(registry_scope::group, group, member);
  }

  /// As above, with the name and the handle type of a key.
  template <class Handle, fixed_string Id, class Member>
  result<void> join(child_key<Handle, Id>, const Member& member) const {
    return add<Handle>(registry_scope::group, Id.view(), member);
  }

  /// Takes `member` out of the group. Fails with `errc::not_found`.
  template <class Member>
  result<void> leave(std::string_view group, const Member& member) const {
    return state_->remove(registry_scope::group, group,
                          detail::owner_ptr(member));
  }

  /// Returns the members in the order in which they joined; none if there is no
  /// such group. Fails with `errc::wrong_handle_type`. O(members).
  template <class Handle>
  [[nodiscard]] result<std::vector<Handle>>
  members(std::string_view group) const {
    assert_handle<Handle>();
    auto all = state_->members(group, compat::handle_index<Handle>());
    if (!all)
      return std::move(all).error();
    std::vector<Handle> result;
    for (auto& x : all.value())
      result.push_back(caf::actor_cast<Handle>(std::move(x)));
    return result;
  }

  /// As above, with the name and the handle type of a key.
  template <class Handle, fixed_string Id>
  [[nodiscard]] result<std::vector<Handle>>
  members(child_key<Handle, Id>) const {
    return members<Handle>(Id.view());
  }

  /// Sends the message to all members, without a sender. Returns how many there
  /// were; fails with `errc::wrong_handle_type`.
  template <class Handle, class... Ts>
  result<std::size_t> broadcast(std::string_view group, const Ts&... xs) const {
    auto all = members<Handle>(group);
    if (!all)
      return std::move(all).error();
    for (const auto& x : all.value())
      compat::post(x, xs...);
    return all.value().size();
  }

  /// As above, with the name and the handle type of a key.
  template <class Handle, fixed_string Id, class... Ts>
  result<std::size_t> broadcast(child_key<Handle, Id>, const Ts&... xs) const {
    return broadcast<Handle>(Id.view(), xs...);
  }

  /// Lists the groups that have members, sorted. O(n).
  [[nodiscard]] std::vector<std::string> groups() const;

  // -- who comes and goes -----------------------------------------------------

  /// Has `f` called for all that happens from now on, in the thread in which it
  /// happens: be quick, and do not block. What happens to one name comes in
  /// order, and may come after `whereis` shows it. `f` may use the registry. If
  /// it is empty, it is not kept, and the result is 0.
  subscription_id subscribe(subscriber f) const;

  /// As above, for the name and the group of that name only.
  subscription_id subscribe(std::string name, subscriber f) const;

  /// Sends `to` a `registry_event` for all that happens, or for that name,
  /// until it has ended. The result is 0 where nothing can be sent: to a null
  /// handle, and with CAF 1.x if nobody has called `vigil::prepare`.
  subscription_id subscribe(const caf::actor& to) const;
  subscription_id subscribe(std::string name, const caf::actor& to) const;

  /// Ends a subscription. After this has returned, the calling thread does not
  /// call the subscriber any more, also if it is telling of an event right now.
  /// Another thread that does meanwhile may still call it, or be in a call.
  void unsubscribe(subscription_id id) const;

  /// Returns how many calls of subscribers ended with an exception.
  [[nodiscard]] std::uint64_t subscriber_failures() const noexcept;

private:
  template <class Owner>
  using handle_of = typename detail::owner_handle<Owner>::type;

  template <class Handle>
  static constexpr void assert_handle() {
    static_assert(caf::is_handle<Handle>::value,
                  "vigil: a registry holds handles of actors, such as "
                  "caf::actor or a vigil::typed_actor");
  }

  template <class Handle, class Owner>
  result<void> add(registry_scope scope, std::string_view name,
                   const Owner& owner) const {
    assert_handle<handle_of<Owner>>();
    assert_handle<Handle>();
    static_assert(compat::handle_fits_v<handle_of<Owner>, Handle>,
                  "vigil: the owner does not fit the key: it has another "
                  "interface than the key's handle type");
    return state_->add(scope, name, detail::owner_ptr(owner),
                       compat::handle_index<Handle>());
  }

  std::shared_ptr<detail::registry_state> state_;
};

} // namespace vigil
