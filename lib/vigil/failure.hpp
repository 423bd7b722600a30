#pragma once

#include <vigil/errc.hpp>
#include <vigil/time.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

namespace vigil {

/// Says why something failed, for whom and after what.
///
/// A failure is a plain value: copy it, keep it, send it. The code is for
/// programs, the message for people, the path and the incarnation say where it
/// happened, and `cause` leads to the failure that led to this one, down to the
/// root of the trouble.
struct VIGIL_EXPORT failure {
  /// Programs branch on this one. Any category is welcome.
  std::error_code code;

  /// Adds to what the code says; may be empty.
  std::string message;

  /// The child or supervisor, such as `"hospital/plugins/loader"`; empty if
  /// none is concerned.
  std::string path;

  /// The incarnation of the child that failed, counted from 1; 0 if none is
  /// concerned.
  std::uint64_t incarnation = 0;

  /// When it happened, on the clock of the actor system.
  time_point time{};

  /// When it is worth to try again, as a guard that refuses a call says it;
  /// zero if nobody knows.
  any_duration retry_after{};

  /// Whether the incarnation ended with it: a fault, not only an answer.
  bool fault = false;

  /// What led to this failure; null at the end of the chain. Chains are
  /// immutable and shared.
  std::shared_ptr<const failure> cause;

  failure() = default;

  failure(std::error_code code_, std::string message_ = {},
          std::string path_ = {});

  failure(errc code_, std::string message_ = {}, std::string path_ = {});

  /// Returns a copy of this failure with `why` as its cause.
  [[nodiscard]] failure because(failure why) const;

  /// Returns the last failure of the chain: what started it all.
  [[nodiscard]] const failure& root_cause() const noexcept;

  /// Returns whether this failure or one of its causes has the code `code`.
  [[nodiscard]] bool has(std::error_code code) const noexcept;
};

/// Compares code, message, path and incarnation, and the causes likewise.
VIGIL_EXPORT bool operator==(const failure& x, const failure& y) noexcept;

/// Returns one line: path, incarnation, code and message, without the cause.
/// Codes of `errc` are shown by name, others as `category:value text`.
[[nodiscard]] VIGIL_EXPORT std::string to_string(const failure& x);

/// Returns the whole chain, one failure a line, each cause indented below what
/// it caused. Ends without a line break.
[[nodiscard]] VIGIL_EXPORT std::string render(const failure& x);

} // namespace vigil
