#include "generator.hpp"

#include "mix.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

namespace fhir_intake {

namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 16> families{
  "Abara",  "Berg",     "Castro", "Dufour", "Eriksen", "Fischer",
  "Gupta",  "Haddad",   "Ivanov", "Jones",  "Kim",     "Lindqvist",
  "Moreau", "Nakamura", "Okafor", "Popescu"};

constexpr std::array<std::string_view, 16> givens{
  "Ada",  "Boris", "Chen", "Dalia", "Emil", "Fatima", "Georg", "Hana",
  "Ines", "Jamal", "Kaya", "Luis",  "Mira", "Noor",   "Oskar", "Paula"};

constexpr std::array<std::string_view, 8> cities{
  "Aarhus", "Bologna",  "Coimbra", "Delft",
  "Espoo",  "Freiburg", "Ghent",   "Linz"};

// FHIR: administrative gender; the last two are rare.
constexpr std::array<std::string_view, 16> genders{
  "female", "male", "female", "male", "female", "male", "female",  "male",
  "female", "male", "female", "male", "female", "male", "unknown", "other"};

/// Draws from the numbers that belong to one patient.
class draw {
public:
  draw(std::uint64_t seed, std::uint64_t n) : seed_(mix(seed, n)) {
    // nop
  }

  std::uint64_t next() {
    return mix(seed_, count_++);
  }

  unsigned below(unsigned bound) {
    return static_cast<unsigned>(next() % bound);
  }

  template <class List>
  std::string_view one_of(const List& list) {
    return list[below(static_cast<unsigned>(list.size()))];
  }

private:
  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

template <class... Ts>
std::string print(const char* format, Ts... xs) {
  std::array<char, 64> buf{};
  std::snprintf(buf.data(), buf.size(), format, xs...);
  return buf.data();
}

std::string uuid(std::uint64_t high, std::uint64_t low) {
  return print("%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(high >> 32),
               static_cast<unsigned>(high >> 16) & 0xffffu,
               (static_cast<unsigned>(high) & 0x0fffu) | 0x4000u,
               (static_cast<unsigned>(low >> 48) & 0x3fffu) | 0x8000u,
               static_cast<unsigned long long>(low & 0xffffffffffffu));
}

} // namespace

std::string make_patient(std::uint64_t seed, std::uint64_t n) {
  // One draw a statement: compilers differ in the order of arguments.
  draw from{seed, n};
  auto high = from.next();
  auto low = from.next();
  auto family = from.one_of(families);
  auto given = from.one_of(givens);
  auto gender = from.one_of(genders);
  auto year = 1930 + from.below(95);
  auto month = 1 + from.below(12);
  auto day = 1 + from.below(28);
  auto phone = from.below(10'000'000);
  auto house = 1 + from.below(200);
  auto city = from.one_of(cities);
  auto postal_code = from.below(100'000);
  auto list = [](auto x) {
    return ordered_json::array({std::move(x)});
  };
  auto identifier = ordered_json{
    {"system", "urn:vigil:medical-record-number"},
    {"value", print("MRN-%07llu", static_cast<unsigned long long>(n + 1))}};
  auto name = ordered_json{
    {"use", "official"}, {"family", family}, {"given", list(given)}};
  auto telecom = ordered_json{
    {"system", "phone"},
    {"value", print("555-%03u-%04u", phone / 10'000, phone % 10'000)}};
  auto address = ordered_json{{"line", list(print("%u Harbour Street", house))},
                              {"city", city},
                              {"postalCode", print("%05u", postal_code)}};
  return ordered_json{
    {"resourceType", "Patient"},
    {"id", uuid(high, low)},
    {"meta", {{"source", "urn:vigil:generated"}}},
    {"identifier", list(identifier)},
    {"active", true},
    {"name", list(name)},
    {"telecom", list(telecom)},
    {"gender", gender},
    {"birthDate", print("%04u-%02u-%02u", year, month, day)},
    {"address", list(address)},
  }
    .dump();
}

} // namespace fhir_intake
