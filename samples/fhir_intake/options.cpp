#include "options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <thread>

namespace fhir_intake {

std::optional<options> parse(int argc, char** argv, exit_status& status) {
  options result;
  result.workers = std::clamp(std::thread::hardware_concurrency(), 2u, 16u);
  CLI::App app{"Reads FHIR R4 resources, checks them and stores them in an "
               "SQLite database,\nunder supervision: see what happens with "
               "--faults and --kill-store.",
               "fhir_intake"};
  app.footer("Exit status: 0 all stored (save what --faults damaged), 1 the "
             "service failed,\n2 usage, 3 unreadable input, 4 some lines were "
             "rejected, 130 interrupted.");
  app.add_option("input", result.inputs,
                 "NDJSON files, or folders of *.ndjson; without any, "
                 "generated patients");
  app.add_option("--db", result.db,
                 "Database file, created or added to; by default a temporary "
                 "one, which is removed at the end");
  app.add_option("--workers", result.workers, "Number of validators")
    ->check(CLI::Range(1, 256))
    ->capture_default_str();
  app.add_option("--count", result.count, "Number of generated patients")
    ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}))
    ->capture_default_str();
  app
    .add_option("--seed", result.seed, "Seed of generated patients and faults")
    ->capture_default_str();
  app
    .add_option("--faults", result.faults,
                "Share of lines to damage, 0 to 1: workers crash on them")
    ->check(CLI::Range(0.0, 1.0))
    ->capture_default_str();
  app
    .add_option("--kill-store", result.kill_store,
                "Kill the store after every so many stored resources, "
                "0 for never")
    ->capture_default_str();
  app
    .add_option("--max-db-pages", result.max_db_pages,
                "Limit of the database's size, to see a full disk")
    ->check(CLI::Range(0, 1'000'000'000))
    ->group("");
  try {
    app.parse(argc, argv);
    return result;
  } catch (const CLI::ParseError& x) {
    auto failed = app.exit(x) != 0;
    status = failed ? exit_status::usage : exit_status::success;
    if (!failed && !std::cout.flush()) {
      std::cerr << "fhir_intake: cannot write to standard output\n";
      status = exit_status::failed;
    }
    return std::nullopt;
  }
}

} // namespace fhir_intake
