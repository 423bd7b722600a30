#pragma once

#include "line.hpp"

#include <vigil/result.hpp>

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace fhir_intake {

/// Where resources go.
struct database_options {
  std::string path;

  /// Names the run, so that lines of two runs are told apart.
  std::int64_t run = 0;

  /// Limits the size of the file, in pages; 0 for no limit.
  int max_pages = 0;
};

/// What a database holds at the end of a run.
struct census {
  /// Lines of this run that were stored.
  std::uint64_t lines = 0;
  /// Resources whose latest version is of this run.
  std::uint64_t resources = 0;
  /// Resources in all.
  std::uint64_t all_resources = 0;
};

/// FHIR resources in an SQLite database (WAL, durable commits).
///
/// Writing is idempotent. A line is known by run and sequence number, a
/// resource by type and id. Writing a line again changes nothing; of several
/// lines with the same resource, the last one of the input wins in whatever
/// order they come; a later run replaces what earlier runs stored.
///
/// What it remembers of single lines is of use while their run goes on only:
/// `open` forgets that of runs whose process is gone, however it ended. The
/// resources stay.
///
/// Every failure names the file and says what SQLite says. Not thread-safe.
class database {
public:
  /// Opens the database and sets up what is missing of it; doing so again is
  /// harmless.
  [[nodiscard]] static vigil::result<std::unique_ptr<database>>
  open(const database_options& options);

  /// Writes `batch` in one transaction, which `commit` has to end. Without it
  /// the next `write` or the destructor rolls back.
  [[nodiscard]] vigil::result<void> write(std::span<const resource> batch);

  /// Makes what was written durable.
  [[nodiscard]] vigil::result<void> commit();

  /// Counts what is there.
  [[nodiscard]] vigil::result<census> count();

  /// Use `open`. Throws `SQLite::Exception`.
  explicit database(const database_options& options);

private:
  std::string path_;
  std::int64_t run_;
  SQLite::Database db_;
  SQLite::Statement log_line_;
  SQLite::Statement put_resource_;
  std::optional<SQLite::Transaction> transaction_;
};

} // namespace fhir_intake
