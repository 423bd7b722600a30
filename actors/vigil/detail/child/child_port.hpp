#pragma once

#include <vigil/detail/child/respawned.hpp>
#include <vigil/detail/child/slot.hpp>
#include <vigil/detail/state/cell.hpp>

#include <memory>

namespace vigil::detail {

/// What a supervisor does to one child, whatever the child is. The answers come
/// as `child_note` messages. Used by the supervisor's actor only.
class child_port {
public:
  virtual ~child_port();

  /// Begins a life. May throw what making an actor throws.
  virtual void start(compat::context* ctx) = 0;

  /// Asks the life to end, or ends it by force.
  virtual void stop(bool kill, compat::context* ctx) = 0;

  /// Nothing is to be expected: refuse messages. `ended`: because the child
  /// came to its end by itself, which those that monitor it are told; a child
  /// that was stopped may be started again.
  virtual void park(bool ended, compat::context* ctx) = 0;

  /// Nobody waits any more for a life that does not end: the next one begins
  /// without it, under the same handle.
  virtual void abandon(compat::context* ctx) = 0;

  /// Ends the child and its handle for good.
  virtual void forget(compat::context* ctx) = 0;
};

using child_port_ptr = std::unique_ptr<child_port>;

/// Makes ports; shared by all starts of a tree, hence immutable.
class child_factory {
public:
  virtual ~child_factory();

  [[nodiscard]] virtual child_port_ptr make_port(child_cell_ptr cell) const = 0;

  /// Makes what inspection sees of a child that is a supervisor; null for
  /// workers.
  [[nodiscard]] virtual supervisor_cell_ptr
  make_nested(const child_cell& x) const;

  /// Returns whether its actors answer a `liveness_probe` by themselves.
  [[nodiscard]] virtual bool answers_probes() const noexcept;

  /// Returns why its actors cannot have a thread of their own, or null.
  [[nodiscard]] virtual const char* never_detached() const noexcept;

  /// Returns what is wrong below a child that is a supervisor, or nothing.
  [[nodiscard]] virtual std::optional<failure>
  check(const std::string& path) const;
};

using child_factory_ptr = std::shared_ptr<const child_factory>;

/// Makes the CAF actor of one life of a respawned child.
class life_spawner {
public:
  virtual ~life_spawner();

  /// Returns the actor. May throw what making it throws; `failure_exception`
  /// carries a failure through.
  [[nodiscard]] virtual caf::strong_actor_ptr
  spawn(const life_ptr& x, compat::context* ctx) const = 0;

  /// Returns whether the actor reports its start by itself.
  [[nodiscard]] virtual bool reports_start() const noexcept {
    return true;
  }
};

/// Thrown by a spawner that has a failure to report.
struct failure_exception {
  failure why;
};

/// Tells those that monitor the handle of a child of its end, for as long as
/// nothing is to be expected of the child.
class end_teller {
public:
  /// Says who the handle of the child is.
  void speak_through(child_actor* handle) noexcept {
    handle_ = handle;
  }

  void tell(const child_cell& x, compat::context* ctx);
  void take_back(const child_cell& x);

private:
  // Held by the child's cell.
  child_actor* handle_ = nullptr;
  bool told_ = false;
};

/// An actor that a child is driven through.
struct child_handle {
  caf::strong_actor_ptr actor;
  /// Points into `actor`.
  child_actor* self;
};

/// Makes an actor of a class `T`; see `compat::spawn_lazy`.
template <class T, class... Ts>
[[nodiscard]] child_handle spawn_child(caf::actor_system& sys,
                                       compat::context* ctx, Ts&&... xs) {
  auto actor = compat::spawn_lazy<T>(sys, ctx, std::forward<Ts>(xs)...);
  return {actor, static_cast<T*>(actor->get())};
}

/// Drives a respawned child: a slot, and an actor a life behind it.
class slot_port final : public child_port {
public:
  slot_port(child_cell_ptr cell, std::unique_ptr<const life_spawner> spawner);

  void start(compat::context* ctx) override;
  void stop(bool kill, compat::context* ctx) override;
  void park(bool ended, compat::context* ctx) override;
  void abandon(compat::context* ctx) override;
  void forget(compat::context* ctx) override;

private:
  child_cell_ptr cell_;
  end_teller ends_;
  std::unique_ptr<const life_spawner> spawner_;
  caf::strong_actor_ptr handle_;
  // Points into `handle_`.
  slot* slot_ = nullptr;
  life_ptr life_;
};

/// Drives a child that restarts in place. `host_` is made by the first start.
class host_port_base : public child_port {
public:
  explicit host_port_base(child_cell_ptr cell) : cell_(std::move(cell)) {
    // nop
  }

  void start(compat::context* ctx) override;
  void stop(bool kill, compat::context* ctx) final;
  void park(bool ended, compat::context* ctx) final;
  void abandon(compat::context* ctx) final;
  void forget(compat::context* ctx) override;

protected:
  [[nodiscard]] virtual child_handle make_host(child_cell_ptr cell,
                                               compat::context* ctx) const = 0;

  /// Returns what is given out as the handle of the child.
  [[nodiscard]] virtual child_handle stable_handle(child_handle host) const;

private:
  child_cell_ptr cell_;
  end_teller ends_;
  caf::strong_actor_ptr host_;
  // Where the messages go once a host was abandoned: a slot, which passes them
  // on to the host that is there now.
  caf::strong_actor_ptr heirs_;
  std::uint64_t heir_ = 0;
};

} // namespace vigil::detail
