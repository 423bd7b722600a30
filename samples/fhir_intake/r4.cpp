#include "r4.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

namespace fhir_intake {

namespace {

using sv = std::string_view;

constexpr std::array<sv, 4> genders{"male", "female", "other", "unknown"};

constexpr std::array<sv, 4> immunization{"status", "vaccineCode", "patient",
                                         "occurrence[x]"};
constexpr std::array<sv, 3> immunization_status{"completed", "entered-in-error",
                                                "not-done"};

constexpr std::array<sv, 2> status_and_code{"status", "code"};
constexpr std::array<sv, 8> observation_status{
  "registered", "preliminary",      "final",  "amended", "corrected",
  "cancelled",  "entered-in-error", "unknown"};
constexpr std::array<sv, 10> report_status{
  "registered",       "partial",   "preliminary", "final",
  "amended",          "corrected", "appended",    "cancelled",
  "entered-in-error", "unknown"};

constexpr std::array<sv, 2> status_and_class{"status", "class"};
constexpr std::array<sv, 9> encounter_status{
  "planned",  "arrived",   "triaged",          "in-progress", "onleave",
  "finished", "cancelled", "entered-in-error", "unknown"};

constexpr std::array<sv, 2> status_and_subject{"status", "subject"};
constexpr std::array<sv, 8> event_status{
  "preparation", "in-progress", "not-done",         "on-hold",
  "stopped",     "completed",   "entered-in-error", "unknown"};

constexpr std::array<sv, 4> medication_request{"status", "intent",
                                               "medication[x]", "subject"};
constexpr std::array<sv, 8> medication_request_status{
  "active",           "on-hold", "cancelled", "completed",
  "entered-in-error", "stopped", "draft",     "unknown"};

constexpr std::array<sv, 1> subject{"subject"};
constexpr std::array<sv, 1> patient{"patient"};

constexpr std::array<r4_rule, 9> rules{{
  {"AllergyIntolerance", patient, {}, {}},
  {"Condition", subject, {}, {}},
  {"DiagnosticReport", status_and_code, "status", report_status},
  {"Encounter", status_and_class, "status", encounter_status},
  {"Immunization", immunization, "status", immunization_status},
  {"MedicationRequest", medication_request, "status",
   medication_request_status},
  {"Observation", status_and_code, "status", observation_status},
  {"Patient", {}, "gender", genders},
  {"Procedure", status_and_subject, "status", event_status},
}};

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Reads a number that is made of digits alone, no sign.
std::optional<unsigned> number(sv x) noexcept {
  if (!std::ranges::all_of(x, is_digit))
    return std::nullopt;
  unsigned result = 0;
  auto [_, ec] = std::from_chars(x.data(), x.data() + x.size(), result);
  return ec == std::errc{} ? std::optional{result} : std::nullopt;
}

} // namespace

const r4_rule* r4_rule_of(sv type) noexcept {
  auto i = std::ranges::find(rules, type, &r4_rule::type);
  return i != rules.end() ? &*i : nullptr;
}

bool is_r4_id(sv x) noexcept {
  return !x.empty() && x.size() <= 64 && std::ranges::all_of(x, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || c == '-' || c == '.';
  });
}

bool is_r4_date(sv x) noexcept {
  // YYYY, YYYY-MM or YYYY-MM-DD
  auto well_formed = (x.size() == 4 || x.size() == 7 || x.size() == 10)
                     && (x.size() < 7 || x[4] == '-')
                     && (x.size() < 10 || x[7] == '-');
  if (!well_formed)
    return false;
  auto year = number(x.substr(0, 4));
  auto month = x.size() < 7 ? 1 : number(x.substr(5, 2));
  auto day = x.size() < 10 ? 1 : number(x.substr(8, 2));
  return year && month && day && *year > 0
         && std::chrono::year_month_day{std::chrono::year{
                                          static_cast<int>(*year)},
                                        std::chrono::month{*month},
                                        std::chrono::day{*day}}
              .ok();
}

} // namespace fhir_intake
