#include "database.hpp"

#include "errors.hpp"

#include <cerrno>
#include <csignal>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

namespace fhir_intake {

namespace {

// A lock held by another process is waited for that long; after that the store
// fails and its supervisors decide.
constexpr int busy_timeout_ms = 1'000;

constexpr auto schema = R"(
  CREATE TABLE IF NOT EXISTS resource (
    type TEXT NOT NULL,
    id   TEXT NOT NULL,
    run  INTEGER NOT NULL, -- the line that it is from
    seq  INTEGER NOT NULL,
    body TEXT NOT NULL,    -- as it was read
    PRIMARY KEY (type, id)
  );
  CREATE TABLE IF NOT EXISTS stored_line (
    run  INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    type TEXT NOT NULL,
    id   TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS run (
    run INTEGER PRIMARY KEY,
    pid INTEGER NOT NULL   -- of the process that it is under way in
  );
)";

constexpr auto log_line = R"(
  INSERT INTO stored_line (run, seq, type, id) VALUES (?, ?, ?, ?)
  ON CONFLICT DO NOTHING
)";

constexpr auto put_resource = R"(
  INSERT INTO resource (run, seq, type, id, body) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (type, id) DO UPDATE
    SET run = excluded.run, seq = excluded.seq, body = excluded.body
    WHERE run <> excluded.run OR seq < excluded.seq
)";

bool is_gone(std::int64_t pid) {
  return ::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH;
}

// Also forgets lines of no known run: so did programs before this one end.
void forget_dead_runs(SQLite::Database& db) {
  std::vector<std::int64_t> dead;
  SQLite::Statement runs{db, "SELECT run, pid FROM run"};
  while (runs.executeStep())
    if (is_gone(runs.getColumn(1).getInt64()))
      dead.push_back(runs.getColumn(0).getInt64());
  for (auto run : dead) {
    SQLite::Statement forget{db, "DELETE FROM run WHERE run = ?"};
    forget.bind(1, run);
    forget.exec();
  }
  db.exec("DELETE FROM stored_line WHERE run NOT IN (SELECT run FROM run)");
}

void begin_run(SQLite::Database& db, std::int64_t run) {
  SQLite::Statement begin{
    db, "INSERT INTO run (run, pid) VALUES (?, ?) ON CONFLICT DO NOTHING"};
  begin.bind(1, run);
  begin.bind(2, static_cast<std::int64_t>(::getpid()));
  begin.exec();
}

SQLite::Database open_file(const database_options& options) {
  SQLite::Database db{options.path,
                      SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                      busy_timeout_ms};
  if (options.max_pages > 0)
    db.exec("PRAGMA max_page_count = " + std::to_string(options.max_pages));
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL");
  // Writes even if all is there, and so finds out that it cannot.
  SQLite::Transaction setup{db, SQLite::TransactionBehavior::IMMEDIATE};
  db.exec(schema);
  db.exec("PRAGMA user_version = 1");
  begin_run(db, options.run);
  forget_dead_runs(db);
  setup.commit();
  return db;
}

vigil::failure failed(const std::string& path, const std::exception& why) {
  return {intake_errc::database_failed,
          "database '" + path + "': " + why.what()};
}

std::uint64_t ask(SQLite::Database& db, const char* sql, std::int64_t run) {
  SQLite::Statement query{db, sql};
  if (query.getBindParameterCount() > 0)
    query.bind(1, run);
  query.executeStep();
  return static_cast<std::uint64_t>(query.getColumn(0).getInt64());
}

} // namespace

vigil::result<std::unique_ptr<database>>
database::open(const database_options& options) {
  try {
    return std::make_unique<database>(options);
  } catch (const SQLite::Exception& x) {
    return failed(options.path, x);
  }
}

database::database(const database_options& options)
  : path_(options.path), run_(options.run), db_(open_file(options)),
    log_line_(db_, log_line), put_resource_(db_, put_resource) {
  // nop
}

vigil::result<void> database::write(std::span<const resource> batch) {
  try {
    transaction_.reset();
    transaction_.emplace(db_, SQLite::TransactionBehavior::IMMEDIATE);
    for (const auto& x : batch) {
      for (auto* statement : {&log_line_, &put_resource_}) {
        statement->reset();
        statement->bind(1, run_);
        statement->bind(2, static_cast<std::int64_t>(x.seq));
        statement->bindNoCopy(3, x.type);
        statement->bindNoCopy(4, x.id);
      }
      put_resource_.bindNoCopy(5, x.text);
      log_line_.exec();
      put_resource_.exec();
    }
    return vigil::success();
  } catch (const SQLite::Exception& x) {
    return failed(path_, x);
  }
}

vigil::result<void> database::commit() {
  try {
    log_line_.reset();
    put_resource_.reset();
    transaction_->commit();
    transaction_.reset();
    return vigil::success();
  } catch (const SQLite::Exception& x) {
    return failed(path_, x);
  }
}

vigil::result<census> database::count() {
  try {
    return census{
      ask(db_, "SELECT count(*) FROM stored_line WHERE run = ?", run_),
      ask(db_, "SELECT count(*) FROM resource WHERE run = ?", run_),
      ask(db_, "SELECT count(*) FROM resource", run_)};
  } catch (const SQLite::Exception& x) {
    return failed(path_, x);
  }
}

} // namespace fhir_intake
