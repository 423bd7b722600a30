#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fhir_intake {

/// How the program ends.
enum class exit_status : int {
  /// Every line is in the database, save those damaged on request.
  success = 0,
  /// The service gave up, or the counts do not agree.
  failed = 1,
  /// The command line makes no sense.
  usage = 2,
  /// A file or folder cannot be read; nothing was done.
  unreadable_input = 3,
  /// All was read, and some lines were rejected for what is in them.
  rejections = 4,
  /// Ctrl-C, or SIGTERM.
  interrupted = 130,
};

/// What the command line says.
struct options {
  /// Files and folders; empty for generated patients.
  std::vector<std::string> inputs;
  /// Empty for a temporary database.
  std::string db;
  std::size_t workers = 0;
  std::uint64_t count = 10'000;
  std::uint64_t seed = 1;
  double faults = 0;
  std::uint64_t kill_store = 0;
  int max_db_pages = 0;
};

/// Reads the command line. Returns nothing if the program is to end now, with
/// `status`; then all was said.
[[nodiscard]] std::optional<options> parse(int argc, char** argv,
                                           exit_status& status);

} // namespace fhir_intake
