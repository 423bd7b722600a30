#include "dynamic_fixture.hpp"

#include <functional>
#include <future>
#include <optional>

using namespace dyn;

namespace {

/// Stops a child of its supervisor from inside an actor, both ways.
using stopper = vigil::typed_actor<caf::result<std::string>(bool)>;

stopper::behavior_type stop_one(stopper::pointer self, const adders& some) {
  return {[=](bool blocking) -> caf::result<std::string> {
    auto child = some.start_child(1).value();
    if (blocking) {
      auto done = some.terminate_child(child);
      return done ? "done"
                  : to_string(static_cast<errc>(done.error().code.value()));
    }
    auto promise = self->make_response_promise<std::string>();
    vigil::call::terminate_handle what{
      caf::actor_cast<caf::strong_actor_ptr>(child)};
    self->request(some.handle(), caf::infinite, std::move(what))
      .then(
        [promise]() mutable { promise.deliver(std::string{"done"}); },
        [promise](caf::error& x) mutable { promise.deliver(std::move(x)); });
    return promise;
  }};
}

} // namespace

TEST_CASE_FIXTURE(fixture, "a reference to nothing answers supervisor_down") {
  const adders none;
  CHECK(none.start_child(1).error().code == errc::supervisor_down);
  CHECK(none.start_children(3, 1).error().code == errc::supervisor_down);
  CHECK(none.terminate_child({}).error().code == errc::supervisor_down);
  CHECK(none.size() == 0);
  CHECK(none.children().empty());
  CHECK(none.count_children() == vigil::child_counts{});
  CHECK(none.handle() == nullptr);
  const named_adders no_names;
  CHECK(no_names.start_child("a", 1).error().code == errc::supervisor_down);
  CHECK(no_names.find("a").error().code == errc::supervisor_down);
}

TEST_CASE_FIXTURE(fixture, "a supervisor whose tree has ended answers "
                           "supervisor_down") {
  std::optional<vigil::supervisor_ref<
    vigil::key_list<std::remove_const_t<decltype(adders_key)>>>>
    tree = start(pool());
  auto some = (*tree)[adders_key];
  auto a = some.start_child(1).value();
  REQUIRE(tree->stop());
  tree.reset();
  run();
  CHECK(some.start_child(1).error().code == errc::supervisor_down);
  CHECK(some.start_children(2, 1).error().code == errc::supervisor_down);
  CHECK(some.terminate_child(a).error().code == errc::supervisor_down);
  CHECK(some.size() == 0);
  CHECK(some.children().empty());
  CHECK(ask<int>(a, 1).why.code != std::error_code{});
}

TEST_CASE_FIXTURE(fixture, "a start during the stop is refused") {
  auto tree
    = start(vigil::dynamic_supervisor(adders_key, stubborn).child_shutdown(5s));
  auto some = tree[adders_key];
  tell(some.start_child(1).value(), 1);
  caf::anon_send_exit(tree.handle(), caf::exit_reason::user_shutdown);
  run();
  CHECK(some.size() == 1);
  CHECK(some.start_child(1).error().code == errc::supervisor_stopping);
  CHECK(some.start_children(2, 1).error().code == errc::supervisor_stopping);
  advance(5s);
  CHECK(some.start_child(1).error().code == errc::supervisor_down);
}

TEST_CASE_FIXTURE(fixture, "a child that waits for its restart can be "
                           "terminated, which cancels the restart") {
  auto tree = start(pool().child_backoff(vigil::fixed(2s)));
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  tell(a, -1);
  CHECK(some.count_children().active == 0);
  REQUIRE(some.terminate_child(a));
  CHECK(some.count_children() == vigil::child_counts{});
  advance(3s);
  CHECK(ask<int>(a, 1).why.code == errc::child_stopped);
}

TEST_CASE_FIXTURE(fixture, "all who terminate a child at once learn of its "
                           "end") {
  auto tree
    = start(vigil::dynamic_supervisor(adders_key, stubborn).child_shutdown(5s));
  auto some = tree[adders_key];
  auto a = some.start_child(1).value();
  tell(a, 1);
  vigil::call::terminate_handle what{caf::actor_cast<caf::strong_actor_ptr>(a)};
  caf::scoped_actor self{sys, true};
  auto other = self->request(some.handle(), caf::infinite, what);
  run();
  const auto before = sys.clock().now();
  REQUIRE(some.terminate_child(a));
  CHECK(sys.clock().now() - before == 5s);
  other.receive([] {},
                [](const caf::error& why) { FAIL(caf::to_string(why)); });
}

TEST_CASE_FIXTURE(fixture, "terminate_child refuses a null handle") {
  auto tree = start(pool());
  CHECK(tree[adders_key].terminate_child({}).error().code == errc::not_found);
}

TEST_CASE_FIXTURE(fixture, "a null actor function fails the start of the "
                           "tree") {
  adder::behavior_type (*null)(adder::pointer, int) = nullptr;
  auto why = mistake(vigil::dynamic_supervisor<adder, int>("adders", null));
  CHECK(why.code == errc::null_handle);
  CHECK(why.path == "root/adders");
  std::function<adder::behavior_type(adder::pointer, int)> empty;
  CHECK(mistake(vigil::dynamic_supervisor<adder, int>("adders", empty)).code
        == errc::null_handle);
}

TEST_CASE("terminate_child inside an actor is refused, and a message does "
          "it") {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto tree = vigil::supervisor("root").child(pool()).start(sys).value();
  auto actor = sys.spawn<caf::hidden>(stop_one, tree[adders_key]);
  caf::scoped_actor self{sys, true};
  auto ask = [&](bool blocking) {
    std::string result;
    self->request(actor, 30s, blocking)
      .receive([&](const std::string& x) { result = x; },
               [&](const caf::error& x) { result = caf::to_string(x); });
    return result;
  };
  CHECK(ask(true) == "would_block");
  CHECK(ask(false) == "done");
  CHECK(tree[adders_key].size() == 1);
  caf::anon_send_exit(actor, caf::exit_reason::kill);
}
