#include "progress.hpp"

#include <cstdio>
#include <iostream>

#include <unistd.h>

namespace fhir_intake {

namespace {

// Back to the first column, and erase what stands there.
constexpr auto fresh_line = "\r\x1b[K";

} // namespace

progress::progress(std::uint64_t expected)
  : expected_(expected), active_(::isatty(STDERR_FILENO) == 1) {
  // nop
}

progress::~progress() {
  if (active_)
    std::cerr << fresh_line << std::flush;
}

void progress::show(const ledger::totals& x) const {
  if (!active_)
    return;
  std::cerr << fresh_line;
  if (expected_ > 0)
    std::cerr << (x.stored + x.rejected) * 100 / expected_ << " %  ";
  std::cerr << x.read << " read, " << x.stored << " stored, " << x.rejected
            << " rejected" << std::flush;
}

} // namespace fhir_intake
