#pragma once

#include <vigil/detail/caf/caf_control.hpp>
#include <vigil/detail/caf/caf_tell.hpp>
#include <vigil/detail/child/host.hpp>
#include <vigil/detail/dynamic/dynamic_record.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace vigil::detail {

/// Runs the incarnations of one child of a dynamic supervisor.
///
/// Such a child concerns nobody but itself: its host restarts it, also after a
/// backoff, and takes it out of the population when it is gone for good. Only a
/// spent budget that all children have in common is news for the supervisor.
/// Its first incarnation begins with its first message.
class VIGIL_EXPORT dynamic_host_core : public dynamic_record, public host_core {
public:
  explicit dynamic_host_core(std::shared_ptr<dynamic_children> population)
    : dynamic_record(std::move(population)),
      host_core(static_cast<child_record&>(*this)) {
    // nop
  }

  /// Begins the first incarnation now. Returns why it did not come up, if it
  /// did not; it may have ended since. To be called by whoever runs the actor.
  [[nodiscard]] std::optional<failure> begin_now();

  /// The child's own budget comes first: if it is spent, the child goes alone
  /// and the common one is not touched.
  [[nodiscard]] const restart_intensity* refusal(time_point now) final;

  [[nodiscard]] caf::strong_actor_ptr actor() noexcept final {
    return caf::strong_actor_ptr{self().ctrl()};
  }

protected:
  compat::fate before(compat::mailbox_element& x) final;

  void report(child_note_kind kind, child_exit&& how) final;

private:
  [[nodiscard]] std::uint64_t number() const noexcept {
    return host_core::incarnation();
  }

  void be_born();
  void on_incarnation_end(child_exit&& how);
  void on_start_failed(failure why);
  void retry_after(duration wait);
  void set_restarting(bool x);
  void exhaust(failure why);
  void exhaust_alone(failure why);
  void leave(caf::error why);
  [[nodiscard]] duration next_delay();

  // Of the actor's thread. Bits fill a gap: there may be a million of these.
  bool born_ : 1 = false;
  bool came_ : 1 = false;
  bool leaving_ : 1 = false;
  bool spent_alone_ : 1 = false;
  bool exhausted_ : 1 = false;
  bool restarting_ : 1 = false;
  std::uint16_t attempts_ = 0;
};

/// A value that its owner destroys in time, exactly once.
template <class T>
class until_destroyed {
public:
  template <class... Ts>
  explicit until_destroyed(Ts&&... xs) : value_(std::forward<Ts>(xs)...) {
    // nop
  }

  ~until_destroyed() {
    // nop
  }

  until_destroyed(const until_destroyed&) = delete;
  until_destroyed& operator=(const until_destroyed&) = delete;

  [[nodiscard]] const T& get() const noexcept {
    return value_;
  }

  void destroy() noexcept {
    std::destroy_at(&value_);
  }

private:
  union {
    T value_;
  };
};

/// What is empty takes no place.
template <class T>
  requires std::is_empty_v<T>
class until_destroyed<T> {
public:
  template <class... Ts>
  explicit until_destroyed(Ts&&... xs) : value_(std::forward<Ts>(xs)...) {
    // nop
  }

  [[nodiscard]] const T& get() const noexcept {
    return value_;
  }

  void destroy() noexcept {
    // nop
  }

private:
  [[no_unique_address]] T value_;
};

/// The base of those whose end is told to who monitors them once they are left
/// behind: their handles have no other incarnation.
template <class Base>
using linked_dynamic_host
  = host_actor<compat::telling<compat::control<Base, dynamic_host_core>,
                               compat::no_kept_end>>;

/// The actor of a child of a dynamic supervisor. What makes its incarnations is
/// shared by all of them and lives in the population.
///
/// @tparam Starter what starts the children of the population
template <class Starter>
class dynamic_host
  : public linked_dynamic_host<typename Starter::recipe_type::actor_base> {
public:
  using recipe_type = typename Starter::recipe_type;
  using args_type = typename recipe_type::args_type;
  using actor_base = typename recipe_type::actor_base;
  using super = linked_dynamic_host<actor_base>;

  template <class... Ts>
  dynamic_host(caf::actor_config& cfg,
               const std::shared_ptr<dynamic_children>& x, Ts&&... xs)
    : super(cfg, x), args_(std::forward<Ts>(xs)...) {
    // nop
  }

  // Who has cleaned up has released it; a derived class may fail to be made.
  ~dynamic_host() override {
    if (!this->retired())
      args_.destroy();
  }

  void abandon(caf::strong_actor_ptr successor, compat::context* ctx) override {
    super::abandon(std::move(successor), ctx);
    this->tell(this->stuck(), ctx, [](bool) {});
  }

protected:
  [[nodiscard]] std::optional<caf::error> told() const override {
    return this->successor() != nullptr ? std::optional{this->stuck()}
                                        : std::nullopt;
  }

  [[nodiscard]] const Starter& starter() const noexcept {
    using interface = typename Starter::interface;
    return *static_cast<const Starter*>(
      static_cast<const interface*>(this->population().starter()));
  }

  void make_behavior_anew() override {
    starter().recipe().make(static_cast<actor_base*>(this), args_.get());
  }

  // There will be no more, but the handle may be held for ever.
  void after_end() noexcept override {
    args_.destroy();
  }

private:
  [[no_unique_address]] until_destroyed<args_type> args_;
};

} // namespace vigil::detail
