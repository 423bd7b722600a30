#include "plan.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "temporary_folder.hpp"

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

using namespace fhir_intake;

namespace {

volatile std::sig_atomic_t interrupted = 0;

int to_int(exit_status x) {
  return static_cast<int>(x);
}

exit_status complain(const std::string& why, exit_status status) {
  std::cerr << "fhir_intake: " << why << '\n';
  return status;
}

// Two runs into one database at the same microsecond would be one.
std::int64_t new_run() {
  using namespace std::chrono;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch())
    .count();
}

std::optional<census> count_rows(const database_options& where) {
  auto db = database::open(where);
  if (!db)
    return std::nullopt;
  auto rows = db.value()->count();
  return rows ? std::optional{rows.value()} : std::nullopt;
}

// What cannot be written is a failure with a name, and no silent death: of a
// file that is too large (ulimit -f), or a pipe that nobody reads.
void heed_signals() {
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  for (auto x : {SIGINT, SIGTERM, SIGHUP})
    if (std::signal(x, [](int) { interrupted = 1; }) == SIG_IGN && x == SIGHUP)
      std::signal(x, SIG_IGN); // nohup
}

exit_status run(const options& asked) {
  auto files = find_files(asked.inputs);
  if (!files)
    return complain(files.error().message, exit_status::unreadable_input);
  std::optional<temporary_folder> folder;
  auto path = asked.db;
  if (path.empty())
    path = folder.emplace().path("intake.db");
  const plan what{asked,
                  {files.value(), asked.count, asked.seed},
                  {path, new_run(), asked.max_db_pages}};

  heed_signals();
  auto book = std::make_shared<ledger>();
  summary all;
  {
    progress shown{files.value().empty() ? asked.count : 0};
    all.end = serve(what, book, [&] {
      shown.show(book->count());
      return interrupted == 0;
    });
  }
  if (all.end.what == ending::kind::not_started)
    return complain(vigil::render(*all.end.why), exit_status::failed);
  all.count = book->count();
  all.reasons = book->reasons();
  all.rows = count_rows(what.db);
  all.db_path = path;
  all.db_is_temporary = folder.has_value();
  auto status = status_of(all);
  if (!(std::cout << to_string(all) << std::flush))
    status = complain("cannot write the report to standard output",
                      exit_status::failed);
  if (all.end.why)
    return complain(vigil::render(*all.end.why), status);
  if (status == exit_status::interrupted)
    return complain("interrupted; what is stored stays stored", status);
  return status;
}

} // namespace

int main(int argc, char** argv) {
  auto status = exit_status::success;
  auto asked = parse(argc, argv, status);
  if (!asked)
    return to_int(status);
  try {
    return to_int(run(*asked));
  } catch (const std::exception& x) {
    return to_int(complain(x.what(), exit_status::failed));
  }
}
