#include "inventory.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

using namespace fhir_intake;

TEST_CASE("an inventory counts by type and knows what it left out") {
  inventory x;
  const auto both
    = std::make_shared<const std::vector<resource>>(std::vector<resource>{
      {0, "Patient", "a", "{}"}, {1, "Observation", "b", "{}"}});
  x.count(both);
  x.count(both);
  x.leave_out(both);
  const auto all = x.count();
  CHECK(all.types.at("Patient") == 2);
  CHECK(all.types.at("Observation") == 2);
  CHECK(all.left_out == 2);
}
