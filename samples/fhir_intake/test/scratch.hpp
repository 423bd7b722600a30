#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <stdlib.h>

/// A folder of its own for a test, removed with all that is in it.
class scratch {
public:
  scratch() {
    auto name
      = (std::filesystem::temp_directory_path() / "fhir-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("no temporary folder");
    path_ = name;
  }

  ~scratch() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }

  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  [[nodiscard]] std::string path(std::string_view name) const {
    return (path_ / name).string();
  }

  /// Writes a file and returns its path.
  [[nodiscard]] std::string file(std::string_view name,
                                 std::string_view content) const {
    std::ofstream{path_ / name, std::ios::binary} << content;
    return path(name);
  }

private:
  std::filesystem::path path_;
};
