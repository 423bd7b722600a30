#include "clinic.hpp"

#include <functional>
#include <memory>

// Guards that stand behind guards still know who asked, and how.

using namespace guard_test;
using vigil::bulkhead_policy;
using vigil::rate_limit_policy;
using vigil::retry_policy;

namespace {

using guarded_clinic = vigil::guard_builder<clinic>;

retry_policy retries() {
  return retry_policy{}.attempts(5).backoff(vigil::fixed(1s));
}

/// Guards before which others ask, each with what it is.
struct outer {
  const char* name;
  std::function<guarded_clinic(const guarded_clinic&, const clinic&)> add;
};

std::vector<outer> all_outer() {
  const auto retry_once = retry_policy{}.attempts(1);
  return {
    {"nothing",
     [](const auto& x, auto&) {
       return x;
     }},
    {"fallback",
     [](const auto& x, auto& other) {
       return x.fallback(other);
     }},
    {"retry",
     [=](const auto& x, auto&) {
       return x.retry(retry_once);
     }},
    {"breaker",
     [](const auto& x, auto&) {
       return x.breaker({});
     }},
    {"bulkhead",
     [](const auto& x, auto&) {
       return x.bulkhead({});
     }},
    {"timeout",
     [](const auto& x, auto&) {
       return x.timeout(48h);
     }},
    {"rate_limit",
     [](const auto& x, auto&) {
       return x.rate_limit({1000, 1s});
     }},
    {"all",
     [=](const auto& x, auto& other) {
       return x.fallback(other)
         .retry(retry_once)
         .breaker({})
         .bulkhead({})
         .timeout(48h);
     }},
  };
}

/// Refuses all with `ignored`.
clinic no_clinic(world& x) {
  return x.sys().spawn<caf::hidden>(
    [](clinic::pointer) -> clinic::behavior_type {
      return {[](int) -> caf::result<int> {
        return vigil::to_caf({errc::ignored, "no"});
      }};
    });
}

/// Calls `f(outer guards before target)` in a world of its own, for each.
template <class F>
void behind_each(F f) {
  for (const auto& outer : all_outer()) {
    CAPTURE(outer.name);
    world x;
    f(x, outer.add(vigil::guard("g", x.spawn()), no_clinic(x)));
  }
}

/// An actor that makes requests until it is killed.
caf::actor caller(world& x, const clinic& to, std::vector<int> what) {
  auto result = x.sys().spawn<caf::hidden>([=](caf::event_based_actor* self) {
    for (const auto y : what)
      self->request(to, caf::infinite, y)
        .then([](int) {}, [](const caf::error&) {});
    return caf::behavior{[](float) {
    }};
  });
  x.run();
  return result;
}

void kill(world& x, const caf::actor& who) {
  caf::anon_send_exit(who, caf::exit_reason::kill);
  x.run();
}

} // namespace

TEST_SUITE_BEGIN("guard askers");

TEST_CASE("a rate limiter by sender knows senders through other guards") {
  behind_each([](world& x, const guarded_clinic& outer) {
    const auto guarded
      = x.start(outer.rate_limit_by_sender(rate_limit_policy{1, 1h}));
    const auto keep = caller(x, guarded, {1, 2});
    CHECK(x.book->asked == std::vector{1});
    CHECK(x.ask(guarded, 3) == "3");
    CHECK(x.ask(guarded, 4) == "4");
  });
}

TEST_CASE("keys of senders that have ended make room for others, and no "
          "others do") {
  behind_each([](world& x, const guarded_clinic& outer) {
    const auto guarded = x.start(
      outer.rate_limit_by_sender(rate_limit_policy{1, 1h}.max_keys(2)));
    CHECK(x.ask_all(guarded, {1, 2, 3, 4}) == "1 2 3 4 ");
    const auto first = caller(x, guarded, {5});
    const auto second = caller(x, guarded, {6});
    const auto third = caller(x, guarded, {7});
    CHECK(x.book->asked == std::vector{1, 2, 3, 4, 5, 6});
    kill(x, first);
    CHECK(x.ask(guarded, 8) == "8");
  });
}

TEST_CASE("however many senders have ended, those who live are known") {
  world x;
  const auto guarded
    = x.start(vigil::guard("g", x.spawn())
                .rate_limit_by_sender(rate_limit_policy{1, 1h}));
  const auto alive = caller(x, guarded, {-1});
  for (int i = 0; i < 1000; ++i)
    CHECK(x.ask(guarded, i) == std::to_string(i));
  caf::anon_send_exit(alive, caf::exit_reason::kill);
}

TEST_CASE("a bulkhead counts callers through other guards") {
  behind_each([](world& x, const guarded_clinic& outer) {
    const auto guarded = x.start(
      outer.bulkhead(bulkhead_policy{}.concurrent(3).per_caller(1).queue(9)));
    const auto greedy = caller(x, guarded, {hang, hang, hang});
    CHECK(x.book->asked.size() == 1);
    CHECK(x.ask(guarded, 1) == "1");
    // Guards stay for the calls that they have.
    while (!x.book->hanging.empty())
      x.let_go(1);
  });
}

TEST_CASE("a call is not made again for a caller that died while it waits") {
  behind_each([](world& x, const guarded_clinic& outer) {
    const auto guarded = x.start(outer.retry(retries()));
    kill(x, caller(x, guarded, {-1}));
    x.advance(10s);
    CHECK(x.book->asked == std::vector{-1});
  });
}

TEST_CASE("a call is not made again for a caller that died during it") {
  behind_each([](world& x, const guarded_clinic& outer) {
    const auto guarded = x.start(outer.retry(retries()));
    kill(x, caller(x, guarded, {hang}));
    for (auto& promise : std::exchange(x.book->hanging, {}))
      promise.deliver(vigil::to_caf({errc::unspecified, "no"}));
    x.run();
    x.advance(10s);
    CHECK(x.book->asked == std::vector{hang});
  });
}

TEST_CASE("who died before its turn takes no place, behind whatever guard") {
  behind_each([](world& x, const guarded_clinic& outer) {
    const auto guarded
      = x.start(outer.bulkhead(bulkhead_policy{}.concurrent(1).queue(5)));
    auto first = x.request(guarded, hang);
    x.run();
    kill(x, caller(x, guarded, {2}));
    auto third = x.request(guarded, 3);
    x.run();
    x.let_go(1);
    CHECK(x.text(third) == "3");
    CHECK(x.book->asked == std::vector{hang, 3});
  });
}

TEST_CASE("calls of the dead do not fill the queue of a bulkhead") {
  behind_each([](world& x, const guarded_clinic& outer) {
    const auto guarded
      = x.start(outer.bulkhead(bulkhead_policy{}.concurrent(1).queue(3)));
    auto first = x.request(guarded, hang);
    x.run();
    auto second = x.request(guarded, 2);
    x.run();
    kill(x, caller(x, guarded, {3, 4}));
    auto third = x.request(guarded, 5);
    x.run();
    CHECK(x.text(third) == "-");
    x.let_go(1);
    CHECK(x.text(second) == "2");
    CHECK(x.text(third) == "5");
    CHECK(x.book->asked == std::vector{hang, 2, 5});
  });
}

TEST_CASE("calls of the dead do not fill the queue of a rate limiter") {
  behind_each([](world& x, const guarded_clinic& outer) {
    const auto guarded
      = x.start(outer.rate_limit(rate_limit_policy{1, 1s}.queue(3)));
    CHECK(x.ask(guarded, 1) == "1");
    auto second = x.request(guarded, 2);
    x.run();
    kill(x, caller(x, guarded, {3, 4}));
    auto third = x.request(guarded, 5);
    x.run();
    CHECK(x.text(third) == "-");
    x.advance(2s);
    CHECK(x.text(second) == "2");
    CHECK(x.text(third) == "5");
  });
}

namespace {

/// A supervised caller that makes requests in its first incarnation alone.
class reborn {
public:
  reborn(world& x, const clinic& to, std::vector<int> what, bool dynamic,
         bool respawn)
    : world_(x), tree_(x.start(build(to, std::move(what), dynamic, respawn))),
      caller_(dynamic ? tree_.find<vigil::dynamic_ref<caf::actor>>("callers")
                          .value()
                          .start_child()
                          .value()
                      : tree_.find<caf::actor>("caller").value()) {
    // Dynamic ones begin with their first message.
    caf::anon_send(caller_, 1);
    x.run();
    CHECK(*lives_ == 1);
  }

  void begin_anew() {
    caf::anon_send(caller_, fault);
    world_.run();
    CHECK(*lives_ == 2);
  }

private:
  vigil::supervisor_builder<> build(const clinic& to, std::vector<int> what,
                                    bool dynamic, bool respawn) {
    auto f = [to, what, lives = lives_](caf::event_based_actor* self) {
      if (++*lives == 1)
        for (const auto y : what)
          self->request(to, caf::infinite, y)
            .then([](int) {}, [](const caf::error&) {});
      return caf::behavior{[self](int x) {
        if (x == fault)
          self->quit(caf::make_error(caf::sec::runtime_error));
      }};
    };
    const auto root = vigil::supervisor("callers");
    if (dynamic)
      return vigil::supervisor("root").child(
        vigil::dynamic_supervisor<caf::actor>("callers", f));
    const auto caller = vigil::child("caller", f);
    return root.child(respawn ? caller.respawn() : caller);
  }

  std::shared_ptr<int> lives_ = std::make_shared<int>(0);
  world& world_;
  vigil::tree_ref tree_;
  caf::actor caller_;
};

/// Calls `f(world, guarded, caller)` for each kind of caller; the caller has
/// made its requests.
template <class F>
void for_each_reborn(const std::vector<int>& what, F f) {
  for (const bool dynamic : {false, true})
    for (const bool respawn : {false, true})
      if (!dynamic || !respawn)
        behind_each([&](world& x, const guarded_clinic& outer) {
          CAPTURE(dynamic);
          CAPTURE(respawn);
          f(x, outer, [&](const clinic& to) {
            return reborn{x, to, what, dynamic, respawn};
          });
        });
}

} // namespace

TEST_CASE("a call is not made again for an earlier incarnation of its caller") {
  for_each_reborn({-1}, [](world& x, const guarded_clinic& outer, auto make) {
    const auto guarded = x.start(outer.retry(retries()));
    auto caller = make(guarded);
    caller.begin_anew();
    x.advance(10s);
    CHECK(x.book->asked == std::vector{-1});
  });
}

TEST_CASE("calls of earlier incarnations do not fill the queue of a bulkhead") {
  for_each_reborn(
    {3, 4, 5}, [](world& x, const guarded_clinic& outer, auto make) {
      const auto guarded
        = x.start(outer.bulkhead(bulkhead_policy{}.concurrent(1).queue(3)));
      auto first = x.request(guarded, hang);
      x.run();
      auto caller = make(guarded);
      caller.begin_anew();
      auto next = x.request(guarded, 6);
      x.run();
      CHECK(x.text(next) == "-");
      x.let_go(1);
      CHECK(x.text(next) == "6");
      CHECK(x.book->asked == std::vector{hang, 6});
    });
}

TEST_CASE(
  "calls of earlier incarnations do not fill the queue of a rate limiter") {
  for_each_reborn(
    {3, 4, 5}, [](world& x, const guarded_clinic& outer, auto make) {
      const auto guarded
        = x.start(outer.rate_limit(rate_limit_policy{1, 1s}.queue(3)));
      CHECK(x.ask(guarded, 1) == "1");
      auto caller = make(guarded);
      caller.begin_anew();
      auto next = x.request(guarded, 6);
      x.run();
      CHECK(x.text(next) == "-");
      x.advance(1s);
      CHECK(x.text(next) == "6");
    });
}

TEST_CASE("an incarnation gets its answers, whatever earlier ones asked for") {
  world x;
  const auto guarded
    = x.start(vigil::guard("g", x.spawn())
                .retry(retries())
                .bulkhead(bulkhead_policy{}.concurrent(1).queue(1)));
  auto got = std::make_shared<std::vector<int>>();
  auto tree = x.start(vigil::supervisor("root").intensity(100, 1s).child(
    vigil::child("caller", [=](caf::event_based_actor* self) -> caf::behavior {
      return {[=](int n) {
        if (n == fault)
          return self->quit(caf::make_error(caf::sec::runtime_error));
        auto yes = [=](int m) {
          got->push_back(m);
        };
        auto no = [=](const caf::error&) {
          got->push_back(-n);
        };
        if (n % 2 == 0)
          self->request<caf::message_priority::high>(guarded, caf::infinite, n)
            .then(yes, no);
        else
          self->request(guarded, caf::infinite, n).then(yes, no);
      }};
    })));
  const auto caller = tree.find<caf::actor>("caller").value();
  for (int i = 1; i < 10; ++i) {
    for (const auto n : {i, fault}) {
      x.book->failures = 1;
      caf::anon_send(caller, n);
      x.run();
    }
    x.book->failures = 2;
    caf::anon_send(caller, 100 + i);
    x.advance(10s);
    CHECK(got->size() == static_cast<std::size_t>(i));
    CHECK(got->back() == 100 + i);
  }
}

TEST_CASE("a large queue of the dead makes room, too") {
  world x;
  const auto guarded = x.start(vigil::bulkhead(
    "b", x.spawn(), bulkhead_policy{}.concurrent(1).queue(1000)));
  auto first = x.request(guarded, hang);
  x.run();
  kill(x, caller(x, guarded, std::vector<int>(1000, 1)));
  x.advance(1ms);
  auto next = x.request(guarded, 2);
  x.run();
  CHECK(x.text(next) == "-");
  x.let_go(1);
  CHECK(x.text(next) == "2");
}

TEST_CASE("a call whose time is over does not wait on behind other guards") {
  world x;
  const auto guarded
    = x.start(vigil::guard("g", x.spawn())
                .timeout(1s)
                .bulkhead(bulkhead_policy{}.concurrent(1).queue(1)));
  auto first = x.request(guarded, hang);
  auto second = x.request(guarded, 2);
  x.advance(1s);
  CHECK(x.text(second) == "timeout");
  auto third = x.request(guarded, 3);
  x.run();
  x.let_go(1);
  CHECK(x.text(third) == "3");
  CHECK(x.book->asked == std::vector{hang, 3});
}

TEST_CASE("a call that nobody waits for is no failure of the target") {
  world x;
  const auto builder = vigil::guard("g", x.spawn())
                         .fallback(no_clinic(x))
                         .breaker(breaker_policy{}.consecutive_failures(1))
                         .bulkhead(bulkhead_policy{}.concurrent(1).queue(5));
  const auto guarded = x.start(builder);
  auto first = x.request(guarded, hang);
  x.run();
  kill(x, caller(x, guarded, {2}));
  x.let_go(1);
  const auto metrics = builder.control().value().metrics();
  CHECK(metrics.state == breaker_state::closed);
  CHECK(metrics.cancelled == 1);
  CHECK(x.ask(guarded, 3) == "3");
}

TEST_CASE("an urgent request stays one, however often it is made") {
  world x;
  auto urgent = std::make_shared<std::vector<bool>>();
  const clinic target = x.sys().spawn<caf::hidden>(
    [=](clinic::pointer self) -> clinic::behavior_type {
      return {[=](int n) -> caf::result<int> {
        urgent->push_back(
          vigil::compat::is_urgent(*self->current_mailbox_element()));
        return vigil::to_caf({errc::unspecified, std::to_string(n)});
      }};
    });
  auto ask = [&](const guarded_clinic& builder, bool high) {
    const auto guarded = x.start(builder);
    urgent->clear();
    const auto keep = x.sys().spawn<caf::hidden>(
      [=](caf::event_based_actor* self) {
        auto no = [](const caf::error&) {
        };
        auto yes = [](int) {
        };
        if (high)
          self->request<caf::message_priority::high>(guarded, caf::infinite, 1)
            .then(yes, no);
        else
          self->request(guarded, caf::infinite, 1).then(yes, no);
      });
    x.advance(10s);
    CHECK(urgent->size() > 1);
    CHECK(*urgent == std::vector<bool>(urgent->size(), high));
  };
  const auto base = vigil::guard("g", target);
  for (const bool high : {true, false}) {
    CAPTURE(high);
    ask(base.retry(retries().attempts(3)), high);
    ask(base.fallback(target), high);
    ask(base.bulkhead({}).retry(retries().attempts(2)).timeout(1h), high);
  }
}

TEST_SUITE_END();
