#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace fhir_intake {

/// A folder of its own, removed with all that is in it.
class temporary_folder {
public:
  /// Throws `std::filesystem::filesystem_error`.
  temporary_folder() {
    auto name = (std::filesystem::temp_directory_path() / "fhir_intake-XXXXXX")
                  .string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::filesystem::filesystem_error{
        "cannot make a temporary folder", name,
        std::error_code{errno, std::generic_category()}};
    path_ = name;
  }

  ~temporary_folder() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }

  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  /// Returns the path of a file in it.
  [[nodiscard]] std::string path(std::string_view name) const {
    return (path_ / name).string();
  }

private:
  std::filesystem::path path_;
};

} // namespace fhir_intake
