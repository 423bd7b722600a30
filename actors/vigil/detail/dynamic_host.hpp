#pragma once

#include <vigil/detail/actor_function.hpp>
#include <vigil/detail/dynamic_record.hpp>
#include <vigil/detail/host.hpp>
#include <vigil/result.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

namespace vigil::detail {

/// Runs the incarnations of one child of a dynamic supervisor.
///
/// Such a child concerns nobody but itself: its host restarts it, also after a
/// backoff, and takes it out of the pool when it is gone for good. Only a spent
/// budget is news for the supervisor. Its first life begins with its first
/// message.
class dynamic_host_core : public dynamic_record, public host_core {
public:
  explicit dynamic_host_core(std::shared_ptr<dynamic_pool> pool)
    : dynamic_record(std::move(pool)),
      host_core(static_cast<child_record&>(*this)) {
    // nop
  }

  /// Begins the first life now. Returns why it failed, if it did. To be called
  /// by whoever runs the actor.
  [[nodiscard]] std::optional<failure> begin_now();

protected:
  compat::verdict on_message(compat::mailbox_element& x) final;

  void op_report(child_note::what kind, child_exit how) final;

private:
  void be_born();
  void on_life_end(child_exit how);
  void on_start_failed(failure why);
  void retry_after(duration wait);
  void exhaust(failure why);
  void leave();
  [[nodiscard]] duration next_delay();

  bool born_ = false;
  bool leaving_ = false;
  std::uint16_t attempts_ = 0;
};

/// Starts children from typed arguments; shared by all children of a pool.
template <class... Ts>
class dynamic_front {
public:
  virtual ~dynamic_front() = default;

  /// Makes a child and takes it into the pool. In any thread, without waiting.
  [[nodiscard]] virtual result<caf::strong_actor_ptr>
  start(const std::shared_ptr<dynamic_pool>& pool, Ts... xs) const = 0;
};

template <class Base, class F, class... Ts>
class dynamic_front_of;

/// The actor of a child of a dynamic supervisor. The actor function is shared
/// by all of them and lives in the pool.
template <class Base, class F, class... Ts>
class dynamic_host final : public host_actor<Base, dynamic_host_core> {
public:
  dynamic_host(caf::actor_config& cfg, const std::shared_ptr<dynamic_pool>& x,
               Ts... xs)
    : host_actor<Base, dynamic_host_core>(cfg, x), args_(std::move(xs)...) {
    // nop
  }

protected:
  void make_incarnation() override {
    using front = dynamic_front<Ts...>;
    using impl = dynamic_front_of<Base, F, Ts...>;
    const auto* mine = static_cast<const front*>(this->pool().front());
    auto f = static_cast<const impl*>(mine)->function;
    auto args = args_;
    std::apply(
      [&](Ts&... xs) {
        call_actor_function(static_cast<Base*>(this), f, std::move(xs)...);
      },
      args);
  }

private:
  [[no_unique_address]] std::tuple<Ts...> args_;
};

/// Starts children that are actor functions.
template <class Base, class F, class... Ts>
class dynamic_front_of final : public dynamic_front<Ts...> {
public:
  dynamic_front_of(F f, bool eager) : function(std::move(f)), eager_(eager) {
    // nop
  }

  [[nodiscard]] result<caf::strong_actor_ptr>
  start(const std::shared_ptr<dynamic_pool>& pool, Ts... xs) const override {
    using host_type = dynamic_host<Base, F, Ts...>;
    if (auto refused = pool->reserve())
      return std::move(*refused);
    place_guard place{pool.get()};
    auto ptr = compat::spawn_lazy<host_type>(pool->cell().tree->system, nullptr,
                                             pool, std::move(xs)...);
    place.pool = nullptr;
    auto& host = *static_cast<host_type*>(ptr->get());
    if (!pool->add(host, ptr))
      return failure{errc::supervisor_stopping, {}, pool->cell().path};
    if (eager_)
      if (auto failed = begin(host))
        return failure{errc::start_failed, {}, host.path()}.because(
          std::move(*failed));
    return ptr;
  }

  const F function;

private:
  // Making an actor may throw.
  struct place_guard {
    ~place_guard() {
      if (pool != nullptr)
        pool->cancel();
    }
    dynamic_pool* pool;
  };

  template <class Host>
  [[nodiscard]] static std::optional<failure> begin(Host& host) {
    std::optional<failure> result;
    compat::run_idle(host, [&] { result = host.begin_now(); });
    return result;
  }

  bool eager_;
};

} // namespace vigil::detail
