#pragma once

#include <vigil/count.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <string_view>

namespace vigil {

/// Says when an ended child is started again. OTP: restart type.
enum class restart_policy : std::uint8_t {
  /// Always.
  permanent,
  /// Only after an abnormal end.
  transient,
  /// Never; its spec is forgotten when it ends.
  temporary,
};

/// Says which children a restart concerns. OTP: strategy.
enum class restart_strategy : std::uint8_t {
  /// The failed child alone.
  one_for_one,
  /// All children.
  one_for_all,
  /// The failed child and those started after it.
  rest_for_one,
};

inline constexpr auto one_for_one = restart_strategy::one_for_one;
inline constexpr auto one_for_all = restart_strategy::one_for_all;
inline constexpr auto rest_for_one = restart_strategy::rest_for_one;

/// Says whether a supervisor ends with its significant children. OTP 24.
enum class auto_shutdown : std::uint8_t {
  /// It does not.
  never,
  /// It ends when the first of them ends by itself and is not restarted.
  any_significant,
  /// It ends when the last of them has.
  all_significant,
};

/// Says what happens to messages that wait in the mailbox when an incarnation
/// ends and the next one takes its place in the same CAF actor.
enum class mailbox_policy : std::uint8_t {
  /// The next incarnation gets them (the default).
  keep,
  /// They are dropped as in OTP: requests get `errc::message_lost`, all are
  /// counted.
  drop,
};

inline constexpr auto keep = mailbox_policy::keep;
inline constexpr auto drop = mailbox_policy::drop;

/// Tells a worker from a supervisor, as OTP's child type does.
enum class child_kind : std::uint8_t { worker, supervisor };

/// Allows `max_restarts` restarts in any window of length `period`. The next
/// failure makes the supervisor give up. A period of `duration::max()` forgets
/// no restart; `unlimited` restarts need no period.
struct VIGIL_EXPORT restart_intensity {
  any_count max_restarts = 3;
  any_duration period = std::chrono::seconds{5};

  friend bool operator==(const restart_intensity&, const restart_intensity&)
    = default;
};

/// Selects a stop without asking first. OTP: `brutal_kill`.
struct VIGIL_EXPORT brutal_kill_t {};
inline constexpr brutal_kill_t brutal_kill{};

/// Selects a stop that waits for as long as it takes. OTP: `infinity`.
struct VIGIL_EXPORT infinity_t {};
inline constexpr infinity_t infinity{};

/// Says how a child is asked to stop, and for how long before it is killed.
class VIGIL_EXPORT shutdown_policy {
public:
  enum class kind : std::uint8_t { brutal, deadline, infinite };

  /// Asks, waits that long, then kills. `duration::max()` is `infinity`.
  template <class Rep, class Period>
  constexpr shutdown_policy(std::chrono::duration<Rep, Period> deadline)
    : shutdown_policy(any_duration{deadline}) {
    // nop
  }

  constexpr shutdown_policy(any_duration deadline)
    : kind_(deadline == duration::max() ? kind::infinite : kind::deadline),
      deadline_(deadline == duration::max() ? duration::zero() : deadline) {
    // nop
  }

  constexpr shutdown_policy(brutal_kill_t) : kind_(kind::brutal) {
    // nop
  }

  constexpr shutdown_policy(infinity_t) : kind_(kind::infinite) {
    // nop
  }

  [[nodiscard]] constexpr bool brutal() const noexcept {
    return kind_ == kind::brutal;
  }

  [[nodiscard]] constexpr bool infinite() const noexcept {
    return kind_ == kind::infinite;
  }

  /// Returns the time between asking and killing.
  /// @pre `!brutal() && !infinite()`
  [[nodiscard]] constexpr duration deadline() const noexcept {
    return deadline_;
  }

  friend bool operator==(const shutdown_policy&, const shutdown_policy&)
    = default;

private:
  kind kind_;
  duration deadline_{};
};

/// How long a killed child may take to be gone before the supervisor leaves it
/// behind. OTP waits for ever; a C++ handler that never returns cannot be
/// killed at all.
inline constexpr duration kill_grace = std::chrono::seconds{1};

[[nodiscard]] VIGIL_EXPORT std::string_view
to_string(restart_policy x) noexcept;
[[nodiscard]] VIGIL_EXPORT std::string_view
to_string(restart_strategy x) noexcept;
[[nodiscard]] VIGIL_EXPORT std::string_view to_string(auto_shutdown x) noexcept;
[[nodiscard]] VIGIL_EXPORT std::string_view
to_string(mailbox_policy x) noexcept;
[[nodiscard]] VIGIL_EXPORT std::string_view to_string(child_kind x) noexcept;

} // namespace vigil
