#define DOCTEST_CONFIG_IMPLEMENT
#include <caf_tools.hpp>
#include <doctest/doctest.h>

int main(int argc, char** argv) {
  test::prepare();
  return doctest::Context{argc, argv}.run();
}
