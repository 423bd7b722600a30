#include "lab.hpp"

#include <httplib.h>

#include <chrono>
#include <memory>

using namespace std::chrono_literals;

namespace clinic {

namespace {

class category final : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override {
    return "lab";
  }

  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<lab_errc>(value)) {
      case lab_errc::unreachable:
        return "the laboratory does not answer";
      case lab_errc::refused:
        return "the laboratory is in trouble";
      case lab_errc::unknown_patient:
        return "nobody knows this patient";
    }
    return "unknown";
  }
};

} // namespace

std::error_code make_error_code(lab_errc x) noexcept {
  static const category instance;
  return {static_cast<int>(x), instance};
}

lab::behavior_type http_lab(lab::pointer self, int port) {
  auto client = std::make_shared<httplib::Client>("127.0.0.1", port);
  client->set_connection_timeout(200ms);
  client->set_read_timeout(500ms);
  return vigil::behavior(
    self, [client](const std::string& patient) -> vigil::outcome<report> {
      const auto answer = client->Get("/values/" + patient);
      if (!answer)
        return vigil::error(lab_errc::unreachable);
      if (answer->status != 200)
        return vigil::error(lab_errc::refused);
      return report{answer->body};
    });
}

archive::behavior_type memory(archive::pointer self) {
  auto known = std::make_shared<std::map<std::string, std::string>>();
  return vigil::behavior(
    self,
    [known](const std::string& patient) -> vigil::outcome<report> {
      const auto i = known->find(patient);
      if (i == known->end())
        return vigil::error(lab_errc::unknown_patient);
      return report{i->second, true};
    },
    [known](const std::string& patient,
            const std::string& text) -> vigil::outcome<void> {
      (*known)[patient] = text;
      return vigil::success();
    });
}

} // namespace clinic
