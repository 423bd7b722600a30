#pragma once

#include "line.hpp"

#include <vigil/result.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fhir_intake {

/// What to read. A plain value from which a source can be opened as often as
/// needed; each then yields the same lines with the same numbers.
struct input {
  /// Files of NDJSON, in reading order. Empty: generated patients.
  std::vector<std::filesystem::path> files;
  std::uint64_t count = 0;
  std::uint64_t seed = 0;
};

/// Yields lines one after another. Blank lines are skipped and not numbered.
class source {
public:
  virtual ~source() = default;

  /// Returns the next line, nothing at the end, or why it cannot be read.
  [[nodiscard]] virtual vigil::result<std::optional<line>> next() = 0;
};

/// Opens `in` so that `next` first returns the line numbered `first`.
[[nodiscard]] vigil::result<std::unique_ptr<source>>
open_source(const input& in, std::uint64_t first);

/// Returns the files named by `paths`, a folder standing for the `*.ndjson` in
/// it by name. Fails if one of them is missing or cannot be opened.
[[nodiscard]] vigil::result<std::vector<std::filesystem::path>>
find_files(const std::vector<std::string>& paths);

/// Returns a number of lines that `in` will hardly exceed: the count, or what
/// fits into the files if a resource takes 100 bytes at least.
[[nodiscard]] std::uint64_t expected_lines(const input& in);

} // namespace fhir_intake
