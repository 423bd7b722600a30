#pragma once

#include <vigil/backoff.hpp>
#include <vigil/count.hpp>
#include <vigil/detail/base/count_range.hpp>
#include <vigil/failure.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigil::detail {

/// Checks the settings of a policy one after the other and keeps the first
/// failure, which names the setting and what it belongs to.
class field_check {
public:
  /// `what` is the kind of thing, `name` its name.
  field_check(std::string_view what, std::string_view name);

  void fail(errc code, std::string_view text);

  /// Above 0, up to 1. Refuses what is not a number.
  void share(std::string_view field, double x);

  /// `setting` names one whose function is null, or is null itself.
  void function(const char* setting);

  void above_zero(std::string_view field, duration x);

  void not_negative(std::string_view field, duration x);

  void count(std::string_view field, const any_count& x,
             const count_range& range);

  void within(std::string_view field, std::int64_t x, std::int64_t min,
              std::int64_t max);

  /// A backoff that waits, with sane numbers.
  void waits(std::string_view field, const backoff& x);

  /// A backoff with sane numbers, which may wait not at all.
  void sane(std::string_view field, const backoff& x);

  [[nodiscard]] bool failed() const noexcept {
    return failure_.has_value();
  }

  [[nodiscard]] std::optional<failure> take();

private:
  void fail(errc code, std::string_view field, std::string_view rule);

  std::string who_;
  std::optional<failure> failure_;
};

} // namespace vigil::detail
