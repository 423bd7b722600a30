#include "validate.hpp"

#include "errors.hpp"
#include "faults.hpp"
#include "generator.hpp"
#include "r4.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace fhir_intake;

namespace {

line make(std::string text) {
  return make_line(7, std::move(text), nullptr, 1);
}

// Returns how a line with that text ends: "ok", or code and text.
std::string say(std::string text) {
  auto result = validate(make(std::move(text)));
  if (result.has_value())
    return "ok";
  REQUIRE(result.has_error());
  const auto& why = result.error();
  return why.code.message() + ": " + why.text;
}

} // namespace

TEST_CASE("a generated patient is valid and keeps its text") {
  auto text = make_patient(1, 0);
  auto result = validate(make(text));
  REQUIRE(result.has_value());
  CHECK(result.value().seq == 7);
  CHECK(result.value().type == "Patient");
  CHECK(result.value().id.size() == 36);
  CHECK(result.value().text == text);
}

TEST_CASE("what is no resource is rejected as such") {
  CHECK(say("not JSON") == "not JSON: ");
  CHECK(say(R"({"resourceType":"Patient")") == "not JSON: ");
  CHECK(say("\"\xff\"") == "not JSON: ");
  CHECK(say("[]") == "not a FHIR resource: no JSON object");
  CHECK(say("{}") == "not a FHIR resource: no resourceType");
  CHECK(say(R"({"resourceType":7})") == "not a FHIR resource: no resourceType");
  CHECK(say(R"({"resourceType":"Pet","id":"1"})")
        == "not a FHIR resource: resourceType unknown to R4");
}

TEST_CASE("every resource needs a well-formed id") {
  CHECK(say(R"({"resourceType":"Patient"})")
        == "invalid resource: Patient without id");
  CHECK(say(R"({"resourceType":"Patient","id":null})")
        == "invalid resource: Patient without id");
  for (const auto* id : {"\"\"", "7", "\"a b\"", "\"a_b\"", "\"ä\""})
    CHECK(say(R"({"resourceType":"Patient","id":)" + std::string{id} + '}')
          == "invalid resource: Patient with malformed id");
  CHECK(is_r4_id("A-z.09"));
  CHECK(is_r4_id(std::string(64, 'x')));
  CHECK_FALSE(is_r4_id(std::string(65, 'x')));
}

TEST_CASE("a patient's gender and birth date are checked") {
  auto with = [](const std::string& rest) {
    return say(R"({"resourceType":"Patient","id":"1",)" + rest + '}');
  };
  CHECK(with(R"("gender":"female","birthDate":"1943-03-17")") == "ok");
  CHECK(with(R"("gender":"F")")
        == "invalid resource: Patient with unknown gender code");
  CHECK(with(R"("gender":1)")
        == "invalid resource: Patient with unknown gender code");
  CHECK(with(R"("birthDate":"17.3.1943")")
        == "invalid resource: Patient with malformed birthDate");
  CHECK(with(R"("birthDate":1943)")
        == "invalid resource: Patient with malformed birthDate");
}

TEST_CASE("dates are years, months or days that exist") {
  for (const auto* x : {"1943", "1943-03", "1943-03-17", "2024-02-29"})
    CHECK_MESSAGE(is_r4_date(x), x);
  for (const auto* x : {"", "943", "0000", "1943-3", "1943-13", "1943-00",
                        "1943-02-30", "2023-02-29", "1943/03/17", "1943-03-1x",
                        "+943", "1943-03-17T10:00:00Z"})
    CHECK_FALSE_MESSAGE(is_r4_date(x), x);
}

TEST_CASE("other types need their required elements") {
  const std::string start = R"({"resourceType":"Immunization","id":"1",)"
                            R"("vaccineCode":{},"patient":{})";
  CHECK(say(start + '}') == "invalid resource: Immunization without status");
  CHECK(say(start + R"(,"status":"completed"})")
        == "invalid resource: Immunization without occurrence[x]");
  CHECK(say(start + R"(,"status":"completed","occurrence":1})")
        == "invalid resource: Immunization without occurrence[x]");
  CHECK(say(start + R"(,"status":"done","occurrenceString":"once"})")
        == "invalid resource: Immunization with unknown status code");
  CHECK(say(start + R"(,"status":"completed","occurrenceDateTime":"2014"})")
        == "ok");
  CHECK(say(R"({"resourceType":"VisionPrescription","id":"1"})") == "ok");
}

TEST_CASE("a line that is too long is an error, not a crash") {
  CHECK(say(std::string(max_line_bytes + 1, ' '))
        == "line too long: more than 16 MiB");
}

TEST_CASE("damage is a fault or an exception, whatever the text") {
  auto x = make(make_patient(1, 0));
  SUBCASE("a byte differs") {
    x.text[10] ^= 1;
    auto result = validate(x);
    REQUIRE(is_fault(result));
    CHECK(fault_of(result).code == intake_errc::damaged_line);
  }
  SUBCASE("the end is missing") {
    x.text.pop_back();
    CHECK_THROWS_AS((void)validate(x), std::length_error);
  }
}

TEST_CASE("the fault plan is deterministic, near its rate, and seen") {
  fault_plan plan{0.05, 42};
  int hits = 0;
  int kinds[4] = {};
  for (std::uint64_t seq = 0; seq < 10'000; ++seq) {
    auto how = plan.at(seq);
    CHECK(how == fault_plan{0.05, 42}.at(seq));
    ++kinds[static_cast<int>(how)];
    if (how == damage::none)
      continue;
    ++hits;
    auto x = make_line(seq, make_patient(1, seq), nullptr, 1);
    plan.apply(x);
    CHECK((x.text.size() != x.size || checksum_of(x.text) != x.checksum));
  }
  CHECK(hits > 400);
  CHECK(hits < 600);
  CHECK(kinds[1] > kinds[2] + kinds[3]);
  CHECK(kinds[2] > 0);
  CHECK(kinds[3] > 0);
  CHECK(fault_plan{0, 42}.at(1) == damage::none);
  CHECK(fault_plan{1, 42}.at(1) != damage::none);
}

TEST_CASE("patients are a function of seed and number") {
  // If this changes, old seeds tell a new story.
  CHECK(make_patient(1, 0)
        == R"({"resourceType":"Patient",)"
           R"("id":"ab24d153-f7af-41d9-9180-c9429a99cdf3",)"
           R"("meta":{"source":"urn:vigil:generated"},)"
           R"("identifier":[{"system":"urn:vigil:medical-record-number",)"
           R"("value":"MRN-0000001"}],"active":true,)"
           R"("name":[{"use":"official","family":"Haddad",)"
           R"("given":["Dalia"]}],)"
           R"("telecom":[{"system":"phone","value":"555-261-5781"}],)"
           R"("gender":"female","birthDate":"1957-08-20",)"
           R"("address":[{"line":["14 Harbour Street"],"city":"Aarhus",)"
           R"("postalCode":"01785"}]})");
  CHECK(make_patient(1, 0) != make_patient(1, 1));
  CHECK(make_patient(1, 0) != make_patient(2, 0));
  CHECK(make_patient(1, 0).find('\n') == std::string::npos);
}
