#include "task_fixture.hpp"

#include <memory>
#include <stdexcept>
#include <vector>

using namespace std::chrono_literals;
using namespace task_tests;
using vigil::errc;

namespace {

using asker = vigil::typed_actor<caf::result<int>(int)>;

/// What the tests have an asker do.
struct script {
  vigil::tasks_ref tasks;
  std::function<void(asker::pointer)> act;
  int lives = 0;
  std::vector<std::string> seen{};
};

using script_ptr = std::shared_ptr<script>;

asker::behavior_type asking(asker::pointer self, const script_ptr& x) {
  ++x->lives;
  return vigil::behavior(self, [self, x](int n) -> vigil::outcome<int> {
    if (n < 0)
      return vigil::fault("told to fail");
    if (n > 0)
      x->act(self);
    return n;
  });
}

struct linked : fixture {
  script_ptr plan = std::make_shared<script>();

  auto start_with_asker() {
    auto tree = vigil::supervisor("root")
                  .child(vigil::task_supervisor(tasks_key))
                  .child(vigil::child("asker", asking, plan))
                  .start(sys)
                  .value();
    plan->tasks = tree[tasks_key];
    who = tree.find<asker>("asker").value();
    return tree;
  }

  asker who;
};

auto note_in(const script_ptr& x) {
  return [x](const vigil::outcome<int>& result) {
    x->seen.push_back(result.has_value() ? std::to_string(result.assume_value())
                                         : to_string(code_of(result)));
  };
}

using list = std::vector<std::string>;

} // namespace

// -- then ---------------------------------------------------------------------

TEST_CASE_FIXTURE(linked, "then gives the result inside the actor") {
  auto tree = start_with_asker();
  plan->act = [this](asker::pointer self) {
    plan->tasks.async_nolink(takes(1s, 5)).value().then(self, note_in(plan));
  };
  tell(who, 1);
  CHECK(plan->seen.empty());
  advance(1s);
  CHECK(plan->seen == list{"5"});
}

TEST_CASE_FIXTURE(linked, "then gives a fault after its timeout") {
  auto tree = start_with_asker();
  plan->act = [this](asker::pointer self) {
    plan->tasks.async_nolink(takes(9s, 5))
      .value()
      .then(self, note_in(plan), 1s);
    plan->tasks.async_nolink(takes(9s, 5))
      .value()
      .then(self, note_in(plan), -1s);
    vigil::task<int>{}.then(self, note_in(plan));
  };
  tell(who, 1);
  CHECK(plan->seen == list{"negative_delay", "result_taken"});
  advance(1s);
  CHECK(plan->seen.back() == "timeout");
  advance(10s);
  CHECK(plan->seen.size() == 3);
  CHECK(plan->tasks.size() == 0);
}

TEST_CASE_FIXTURE(linked, "a new incarnation sees no results of the old one") {
  auto tree = start_with_asker();
  auto token = std::make_shared<int>();
  plan->act = [&](asker::pointer self) {
    auto note = note_in(plan);
    plan->tasks.async_nolink(takes(1s, 5))
      .value()
      .then(self, [note, token](const vigil::outcome<int>& x) { note(x); });
  };
  tell(who, 1);
  CHECK(token.use_count() == 2);
  tell(who, -1);
  CHECK(plan->lives == 2);
  CHECK(token.use_count() == 1);
  CHECK(plan->tasks.size() == 1);
  advance(1s);
  CHECK(plan->tasks.size() == 0);
  CHECK(plan->seen.empty());
  CHECK(plan->lives == 2);
}

TEST_CASE_FIXTURE(linked, "then works in actors without a supervisor") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  plan->tasks = tree[tasks_key];
  in_actor([this](caf::event_based_actor* self) {
    plan->tasks.async_nolink([] { return 1; })
      .value()
      .then(self, note_in(plan));
  });
  CHECK(plan->seen == list{"1"});
}

// -- links --------------------------------------------------------------------

TEST_CASE_FIXTURE(linked,
                  "a linked task ends with the incarnation of its caller") {
  auto tree = start_with_asker();
  plan->act = [this](asker::pointer self) {
    plan->tasks.async(self, takes(1h, 5)).value().then(self, note_in(plan));
  };
  tell(who, 1);
  CHECK(plan->tasks.size() == 1);
  tell(who, -1);
  CHECK(plan->lives == 2);
  CHECK(plan->tasks.size() == 0);
  CHECK(plan->seen.empty());
}

TEST_CASE_FIXTURE(linked, "a fault of a linked task ends its caller") {
  auto tree = start_with_asker();
  plan->act = [this](asker::pointer self) {
    static_cast<void>(plan->tasks.async(
      self, []() -> vigil::outcome<int> { return vigil::fault("bad"); }));
  };
  tell(who, 1);
  CHECK(plan->lives == 2);
  auto row = tree.snapshot();
  auto last = row.find("root/asker")->last_failure;
  REQUIRE(last);
  CHECK(last->message == "bad");
}

TEST_CASE_FIXTURE(linked, "values and errors of a linked task harm nobody") {
  auto tree = start_with_asker();
  plan->act = [this](asker::pointer self) {
    static_cast<void>(plan->tasks.async(self, [] { return 1; }));
    plan->tasks
      .async(
        self,
        []() -> vigil::outcome<int> { return vigil::error(errc::not_found); })
      .value()
      .then(self, note_in(plan));
  };
  tell(who, 1);
  CHECK(plan->lives == 1);
  CHECK(plan->seen == list{"not_found"});
}

TEST_CASE_FIXTURE(linked, "a fault of a task without a link harms nobody") {
  auto tree = start_with_asker();
  plan->act = [this](asker::pointer self) {
    plan->tasks.async_nolink([]() -> int { throw std::runtime_error("bad"); })
      .value()
      .then(self, note_in(plan));
  };
  tell(who, 1);
  CHECK(plan->lives == 1);
  CHECK(plan->seen == list{"exception"});
}

TEST_CASE_FIXTURE(linked,
                  "a link does not outlive the incarnation that made it") {
  auto tree = start_with_asker();
  auto owed = std::make_shared<std::vector<vigil::task_promise<int>>>();
  plan->act = [&](asker::pointer self) {
    // Has a token, so that it lives on after it was asked to stop.
    static_cast<void>(plan->tasks.async(
      self, [owed](std::stop_token, vigil::task_promise<int> p) {
        owed->push_back(std::move(p));
      }));
  };
  tell(who, 1);
  tell(who, -1);
  CHECK(plan->lives == 2);
  CHECK(plan->tasks.size() == 1);
  owed->front().deliver(vigil::fault("late"));
  run();
  CHECK(plan->lives == 2);
  CHECK(plan->tasks.size() == 0);
}

TEST_CASE_FIXTURE(linked, "to end or ignore a linked task breaks the link") {
  auto tree = start_with_asker();
  auto owed = std::make_shared<std::vector<vigil::task_promise<int>>>();
  auto keep = [owed](vigil::task_promise<int> p) {
    owed->push_back(std::move(p));
  };
  plan->act = [&](asker::pointer self) {
    auto t = plan->tasks.async(self, keep).value();
    t.cancel();
    plan->tasks.async(self, keep).value().ignore();
    plan->tasks.async(self, takes(1h)).value().then(self, note_in(plan), 1s);
  };
  tell(who, 1);
  advance(1s);
  CHECK(plan->seen == list{"timeout"});
  CHECK(plan->tasks.size() == 1); // the ignored one
  tell(who, -1);
  CHECK(plan->lives == 2);
  CHECK(plan->tasks.size() == 1);
  owed->back().deliver(vigil::fault("nobody cares"));
  run();
  CHECK(plan->lives == 2);
  CHECK(plan->tasks.size() == 0);
}

TEST_CASE_FIXTURE(linked, "actors without a supervisor are linked as in CAF") {
  auto tree = start(vigil::task_supervisor(tasks_key));
  auto tasks = tree[tasks_key];
  auto dies = in_actor([&](caf::event_based_actor* self) {
    static_cast<void>(tasks.async(self, takes(1h)));
  });
  CHECK(tasks.size() == 1);
  caf::anon_send_exit(dies, caf::exit_reason::user_shutdown);
  run();
  CHECK(tasks.size() == 0);
  auto told = std::make_shared<int>();
  auto hit = in_actor([&](caf::event_based_actor* self) {
    self->attach_functor([told] { ++*told; });
    static_cast<void>(tasks.async(self, [] { throw 1; }));
  });
  run();
  CHECK(*told == 1);
}

TEST_CASE_FIXTURE(linked, "a task that never began leaves no link") {
  auto tree = start_with_asker();
  plan->act = [this](asker::pointer self) {
    std::function<int()> empty;
    auto refused = plan->tasks.async(self, empty);
    REQUIRE(!refused);
    CHECK(refused.error().code == errc::null_handle);
    auto down = vigil::tasks_ref{}.async(self, [] { return 1; });
    REQUIRE(!down);
    CHECK(down.error().code == errc::supervisor_down);
  };
  tell(who, 1);
  tell(who, -1);
  CHECK(plan->lives == 2);
}
