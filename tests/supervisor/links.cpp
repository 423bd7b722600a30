#include "../caf/messages.hpp"
#include "world.hpp"

#include <vigil/vigil.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace test;

// A link between children means the same whatever they are: the incarnations
// that are there live and die together.

namespace {

auto sup() {
  return vigil::supervisor("sup").intensity(100, 1h);
}

/// Lives so far by id, and what exit handlers saw.
struct diary {
  std::map<std::string, int> lives{};
  std::vector<std::pair<caf::actor_addr, caf::error>> exits{};
};

using diary_ptr = std::shared_ptr<diary>;

caf::behavior linking(caf::event_based_actor* self, const std::string& id,
                      const diary_ptr& log) {
  ++log->lives[id];
  return {[self](link_atom, const caf::actor& to) { self->link_to(to); },
          [self](unlink_atom, const caf::actor& to) { self->unlink_from(to); },
          [self, log](trap_atom) {
            self->set_exit_handler([log](caf::exit_msg& x) {
              log->exits.emplace_back(x.source, x.reason);
            });
          },
          [self](const std::string& what) {
            if (what == "throw")
              throw std::runtime_error{what};
            if (what == "fail")
              return vigil::this_child(self).fail(trouble::died);
            self->quit(what == "quit"
                         ? caf::make_error(caf::sec::bad_function_call)
                         : caf::error{});
          }};
}

class linking_class : public caf::event_based_actor {
public:
  linking_class(caf::actor_config& cfg, std::string id, diary_ptr log)
    : caf::event_based_actor(cfg), id_(std::move(id)), log_(std::move(log)) {
    // nop
  }

  caf::behavior make_behavior() override {
    return linking(this, id_, log_);
  }

private:
  std::string id_;
  diary_ptr log_;
};

class linking_dead : public caf::event_based_actor {
public:
  using function = std::function<caf::behavior(caf::event_based_actor*)>;

  linking_dead(caf::actor_config& cfg, function f)
    : caf::event_based_actor(cfg), f_(std::move(f)) {
    // nop
  }

  caf::behavior make_behavior() override {
    return f_(this);
  }

private:
  function f_;
};

vigil::child_builder<caf::actor> linked(const std::string& id, kind k,
                                        const diary_ptr& log) {
  switch (k) {
    case kind::in_place:
      return vigil::child(id, linking, id, log);
    case kind::respawn:
      return vigil::child(id, linking, id, log).respawn();
    case kind::of_class:
      return vigil::child<linking_class>(id, id, log);
    default:
      return vigil::child(id, [id, log](caf::actor_system& sys) {
        return sys.spawn<caf::hidden>(linking, id, log);
      });
  }
}

/// Two children, started.
struct couple : world {
  couple(kind one, kind other)
    : tree(
      start(sup().child(linked("a", one, log)).child(linked("b", other, log)))),
      a(tree.find<caf::actor>("a").value()),
      b(tree.find<caf::actor>("b").value()) {
    run();
  }

  template <class... Ts>
  void tell(const caf::actor& to, Ts&&... xs) {
    caf::anon_send(to, std::forward<Ts>(xs)...);
    run();
  }

  std::string lives() {
    return std::to_string(log->lives["a"]) + std::to_string(log->lives["b"]);
  }

  diary_ptr log = std::make_shared<diary>();
  decltype(std::declval<world&>().start(sup())) tree;
  caf::actor a;
  caf::actor b;
};

void for_all_pairs(const std::function<void(couple&, kind, kind)>& f) {
  for (auto x : all_kinds)
    for (auto y : all_kinds) {
      CAPTURE(to_string(x));
      CAPTURE(to_string(y));
      couple w{x, y};
      f(w, x, y);
    }
}

/// Ways to an abnormal end that children of that kind have.
std::vector<std::string> ways(kind x) {
  if (x == kind::callable) // nobody hears CAF's actors throw or fail
    return {"quit"};
  return {"quit", "throw", "fail"};
}

} // namespace

TEST_CASE("the abnormal end of either of two linked children ends the other") {
  for_all_pairs([](couple& w, kind x, kind y) {
    int n = 1;
    for (const bool first : {true, false})
      for (const auto& how : ways(first ? x : y)) {
        CAPTURE(how);
        w.tell(w.a, link_atom_v, w.b);
        w.tell(first ? w.a : w.b, how);
        ++n;
        CHECK(w.lives() == std::to_string(n) + std::to_string(n));
      }
  });
}

TEST_CASE("a link ends with the incarnations that it bound") {
  for_all_pairs([](couple& w, kind, kind) {
    w.tell(w.a, link_atom_v, w.b);
    w.tell(w.a, "quit");
    CHECK(w.lives() == "22");
    w.tell(w.a, "quit");
    CHECK(w.lives() == "32");
    w.tell(w.b, "quit");
    CHECK(w.lives() == "33");
  });
}

TEST_CASE("dynamic children are linked like all others") {
  using many = vigil::dynamic_ref<caf::actor, std::string, diary_ptr>;
  static constexpr vigil::child_key<many, "many"> many_key;
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto log = std::make_shared<diary>();
    auto tree = w.start(
      sup()
        .child(linked("a", k, log))
        .child(
          vigil::dynamic_supervisor(many_key, linking).intensity(100, 1h)));
    auto a = tree.find<caf::actor>("a").value();
    auto b = tree[many_key].start_child("b", log).value();
    auto c = tree[many_key].start_child("c", log).value();
    const auto tell = [&](const caf::actor& to, auto... xs) {
      caf::anon_send(to, xs...);
      w.run();
    };
    for (const auto& [from, to] : {std::pair{a, b}, {b, a}, {b, c}})
      for (const bool first : {true, false}) {
        tell(from, link_atom_v, to);
        tell(first ? from : to, std::string{"quit"});
        // Now there is no link.
        tell(to, std::string{"quit"});
      }
    CHECK(log->lives
          == std::map<std::string, int>{{"a", 7}, {"b", 9}, {"c", 5}});
  }
}

TEST_CASE("a link that was taken back binds nobody") {
  for_all_pairs([](couple& w, kind, kind) {
    w.tell(w.a, link_atom_v, w.b);
    w.tell(w.a, link_atom_v, w.b);
    w.tell(w.a, unlink_atom_v, w.b);
    w.tell(w.a, "quit");
    w.tell(w.b, "quit");
    CHECK(w.lives() == "22");
  });
}

TEST_CASE("a normal end harms no linked child") {
  for_all_pairs([](couple& w, kind, kind) {
    w.tell(w.a, link_atom_v, w.b);
    w.tell(w.a, "end");
    CHECK(w.lives() == "21");
    w.tell(w.b, "end");
    CHECK(w.lives() == "22");
  });
}

TEST_CASE("who traps exits sees the handle of the linked child, and why it "
          "ended") {
  for_all_pairs([](couple& w, kind x, kind y) {
    // From a callable, the end of its own actor goes out, too.
    if (x == kind::callable || y == kind::callable)
      return;
    w.tell(w.a, link_atom_v, w.b);
    w.tell(w.b, trap_atom_v);
    w.tell(w.a, "quit");
    REQUIRE(w.log->exits.size() == 1);
    CHECK(w.log->exits[0].first == w.a.address());
    CHECK(w.log->exits[0].second == caf::sec::bad_function_call);
    CHECK(w.lives() == "21");
    w.tell(w.b, link_atom_v, w.a);
    w.tell(w.a, "fail");
    REQUIRE(w.log->exits.size() == 2);
    CHECK(w.log->exits[1].first == w.a.address());
    CHECK(vigil::to_failure(w.log->exits[1].second).code == trouble::died);
    CHECK(w.lives() == "31");
  });
}

TEST_CASE("a child and an actor outside of the tree are linked like two "
          "children") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    couple w{k, k};
    auto outside = std::make_shared<diary>();
    auto raw = [&] {
      return w.sys().spawn(linking, "raw", outside);
    };
    auto one = raw();
    auto probe = caf::actor_cast<caf::strong_actor_ptr>(one);
    w.run();
    w.tell(one, link_atom_v, w.a);
    w.tell(w.a, "quit");
    CHECK(vigil::compat::has_ended(probe));
    CHECK(w.lives() == "21");
    auto other = raw();
    w.run();
    w.tell(w.a, link_atom_v, other);
    w.tell(other, "quit");
    CHECK(w.lives() == "31");
  }
}

TEST_CASE("an actor that a child spawned linked ends with the incarnation, and "
          "not the next one") {
  for (const bool respawn : {false, true}) {
    CAPTURE(respawn);
    world w;
    auto log = std::make_shared<diary>();
    std::vector<caf::strong_actor_ptr> helpers;
    auto f = [&](caf::event_based_actor* self) -> caf::behavior {
      ++log->lives["a"];
      helpers.push_back(caf::actor_cast<caf::strong_actor_ptr>(
        self->spawn<caf::linked>(linking, "helper", log)));
      return linking(self, "", log);
    };
    auto a = vigil::child("a", f);
    auto tree = w.start(sup().child(respawn ? a.respawn() : a));
    auto to = tree.find<caf::actor>("a").value();
    for (int i = 0; i < 3; ++i) {
      caf::anon_send(to, "fail");
      w.run();
    }
    CHECK(log->lives["a"] == 4);
    REQUIRE(helpers.size() == 4);
    for (std::size_t i = 0; i < 4; ++i)
      CHECK(vigil::compat::has_ended(helpers[i]) == (i < 3));
    // The other way round.
    caf::anon_send(caf::actor_cast<caf::actor>(helpers[3]), "quit");
    w.run();
    CHECK(log->lives["a"] == 5);
  }
}

TEST_CASE("linked children that fail at once restart once each") {
  for_all_pairs([](couple& w, kind x, kind) {
    // From a callable, the exit message of its own actor goes out.
    if (x == kind::callable)
      return;
    w.tell(w.a, link_atom_v, w.b);
    caf::anon_send(w.a, "quit");
    caf::anon_send(w.b, "quit");
    w.run();
    CHECK(w.lives() == "22");
  });
}

TEST_CASE("linked children of one group restart with it, and that costs what "
          "it always costs") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    world w;
    auto log = std::make_shared<diary>();
    auto tree = w.start(vigil::supervisor("sup")
                          .strategy(vigil::one_for_all)
                          .intensity(3, 1h)
                          .child(linked("a", k, log))
                          .child(linked("b", k, log)));
    for (int i = 2; i < 5; ++i) {
      auto a = tree.find<caf::actor>("a").value();
      caf::anon_send(a, link_atom_v, tree.find<caf::actor>("b").value());
      w.run();
      caf::anon_send(a, "quit");
      w.run();
      CHECK(log->lives["a"] == i);
      CHECK(log->lives["b"] == i);
    }
    CHECK(tree.running());
  }
}

TEST_CASE("an exit message ends the incarnation that it was sent to, not the "
          "next") {
  for (auto k : all_kinds) {
    CAPTURE(to_string(k));
    couple w{k, k};
    caf::anon_send(w.a, "quit");
    caf::anon_send_exit(w.a, caf::exit_reason::unknown);
    caf::anon_send_exit(w.a, caf::exit_reason::unknown);
    w.run();
    CHECK(w.lives() == "21");
    caf::anon_send_exit(w.a, caf::exit_reason::unknown);
    w.run();
    CHECK(w.lives() == "31");
  }
}

TEST_CASE("a link to a child that has ended for good is none, as in CAF") {
  for (auto k : all_kinds)
    for (const auto* how : {"stop", "quit"}) {
      CAPTURE(to_string(k));
      world w;
      auto log = std::make_shared<diary>();
      auto tree = w.start(
        sup()
          .child(linked("a", k, log)
                   .transient()
                   .restart_when([](const vigil::failure&) { return false; }))
          .child(linked("b", k, log)));
      auto a = tree.find<caf::actor>("a").value();
      auto b = tree.find<caf::actor>("b").value();
      caf::anon_send(b, trap_atom_v);
      caf::anon_send(a, how);
      w.run();
      CHECK(state_of(tree, "a") == "stopped");
      caf::anon_send(b, link_atom_v, a);
      w.run();
      REQUIRE(log->exits.size() == 1);
      CHECK(log->exits[0].first == a.address());
      CHECK(!log->exits[0].second == (how == std::string{"stop"}));
      // It may begin again.
      CHECK(said(tree.restart_child("a")) == "ok");
      caf::anon_send(b, link_atom_v, a);
      w.run();
      CHECK(log->exits.size() == 1);
      caf::anon_send(a, "quit");
      w.run();
      CHECK(log->exits.size() == 2);
    }
}

TEST_CASE(
  "an incarnation that links what has ended already ends, and is restarted") {
  for (auto k : {kind::in_place, kind::respawn, kind::of_class}) {
    CAPTURE(to_string(k));
    world w;
    auto lives = std::make_shared<int>(0);
    auto dead = w.sys().spawn([](caf::event_based_actor* self) {
      self->quit(caf::make_error(caf::sec::bad_function_call));
      return caf::behavior{[](int) {
      }};
    });
    w.run();
    auto f = [lives, dead](caf::event_based_actor* self) -> caf::behavior {
      // The third incarnation has no need of it.
      if (++*lives < 3)
        self->link_to(dead);
      return {[](int x) {
        return x;
      }};
    };
    auto child = vigil::child("a", f);
    auto tree = w.start(sup().child(
      k == kind::in_place ? child
      : k == kind::respawn
        ? child.respawn()
        : vigil::child<linking_dead>("a", linking_dead::function{f})));
    w.run();
    CHECK(*lives == 3);
    CHECK(tree.which_child("a").value().incarnation == 3);
  }
}
