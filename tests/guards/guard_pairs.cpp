#include "clinic.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// Who asks, and how urgently, is known behind any two guards in any order.

using namespace guard_test;
using vigil::bulkhead_policy;
using vigil::rate_limit_policy;
using vigil::retry_policy;

namespace {

inline constexpr vigil::child_key<clinic, "pool"> pool_key;

using guarded_clinic = vigil::guard_builder<clinic>;

/// What stood at a certain place saw of a message.
struct sight {
  caf::actor_id caller;
  bool urgent;

  friend bool operator==(const sight&, const sight&) = default;
};

using sights = std::shared_ptr<std::vector<sight>>;

/// Writes down who asks, and how.
class witness : public vigil::guard_layer {
public:
  explicit witness(sights seen) : seen_(std::move(seen)) {
    // nop
  }

  std::optional<vigil::failure> called(const vigil::layer_message& x) override {
    const auto caller = x.caller();
    seen_->push_back({caller == nullptr ? 0 : caller->id(), x.is_urgent()});
    return std::nullopt;
  }

private:
  sights seen_;
};

guarded_clinic with_witness(const guarded_clinic& x, const sights& seen) {
  return x.layer("witness", [=] { return std::make_unique<witness>(seen); });
}

retry_policy retries() {
  return retry_policy{}.attempts(3).backoff(vigil::fixed(1s));
}

struct kind {
  const char* name;
  std::function<guarded_clinic(const guarded_clinic&, const clinic&)> add;
};

/// All kinds of guards. Some make calls wait, or make them again.
std::vector<kind> all_kinds() {
  return {
    {"fallback",
     [](auto& x, auto& other) {
       return x.fallback(other);
     }},
    {"retry",
     [](auto& x, auto&) {
       return x.retry(retries());
     }},
    {"breaker",
     [](auto& x, auto&) {
       return x.breaker({});
     }},
    {"bulkhead",
     [](auto& x, auto&) {
       return x.bulkhead(bulkhead_policy{}.concurrent(1).queue(99));
     }},
    {"rate_limit",
     [](auto& x, auto&) {
       return x.rate_limit(rate_limit_policy{1, 1s}.queue(99));
     }},
    {"by_sender",
     [](auto& x, auto&) {
       return x.rate_limit_by_sender(rate_limit_policy{2, 1s}.queue(99));
     }},
    {"timeout",
     [](auto& x, auto&) {
       return x.timeout(1h);
     }},
    {"own",
     [](auto& x, auto&) {
       return with_witness(x, std::make_shared<std::vector<sight>>());
     }},
  };
}

/// Calls `f(world, two guards before a target)` for each pair, in both orders
/// and, where a guard may have both, twice the same.
template <class F>
void for_each_pair(F f) {
  for (const auto& outer : all_kinds())
    for (const auto& inner : all_kinds()) {
      if (std::string{outer.name} == "breaker" && inner.name == outer.name)
        continue;
      CAPTURE(outer.name);
      CAPTURE(inner.name);
      world x;
      const auto target = x.spawn();
      // Asked last, so it has to know as well.
      auto seen = std::make_shared<std::vector<sight>>();
      const clinic other
        = x.start(with_witness(vigil::guard("other", x.spawn()), seen));
      f(x, inner.add(outer.add(vigil::guard("g", target), other), other), seen);
    }
}

/// Makes a request; keeps the answer.
struct asker {
  asker(world& x, const clinic& to, int what, bool urgent)
    : self(
      x.sys().spawn<caf::hidden>([=, got = got](caf::event_based_actor* me) {
        auto yes = [=](int n) {
          *got = std::to_string(n);
        };
        auto no = [=](const caf::error&) {
          *got = "error";
        };
        if (urgent)
          me->request<caf::message_priority::high>(to, caf::infinite, what)
            .then(yes, no);
        else
          me->request(to, caf::infinite, what).then(yes, no);
        return caf::behavior{[](float) {
        }};
      })),
      expected{self->id(), urgent} {
    x.run();
  }

  std::shared_ptr<std::string> got = std::make_shared<std::string>();
  caf::actor self;
  sight expected;
};

/// Checks that each of the three attempts of a call that fails comes from who
/// asked, and as it was asked.
void check_each_attempt(world& x, const clinic& guarded, const sights& seen) {
  for (const bool urgent : {false, true}) {
    CAPTURE(urgent);
    const asker one{x, guarded, -1, urgent};
    x.advance(10s);
    CHECK(*one.got == "error");
    CHECK(*seen == std::vector(3, one.expected));
    seen->clear();
  }
}

} // namespace

TEST_SUITE_BEGIN("guard pairs");

TEST_CASE("behind any two guards each caller is seen, and its priority") {
  for_each_pair([](world& x, const guarded_clinic& pair, const sights&) {
    auto seen = std::make_shared<std::vector<sight>>();
    const auto guarded = x.start(with_witness(pair, seen));
    for (const bool urgent : {false, true}) {
      CAPTURE(urgent);
      const asker one{x, guarded, 1, urgent};
      const asker two{x, guarded, 2, !urgent};
      x.advance(10s);
      CHECK(*one.got == "1");
      CHECK(*two.got == "2");
      CHECK(*seen == std::vector{one.expected, two.expected});
      seen->clear();
    }
  });
}

TEST_CASE("behind any two guards all attempts are those of the caller") {
  for_each_pair([](world& x, const guarded_clinic& pair, const sights& last) {
    // A retry before them, between them and behind them is one of the pairs.
    auto seen = std::make_shared<std::vector<sight>>();
    const auto guarded = x.start(with_witness(pair.retry(retries()), seen));
    for (const bool urgent : {false, true}) {
      CAPTURE(urgent);
      const asker one{x, guarded, -1, urgent};
      x.advance(60s);
      CHECK_FALSE(one.got->empty());
      CHECK(seen->size() >= 3);
      CHECK(*seen == std::vector(seen->size(), one.expected));
      CHECK(*last == std::vector(last->size(), one.expected));
      seen->clear();
      last->clear();
    }
  });
}

TEST_CASE("limits by sender see the caller behind any two guards") {
  for_each_pair([](world& x, const guarded_clinic& pair, const sights&) {
    const auto guarded
      = x.start(pair.rate_limit_by_sender(rate_limit_policy{1, 1h}));
    const asker one{x, guarded, 1, false};
    const asker two{x, guarded, 2, false};
    x.advance(10s);
    CHECK(*one.got == "1");
    CHECK(*two.got == "2");
  });
}

TEST_CASE("shares by sender see the caller behind any two guards") {
  for_each_pair([](world& x, const guarded_clinic& pair, const sights&) {
    // The bulkheads among them let in one only.
    const auto guarded = x.start(
      pair.bulkhead(bulkhead_policy{}.concurrent(9).per_caller(1).queue(9)));
    const asker one{x, guarded, hang, false};
    x.advance(10s);
    const auto busy = x.book->asked.size();
    const asker two{x, guarded, 2, true};
    x.advance(10s);
    if (two.got->empty())
      x.let_go(1);
    x.advance(10s);
    CHECK(busy == 1);
    CHECK(*two.got == "2");
    x.let_go(1);
  });
}

TEST_CASE("guards that are children pass on who asks, and how") {
  world x;
  auto seen = std::make_shared<std::vector<sight>>();
  auto inner = x.start(vigil::supervisor("inner").child(
    vigil::child("guarded", with_witness(vigil::guard("i", x.spawn()), seen))));
  const auto door = inner.find<clinic>("guarded").value();
  auto outer = x.start(vigil::supervisor("outer").child(vigil::child(
    "guarded",
    vigil::guard("o", door).retry(retries()).breaker({}).timeout(1h))));
  check_each_attempt(x, outer.find<clinic>("guarded").value(), seen);
}

TEST_CASE("a pool and who delegates pass on who asks, and how") {
  world x;
  auto seen = std::make_shared<std::vector<sight>>();
  const auto worker = with_witness(vigil::guard("w", x.spawn()), seen);
  auto tree = x.start(vigil::supervisor("town").child(vigil::pool(
    pool_key, 2, [&](std::size_t) { return vigil::child("worker", worker); })));
  const clinic pool = tree[pool_key];
  const clinic desk = x.sys().spawn<caf::hidden>(
    [=](clinic::pointer self) -> clinic::behavior_type {
      return {[=](int n) {
        return self->delegate(pool, n);
      }};
    });
  for (const auto& target : {pool, desk}) {
    check_each_attempt(
      x, x.start(vigil::guard("g", target).retry(retries()).timeout(1h)), seen);
  }
}

TEST_CASE("what is no request passes any two guards as it is") {
  for_each_pair([](world& x, const guarded_clinic& pair, const sights&) {
    auto seen = std::make_shared<std::vector<sight>>();
    const auto guarded = x.start(with_witness(pair, seen));
    const auto sender
      = x.sys().spawn<caf::hidden>([=](caf::event_based_actor* me) {
          me->send<caf::message_priority::high>(guarded, 1);
          // A clinic answers all the same.
          return caf::behavior{[](int) {
          }};
        });
    x.advance(10s);
    CHECK(*seen == std::vector{sight{sender->id(), true}});
    CHECK(x.book->asked == std::vector{1});
  });
}

TEST_SUITE_END();
