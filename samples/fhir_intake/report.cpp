#include "report.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <utility>

namespace fhir_intake {

namespace {

// More reasons than that are summed up.
constexpr std::size_t shown_reasons = 10;

bool sum_holds(const summary& x) {
  return x.count.stored + x.count.rejected == x.count.read;
}

bool rows_hold(const summary& x) {
  return x.rows && x.rows->lines == x.count.stored;
}

std::ostream& row(std::ostream& out, const char* name, std::uint64_t n) {
  return out << std::left << std::setw(10) << name << std::right << std::setw(9)
             << n;
}

void print_types(std::ostream& out, const inventory::totals& x) {
  for (const auto& [type, n] : x.types)
    out << std::setw(19) << n << "  " << type << '\n';
  if (x.left_out > 0)
    out << std::setw(19) << x.left_out << "  not counted by type\n";
}

void print_counts(std::ostream& out, const summary& x) {
  row(out, "read", x.count.read) << '\n';
  row(out, "stored", x.count.stored) << '\n';
  print_types(out, x.end.stock);
  row(out, "rejected", x.count.rejected);
  if (x.count.damaged > 0)
    out << "  (" << x.count.damaged << " damaged on request)";
  out << '\n';
  auto shown = std::min(shown_reasons, x.reasons.size());
  std::uint64_t rest = x.count.rejected;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& reason = x.reasons[i];
    rest -= reason.count;
    out << std::setw(19) << reason.count << "  " << reason.text << ", first at "
        << reason.first << '\n';
  }
  if (rest > 0)
    out << std::setw(19) << rest << "  for other reasons\n";
  if (x.count.pending() > 0)
    row(out, "unsettled", x.count.pending()) << '\n';
}

void print_tally(std::ostream& out, const char* name, const ending& x,
                 std::uint64_t watch::tally::*field) {
  std::uint64_t sum = 0;
  for (const auto& [_, tally] : x.tallies)
    sum += tally.*field;
  row(out, name, sum);
  const char* separator = "  (";
  for (const auto& [kind, tally] : x.tallies)
    if (tally.*field > 0)
      out << std::exchange(separator, ", ") << kind << ' ' << tally.*field;
  out << (sum > 0 ? ")\n" : "\n");
}

void print_checks(std::ostream& out, const summary& x) {
  out << "check     " << (sum_holds(x) ? "ok" : "FAILED") << ": stored "
      << x.count.stored << " + rejected " << x.count.rejected << " = read "
      << x.count.read << '\n';
  if (!x.rows)
    return;
  out << "check     " << (rows_hold(x) ? "ok" : "FAILED")
      << ": the database has " << x.rows->lines << " lines of this run, as "
      << x.rows->resources << " resources";
  if (auto again = x.rows->lines - x.rows->resources; again > 0)
    out << " (" << again << " replaced by a later line with the same id)";
  out << '\n';
}

} // namespace

bool consistent(const summary& x) {
  return x.end.what == ending::kind::done && sum_holds(x) && rows_hold(x);
}

exit_status status_of(const summary& x) {
  if (x.end.what == ending::kind::interrupted)
    return exit_status::interrupted;
  if (!consistent(x))
    return exit_status::failed;
  return x.count.rejected > x.count.damaged ? exit_status::rejections
                                            : exit_status::success;
}

std::string to_string(const summary& x) {
  std::ostringstream out;
  print_counts(out, x);
  print_tally(out, "crashes", x.end, &watch::tally::crashes);
  print_tally(out, "restarts", x.end, &watch::tally::restarts);
  if (std::ranges::any_of(x.end.tallies, [](const auto& kvp) {
        return kvp.second.failed_starts > 0;
      }))
    print_tally(out, "no start", x.end, &watch::tally::failed_starts);
  if (!x.end.tree.empty())
    out << '\n' << x.end.tree << '\n';
  if (x.end.what == ending::kind::done)
    print_checks(out, x);
  out << "database  " << x.db_path;
  if (x.db_is_temporary)
    out << " (temporary, removed now; --db PATH keeps it)";
  else if (x.rows)
    out << " (" << x.rows->all_resources << " resources in all)";
  out << '\n';
  return out.str();
}

} // namespace fhir_intake
