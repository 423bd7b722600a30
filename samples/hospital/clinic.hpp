#pragma once

/// What any clinic has, supervised or not: error codes and a database.

#include <map>
#include <memory>
#include <string>
#include <system_error>

enum class clinic_errc { unknown_patient = 1, corrupt_row, bad_plugin };

template <>
struct std::is_error_code_enum<clinic_errc> : std::true_type {};

class clinic_category : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override {
    return "clinic";
  }

  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<clinic_errc>(value)) {
      case clinic_errc::unknown_patient:
        return "unknown patient";
      case clinic_errc::corrupt_row:
        return "corrupt row";
      case clinic_errc::bad_plugin:
        return "bad plugin";
    }
    return "unknown";
  }
};

inline std::error_code make_error_code(clinic_errc x) {
  static const clinic_category category;
  return {static_cast<int>(x), category};
}

struct row {
  double weight;
  double height;
};

class database {
public:
  [[nodiscard]] const row* find(const std::string& patient) const {
    auto i = rows_.find(patient);
    return i != rows_.end() ? &i->second : nullptr;
  }

private:
  std::map<std::string, row> rows_{
    {"ada", {61.0, 1.68}}, {"bob", {83.0, 1.81}}, {"zoe", {70.0, 0.0}}};
};

[[nodiscard]] inline std::shared_ptr<const database>
open_database(const std::string&) {
  return std::make_shared<const database>();
}
