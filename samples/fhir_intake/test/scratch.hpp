#pragma once

#include "temporary_folder.hpp"

#include <fstream>

/// A folder of its own for a test.
class scratch : public fhir_intake::temporary_folder {
public:
  /// Writes a file and returns its path.
  [[nodiscard]] std::string file(std::string_view name,
                                 std::string_view content) const {
    std::ofstream{path(name), std::ios::binary} << content;
    return path(name);
  }
};
