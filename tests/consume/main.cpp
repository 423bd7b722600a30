// The program all three ways of using vigil build and run.

#include <vigil/version.hpp>

#include <cstdio>

int main() {
  if (vigil::linked_version() != vigil::version) {
    std::puts("headers and library differ");
    return 1;
  }
  std::printf("vigil %s\n", vigil::version.data());
  return 0;
}
