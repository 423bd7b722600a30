#include "errors.hpp"

namespace fhir_intake {

namespace {

class category : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override {
    return "fhir_intake";
  }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<intake_errc>(code)) {
      case intake_errc::not_json:
        return "not JSON";
      case intake_errc::not_a_resource:
        return "not a FHIR resource";
      case intake_errc::invalid_resource:
        return "invalid resource";
      case intake_errc::line_too_long:
        return "line too long";
      case intake_errc::damaged_line:
        return "damaged line";
      case intake_errc::unreadable_input:
        return "unreadable input";
      case intake_errc::database_failed:
        return "database failed";
      case intake_errc::killed_on_request:
        return "killed on request";
    }
    return "unknown";
  }
};

} // namespace

const std::error_category& intake_category() noexcept {
  static const category instance;
  return instance;
}

std::error_code make_error_code(intake_errc code) noexcept {
  return {static_cast<int>(code), intake_category()};
}

} // namespace fhir_intake
