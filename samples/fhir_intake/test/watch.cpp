#include "watch.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace fhir_intake;
using namespace std::chrono_literals;

namespace {

vigil::event make(vigil::event_type type, const std::string& path,
                  vigil::exit_kind how = vigil::exit_kind::abnormal) {
  vigil::event result;
  result.type = type;
  result.path = path;
  result.exit = how;
  return result;
}

} // namespace

TEST_CASE("crashes and restarts are counted by kind") {
  using enum vigil::event_type;
  watch x{"root", "root/reader"};
  x.on(make(child_exited, "root/workers/worker-1"));
  x.on(make(child_restarted, "root/workers/worker-1"));
  x.on(make(child_exited, "root/workers/worker-12"));
  x.on(make(child_exited, "root/store"));
  x.on(make(child_exited, "root/store", vigil::exit_kind::normal));
  x.on(make(child_stopped, "root/store"));
  x.on(make(start_failed, "root/store"));
  auto tallies = x.tallies();
  CHECK(tallies.size() == 2);
  CHECK(tallies["worker"].crashes == 2);
  CHECK(tallies["worker"].restarts == 1);
  CHECK(tallies["store"].crashes == 1);
  CHECK(tallies["store"].failed_starts == 1);
  CHECK(x.wait_for(0ms) == watch::state::working);
}

TEST_CASE("the work is over when the reader ends by itself") {
  watch x{"root", "root/reader"};
  x.on(make(vigil::event_type::child_exited, "root/reader"));
  CHECK(x.wait_for(0ms) == watch::state::working);
  x.on(make(vigil::event_type::child_exited, "root/reader",
            vigil::exit_kind::normal));
  CHECK(x.wait_for(1h) == watch::state::done);
}

TEST_CASE("the work is over when the root gives up") {
  watch x{"root", "root/reader"};
  auto event = make(vigil::event_type::gave_up, "root/kernel");
  x.on(event);
  CHECK(x.wait_for(0ms) == watch::state::working);
  event.path = "root";
  x.on(event);
  CHECK(x.wait_for(1h) == watch::state::gave_up);
}
