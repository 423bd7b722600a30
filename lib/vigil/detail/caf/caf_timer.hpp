#pragma once

#include <vigil/detail/caf/caf_send.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace vigil::compat {

class timekeeper;

/// The timers of one actor system; a handle.
///
/// CAF's clock keeps who it sends to alive until then (0.17), or lets go of
/// them in its own thread (1.x). It has a ring of 63 places for what it is
/// told: its thread waits for itself if it is the last to let go of an actor
/// whose end tells it something.
/// So nobody but this talks to it. One actor without a mailbox for each system
/// keeps the times in order, holds those that wait weakly, and has CAF's clock
/// remind it of the earliest time alone. The clock's thread only tells the
/// scheduler to have a look: whoever is reached by a timer is held, and let go
/// of, in a thread of the scheduler.
///
/// Made by the first who asks for it, shared by all, and gone with the system
/// and the last handle; its end touches neither the clock nor the system, so
/// handles may outlive the system, whose end forgets all times. Thread-safe.
class VIGIL_EXPORT timers {
public:
  /// Finds or makes the timers of `sys`. Takes a lock that all systems share:
  /// for who starts a tree or makes a guard, not for each message.
  explicit timers(caf::actor_system& sys);

private:
  friend class timer;

  caf::strong_actor_ptr keeper_;
};

/// One time that an actor waits for, and the message that it gets then.
///
/// Belongs to the actor, directly or not, and its end takes the time back: what
/// has ended waits for nothing. Does not keep the actor. A message that is on
/// its way comes even if its time is taken back, so it has to say what it is
/// about. All functions are thread-safe; O(log n) in the times of the system,
/// and no more than a lock and an entry in a heap unless the time is the
/// earliest of all.
class VIGIL_EXPORT timer {
public:
  explicit timer(const timers& home) : home_(home.keeper_) {
    // nop
  }

  ~timer() {
    cancel();
  }

  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

  /// Sends what `make()` returns to `to` at time `at`, urgently, instead of
  /// what was to be sent. `never` is not sent.
  template <class F>
  void set(time_point at, const caf::abstract_actor& to, F make) {
    wait(at, to, &urgent<F>, pack(make), false);
  }

  /// The same, but an earlier time stays as it is.
  template <class F>
  void hasten(time_point at, const caf::abstract_actor& to, F make) {
    wait(at, to, &urgent<F>, pack(make), true);
  }

  /// Answers a request of `to` with `request_timeout` at time `at`; `mid` is
  /// that of the response.
  void set_timeout(time_point at, const caf::abstract_actor& to,
                   caf::message_id mid);

  /// Takes the time back, if it is not over.
  void cancel() noexcept;

private:
  friend class timekeeper;

  static constexpr auto nowhere = static_cast<std::size_t>(-1);

  /// What makes a message.
  struct capsule {
    alignas(std::uint64_t) std::byte bytes[16];
  };

  using maker
    = element_ptr (*)(const caf::strong_actor_ptr& to, const capsule& x);

  template <class F>
  [[nodiscard]] static capsule pack(const F& f) {
    constexpr auto owns_nothing
      = std::is_trivially_copyable_v<F> && std::is_trivially_destructible_v<F>;
    static_assert(owns_nothing && sizeof(F) <= sizeof(capsule),
                  "what waits with a timer is a few numbers: it owns nothing, "
                  "or it would keep what has ended");
    capsule result{};
    std::memcpy(result.bytes, &f, sizeof(F));
    return result;
  }

  template <class F>
  [[nodiscard]] static element_ptr urgent(const caf::strong_actor_ptr&,
                                          const capsule& x) {
    alignas(F) std::byte bytes[sizeof(F)];
    std::memcpy(bytes, x.bytes, sizeof(F));
    return make_urgent((*reinterpret_cast<F*>(bytes))());
  }

  void wait(time_point at, const caf::abstract_actor& to, maker make,
            const capsule& x, bool hasten);

  const caf::strong_actor_ptr home_;
  // The rest is the keeper's, behind its lock.
  caf::weak_actor_ptr to_;
  time_point at_;
  std::uint64_t order_ = 0;
  std::size_t index_ = nowhere;
  maker make_ = nullptr;
  capsule what_{};
};

} // namespace vigil::compat
