#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace test;
using vigil::errc;

namespace {

auto sup() {
  return vigil::supervisor("sup");
}

} // namespace

TEST_CASE("children start in order, all of them before start returns") {
  world w;
  auto root = sup();
  for (auto k : all_kinds)
    root = root.child(w.child(to_string(k), k));
  auto tree = w.start(root);
  CHECK(w.log()
        == "start in place#1, start respawn#1, start class#1, "
           "start callable#1");
  CHECK(listing(tree)
        == "callable running, class running, respawn running, "
           "in place running");
  CHECK(counts(tree) == "[4, 4, 0, 4]");
}

TEST_CASE("a supervisor without children starts and stops") { // S1, S45
  world w;
  auto tree = w.start(sup());
  CHECK(listing(tree).empty());
  CHECK(counts(tree) == "[0, 0, 0, 0]");
  CHECK(tree.running());
  CHECK(said(tree.stop()) == "ok");
  CHECK_FALSE(tree.running());
}

TEST_CASE("a supervisor without children ends when it is told to shut down") {
  world w; // S1
  auto tree = w.start(sup());
  caf::anon_send_exit(tree.handle(), caf::exit_reason::user_shutdown);
  w.run();
  CHECK_FALSE(tree.running());
  CHECK(said(tree.wait()) == "ok");
}

TEST_CASE("a failed start stops the earlier children in reverse and names the "
          "child") { // S9
  for (auto k : all_kinds) {
    for (auto how : {begin::fail, begin::throws, begin::quit_badly}) {
      if (k == kind::callable && how == begin::quit_badly)
        continue; // it is up when its function has returned
      CAPTURE(to_string(k));
      CAPTURE(static_cast<int>(how));
      world w;
      w["c"].starts = {how};
      auto tree = sup()
                    .child(w.child("a"))
                    .child(w.child("b", kind::respawn))
                    .child(w.child("c", k))
                    .child(w.child("d"))
                    .start(w.sys());
      REQUIRE_FALSE(tree);
      CHECK(tree.error().path == "sup/c");
      const char* why = how == begin::fail     ? "refused"
                        : how == begin::throws ? "exception"
                                               : "exited";
      CHECK(chain(tree.error()) == std::string{"start_failed < "} + why);
      CHECK(tree.error().cause->path == "sup/c");
      CHECK(tree.error().cause->incarnation == 1);
      CHECK(w.log() == "start a#1, start b#1, stop b#1, stop a#1");
      CHECK(w["c"].lives == 1);
      CHECK(w["d"].lives == 0);
    }
  }
}

TEST_CASE("a failed start says what an exception said") {
  world w;
  w["a"].later = begin::throws;
  auto tree = sup().child(w.child("a")).start(w.sys());
  REQUIRE_FALSE(tree);
  CHECK(tree.error().cause->message == "told to throw in init");
}

TEST_CASE("a failed start deep in the tree leads to the child that failed") {
  world w;
  w["leaf"].later = begin::fail;
  auto tree
    = sup()
        .child(w.child("a"))
        .child(vigil::supervisor("mid")
                 .child(w.child("b"))
                 .child(vigil::supervisor("low").child(w.child("leaf"))))
        .start(w.sys());
  REQUIRE_FALSE(tree);
  CHECK(chain(tree.error())
        == "start_failed < start_failed < start_failed < refused");
  CHECK(tree.error().path == "sup/mid");
  CHECK(tree.error().root_cause().path == "sup/mid/low/leaf");
  CHECK(w.log() == "start a#1, start b#1, stop b#1, stop a#1");
}

TEST_CASE("the initial start is not tried again, whatever the budget") { // a5
  world w;
  w["a"].later = begin::fail;
  auto tree = sup().intensity(100, 1h).child(w.child("a")).start(w.sys());
  CHECK(said(tree) == "start_failed");
  w.advance(1h);
  CHECK(w["a"].lives == 1);
}

TEST_CASE("a builder starts as many trees as one likes") {
  world w;
  auto root = sup().child(w.child("a"));
  auto one = w.start(root);
  auto two = w.start(root);
  CHECK(w.log() == "start a#1, start a#2");
  CHECK(said(one.stop()) == "ok");
  CHECK(two.running());
  CHECK(w.log() == "stop a#1");
}

// -- ignore -------------------------------------------------------------------

TEST_CASE("a child that ignores its start is kept but does not run") { // S2, S3
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    w["a"].starts = {begin::ignore};
    auto tree = w.start(sup().child(w.child("a", k)).child(w.child("b")));
    CHECK(listing(tree) == "b running, a stopped");
    CHECK(counts(tree) == "[2, 1, 0, 2]");
    CHECK(w.log() == "start b#1");
    CHECK(said(tree.restart_child("a")) == "ok");
    CHECK(listing(tree) == "b running, a running");
  }
}

TEST_CASE("start_child of a child that ignores its start keeps it") { // S3
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    w["a"].starts = {begin::ignore};
    auto tree = w.start(sup());
    auto a = tree.start_child(w.child("a", k));
    CHECK(said(a) == "ok");
    CHECK(said(tree.start_child(w.child("b"))) == "ok");
    CHECK(listing(tree) == "b running, a stopped");
    CHECK(counts(tree) == "[2, 1, 0, 2]");
    REQUIRE(a);
    CHECK(w.ask(a.value(), "who") == "child_stopped");
  }
}

TEST_CASE("a temporary child that ignores its start is forgotten") { // S4, S5
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    w["a"].starts = {begin::ignore, begin::ignore};
    auto a = w.child("a", k).temporary();
    auto tree = w.start(sup().child(a));
    CHECK(listing(tree).empty());
    CHECK(said(tree.start_child(a)) == "ignored");
    CHECK(said(tree.start_child(w.child("b"))) == "ok");
    CHECK(listing(tree) == "b running");
    CHECK(counts(tree) == "[1, 1, 0, 1]");
  }
}

// -- a start that takes its time ----------------------------------------------

TEST_CASE("a start that takes longer than its limit has failed") {
  world w;
  w["b"].door.closed = true;
  const auto before = w.now();
  auto tree = sup()
                .child(w.child("a"))
                .child(w.child("b", kind::of_class).start_timeout(2s))
                .start(w.sys());
  REQUIRE_FALSE(tree);
  CHECK(chain(tree.error()) == "start_failed < start_timeout");
  CHECK(tree.error().path == "sup/b");
  // Two seconds until the limit, and one in which the kill does not help.
  CHECK(w.now() - before == 3s);
  CHECK(w.log() == "start a#1, stop a#1");
  // Its supervisor is down: it does not start any more.
  w.open("b");
  CHECK(w.log() == "");
}

TEST_CASE("a restart that takes longer than its limit has failed") {
  enum class how { backoff, group, respawn };
  for (auto k : {how::backoff, how::group, how::respawn}) {
    CAPTURE(static_cast<int>(k));
    world w;
    driver others{w.sys()};
    int starts = 0;
    std::optional<vigil::failure> before;
    auto f = [&](worker::pointer self) {
      before = vigil::this_child(self).previous_failure();
      if (++starts == 2)
        others.advance(2500ms);
      return work(self, w.script_of("a"));
    };
    auto child = vigil::child("a", f).start_timeout(2s);
    if (k == how::backoff)
      child = child.backoff(vigil::fixed(1s));
    else if (k == how::respawn)
      child = child.respawn();
    const auto strategy
      = k == how::group ? vigil::one_for_all : vigil::one_for_one;
    auto tree = w.start(sup().strategy(strategy).child(child));
    w.watch(tree);
    w.tell(tree, "a", "die");
    w.advance(5s);
    CHECK(starts == 3);
    REQUIRE(before);
    CHECK(before->code == errc::start_timeout);
    CHECK(before->path == "sup/a");
    CHECK(before->incarnation == 2);
    std::string events;
    for (const auto& x : w.take_events())
      events += std::string{vigil::to_string(x.type)} + '#'
                + std::to_string(x.incarnation)
                + (x.why ? ' ' + name_of(x.why->code) : "") + '\n';
    CHECK(events
          == "child_exited#1 died\n"
             "child_restarting#1\n"
             "start_failed#2 start_timeout\n"
             "child_restarting#2\n"
             "child_restarted#3\n");
  }
}

TEST_CASE("a start within its limit is not disturbed by it") {
  world w;
  w["a"].door.closed = true;
  auto tree = w.start(sup());
  auto started = w.request<vigil::child_info>(
    tree.handle(),
    vigil::call::start_child{w.child("a", kind::of_class).start_timeout(2s)});
  w.advance(2s - 1ns);
  CHECK_FALSE(started.arrived());
  w.open("a");
  CHECK(said(started.get()) == "ok");
  w.advance(1min);
  CHECK(w.ask(tree, "a") == "a#1");
}

TEST_CASE("a slow start below a supervisor counts for the supervisor's limit") {
  world w;
  w["leaf"].door.closed = true;
  auto tree = sup()
                .child(vigil::supervisor("inner")
                         .child(w.child("first"))
                         .child(w.child("leaf", kind::of_class))
                         .start_timeout(2s))
                .start(w.sys());
  REQUIRE_FALSE(tree);
  CHECK(chain(tree.error()) == "start_failed < start_timeout");
  CHECK(tree.error().path == "sup/inner");
  CHECK(w.log() == "start first#1, stop first#1");
}

// -- mistakes -----------------------------------------------------------------

namespace {

struct mistake {
  vigil::supervisor_builder<> root;
  const char* code;
  const char* path;
};

} // namespace

TEST_CASE("each mistake in a spec gives one failure that names its place") {
  world w; // S17, S103
  const auto a = w.child("a");
  const auto any = vigil::auto_shutdown::any_significant;
  const std::vector<mistake> all{
    {vigil::supervisor(""), "empty_id", ""},
    {vigil::supervisor("a/b"), "invalid_id", "a/b"},
    {sup().intensity(1, 0s), "zero_period", "sup"},
    {sup().intensity(1, -1s), "negative_delay", "sup"},
    {sup().intensity(vigil::unlimited, -1s), "negative_delay", "sup"},
    {sup().child(w.child("")), "empty_id", "sup/"},
    {sup().child(w.child("x/y")), "invalid_id", "sup/x/y"},
    {sup().child(w.child("x\n")), "invalid_id", "sup/x\n"},
    {sup().child(a).child(a), "duplicate_id", "sup/a"},
    {sup().child(a.shutdown(-1s)), "negative_delay", "sup/a"},
    {sup().child(a.start_timeout(-1s)), "negative_delay", "sup/a"},
    {sup().child(a.start_timeout(0s)), "out_of_range", "sup/a"},
    {sup().child(a.backoff(vigil::fixed(-1s))), "negative_delay", "sup/a"},
    {sup().child(a.backoff(vigil::exponential(2s, 1s))), "out_of_range",
     "sup/a"},
    {sup().child(a.backoff(vigil::fixed(1s).jitter(1.1))), "out_of_range",
     "sup/a"},
    {sup().child(a.backoff(vigil::fixed(1s).factor(0.9))), "out_of_range",
     "sup/a"},
    {sup().child(a.intensity(1, 0s)), "zero_period", "sup/a"},
    {sup().auto_shutdown(any).child(a.significant()), "bad_combination",
     "sup/a"},
    {sup().child(a.transient().significant()), "bad_combination", "sup/a"},
    {sup().child(a.restart_when([](const auto&) { return true; })),
     "bad_combination", "sup/a"},
    {sup().child(a).child(vigil::supervisor("in").child(
       vigil::supervisor("low").child(a.shutdown(-1s)))),
     "negative_delay", "sup/in/low/a"},
  };
  for (const auto& x : all) {
    CAPTURE(x.code);
    CAPTURE(x.path);
    auto tree = x.root.start(w.sys());
    REQUIRE_FALSE(tree);
    CHECK(said(tree) == x.code);
    CHECK(tree.error().path == x.path);
    CHECK_FALSE(tree.error().message.empty());
    CHECK(tree.error().cause == nullptr);
  }
  CHECK(w.log().empty());
}

TEST_CASE("mistakes are found in children added at run time, too") {
  world w;
  auto tree = w.start(sup().child(w.child("a")));
  auto bad = w.child("b").shutdown(-1s);
  auto added = tree.start_child(bad);
  REQUIRE_FALSE(added);
  CHECK(said(added) == "negative_delay");
  CHECK(added.error().path == "sup/b");
  auto inner = tree.start_child(vigil::supervisor("in").child(bad));
  REQUIRE_FALSE(inner);
  CHECK(said(inner) == "negative_delay");
  CHECK(inner.error().path == "sup/in/b");
  CHECK(said(tree.start_child(w.child("c").transient().significant()))
        == "bad_combination");
  CHECK(listing(tree) == "a running");
}

// -- finding children ---------------------------------------------------------

namespace {

inline constexpr vigil::child_key<worker, "a"> key_a;
inline constexpr vigil::child_key<worker, "deep"> key_deep;
inline constexpr vigil::child_key<vigil::supervisor_handle, "in"> key_in;

} // namespace

TEST_CASE("keys lead to typed handles, at any depth") {
  world w;
  auto tree = w.start(
    sup()
      .child(vigil::child(key_a, work, w.script_of("a")))
      .child(vigil::supervisor(key_in).child(
        vigil::child(key_deep, work, w.script_of("deep")).respawn())));
  worker a = tree[key_a];
  CHECK(w.ask(a, "who") == "a#1");
  CHECK(w.ask(tree[key_deep], "who") == "deep#1");
  CHECK(said(tree.find<worker>("in/deep")) == "ok");
  auto inner
    = w.call<vigil::child_counts>(tree[key_in], vigil::call::count_children{});
  REQUIRE(inner);
  CHECK(inner.value().active == 1);
}

TEST_CASE("looking up what is not there says what is missing") {
  world w;
  auto tree = w.start(sup()
                        .child(w.child("a"))
                        .child(vigil::supervisor("in").child(w.child("b"))));
  CHECK(said(tree.find<worker>("a")) == "ok");
  CHECK(said(tree.find<worker>("in/b")) == "ok");
  CHECK(said(tree.find<caf::actor>("a")) == "wrong_handle_type");
  CHECK(said(tree.find<worker>("in")) == "wrong_handle_type");
  CHECK(said(tree.find<vigil::supervisor_handle>("in")) == "ok");
  CHECK(tree.find<worker>("z").error().path == "sup/z");
  CHECK(tree.find<worker>("in/z/y").error().path == "sup/in/z");
  CHECK(tree.find<worker>("a/b").error().path == "sup/a/b");
  for (auto path : {"z", "in/z/y", "a/b", "", "/", "in/", "/a"}) {
    CAPTURE(path);
    CHECK(said(tree.find<worker>(path)) == "not_found");
  }
  CHECK(said(tree.which_children("a")) == "not_found");
  CHECK(said(tree.which_children("z")) == "not_found");
  CHECK(listing(tree, "in") == "b running");
}
