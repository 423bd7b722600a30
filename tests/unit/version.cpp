#include <vigil/version.hpp>

#include <doctest/doctest.h>

#include <string>

TEST_CASE("the version text is made of the version numbers") {
  auto text = std::to_string(vigil::version_major) + "."
              + std::to_string(vigil::version_minor) + "."
              + std::to_string(vigil::version_patch);
  CHECK(vigil::version == text);
}

TEST_CASE("headers, library and build files agree on the version") {
  CHECK(vigil::version == VIGIL_PROJECT_VERSION);
  CHECK(vigil::linked_version() == vigil::version);
}
