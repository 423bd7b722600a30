#include <vigil/internal/base/check_field.hpp>

#include <utility>

namespace vigil::detail {

field_check::field_check(std::string_view what, std::string_view name)
  : who_(what) {
  who_ += " '";
  who_ += name;
  who_ += "': ";
  if (name.empty())
    fail(errc::empty_id, "give it a name");
}

void field_check::fail(errc code, std::string_view text) {
  if (!failure_)
    failure_ = failure{code, who_ + std::string{text}};
}

void field_check::fail(errc code, std::string_view field,
                       std::string_view rule) {
  fail(code, std::string{field} + std::string{rule});
}

void field_check::share(std::string_view field, double x) {
  if (!(x > 0.0 && x <= 1.0))
    fail(errc::out_of_range, field, " is not above 0 and up to 1");
}

void field_check::function(const char* setting) {
  if (setting != nullptr)
    fail(errc::null_handle,
         std::string{"the function of "} + setting + "(f) is null");
}

void field_check::above_zero(std::string_view field, duration x) {
  not_negative(field, x);
  if (x == duration::zero())
    fail(errc::out_of_range, field, " is zero");
}

void field_check::not_negative(std::string_view field, duration x) {
  if (x < duration::zero())
    fail(errc::negative_delay, field, " is negative");
}

void field_check::count(std::string_view field, const any_count& x,
                        const count_range& range) {
  if (const auto wrong = wrong_count(field, x, range); !wrong.empty())
    fail(errc::out_of_range, wrong);
}

void field_check::within(std::string_view field, std::int64_t x,
                         std::int64_t min, std::int64_t max) {
  if (x < min || x > max)
    fail(errc::out_of_range, field,
         " is not from " + std::to_string(min) + " to " + std::to_string(max));
}

void field_check::waits(std::string_view field, const backoff& x) {
  above_zero(field, x.initial());
  sane(field, x);
}

void field_check::sane(std::string_view field, const backoff& x) {
  not_negative(field, x.initial());
  not_negative(std::string{field} + "'s reset_after", x.reset_after());
  if (x.cap() < x.initial())
    fail(errc::out_of_range, field, "'s cap is below its first delay");
  if (!(x.factor() >= 1.0))
    fail(errc::out_of_range, field, "'s factor is below 1");
  if (!(x.jitter() >= 0.0 && x.jitter() <= 1.0))
    fail(errc::out_of_range, field, "'s jitter is not between 0 and 1");
}

std::optional<failure> field_check::take() {
  return std::move(failure_);
}

} // namespace vigil::detail
