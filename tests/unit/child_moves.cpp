#include "core_parts.hpp"

#include <vigil/internal/decision/child_moves.hpp>

#include <doctest/doctest.h>

using core_parts::said;
using core_parts::spec;
using vigil::child_state;
using vigil::duration;
using vigil::time_point;
using vigil::detail::child_moves;
using vigil::detail::child_table;
using vigil::detail::core_child;
using vigil::detail::outbox;

namespace {

constexpr duration second = std::chrono::seconds{1};

/// One child and what moves it.
struct one_child {
  explicit one_child(vigil::child_spec x) {
    children.add_static(std::move(x));
  }

  one_child() : one_child(spec("a")) {
    // nop
  }

  core_child& a() {
    return *children.find(1);
  }

  /// What was said since; checks the books.
  std::string log() {
    CHECK(children.flaw() == nullptr);
    return said(out);
  }

  void run() {
    moves.start(a());
    moves.come_up(a(), time_point{second});
    out.take().clear();
  }

  child_table children{false};
  outbox out;
  child_moves moves{children, out};
};

} // namespace

TEST_SUITE_BEGIN("decision core: moves of a child");

TEST_CASE("a child starts and comes up") {
  one_child t;
  t.moves.start(t.a());
  CHECK(t.a().state == child_state::starting);
  CHECK(t.log() == "start 1");
  CHECK(t.moves.come_up(t.a(), time_point{second}));
  CHECK(t.a().state == child_state::running);
  CHECK(t.a().up);
  CHECK(t.a().up_since == time_point{second});
  CHECK(t.log() == "");
  t.moves.settle(t.a());
  t.moves.start(t.a());
  CHECK(!t.a().up);
  CHECK(t.log() == "start 1 again");
}

TEST_CASE("a start has a timer if it has a limit") {
  auto limited = spec("a");
  limited.start_timeout = second;
  one_child t{limited};
  t.moves.start(t.a());
  CHECK(t.log() == "start 1, timer 1 1s");
  t.moves.come_up(t.a(), {});
  CHECK(t.log() == "cancel 1");
}

TEST_CASE("nobody comes up who does not start") {
  one_child t;
  CHECK(!t.moves.come_up(t.a(), {}));
  CHECK(!t.a().been_up);
  t.run();
  CHECK(!t.moves.come_up(t.a(), {}));
}

TEST_CASE("who is being stopped may come up, and is still being stopped") {
  one_child t;
  t.moves.start(t.a());
  t.moves.stop(t.a(), false);
  CHECK(t.moves.come_up(t.a(), {}));
  CHECK(t.a().state == child_state::stopping);
  CHECK(t.a().up);
  CHECK(t.log() == "start 1, stop 1");
}

TEST_CASE("a child is stopped as its spec says") {
  auto with = [](vigil::shutdown_policy how, bool force) {
    auto x = spec("a");
    x.shutdown = how;
    one_child t{x};
    t.run();
    t.moves.stop(t.a(), force);
    CHECK(t.a().state == child_state::stopping);
    return t.log();
  };
  CHECK(with(vigil::infinity, false) == "stop 1");
  CHECK(with(5 * second, false) == "stop 1, timer 1 5s");
  CHECK(with(vigil::brutal_kill, false) == "kill 1, timer 1 1s");
  CHECK(with(5 * second, true) == "kill 1, timer 1 1s");
}

TEST_CASE("a supervisor that is killed has no limit") {
  auto x = spec("a");
  x.kind = vigil::child_kind::supervisor;
  x.shutdown = 5 * second;
  one_child t{x};
  t.run();
  t.moves.stop(t.a(), false);
  t.moves.kill(t.a());
  CHECK(t.a().killed);
  CHECK(t.log() == "stop 1, timer 1 5s, kill 1, cancel 1");
}

TEST_CASE("a child waits for its time or for its turn") {
  one_child t;
  t.moves.wait_for_retry(t.a(), duration::zero());
  CHECK(t.a().state == child_state::restarting);
  CHECK(t.log() == "timer 1 0s");
  t.moves.settle(t.a());
  CHECK(t.log() == "cancel 1");
  t.a().planned = true;
  t.moves.wait_for_turn(t.a());
  CHECK(t.a().state == child_state::restarting);
  CHECK(t.log() == "");
}

TEST_CASE("a settled child keeps what is planned for it") {
  one_child t;
  t.run();
  t.a().doomed = true;
  t.a().planned = true;
  t.a().kept_exit = 9;
  t.moves.settle(t.a());
  CHECK(t.a().state == child_state::stopped);
  CHECK(!t.a().doomed);
  CHECK(t.a().planned);
  CHECK(t.a().kept_exit == 0);
  CHECK(t.log() == "");
}

TEST_CASE("a child is parked once, until it starts") {
  one_child t;
  t.moves.park(t.a());
  t.moves.park(t.a());
  CHECK(t.log() == "park 1");
  t.moves.start(t.a());
  t.moves.settle(t.a());
  t.moves.park(t.a());
  CHECK(t.log() == "start 1, park 1");
}

TEST_CASE("who is forgotten is gone from the table") {
  one_child t;
  t.moves.forget(t.a());
  CHECK(t.children.all().empty());
  CHECK(t.log() == "forget 1");
}

TEST_SUITE_END();
