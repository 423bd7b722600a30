#include "../../supervisor/world.hpp"
#include "../messages.hpp"

#include <vigil/vigil.hpp>

#include <caf/attach_stream_sink.hpp>
#include <caf/attach_stream_source.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace test;

// Streams of CAF 0.17 that begin or end in a child.

namespace {

auto sup() {
  return vigil::supervisor("sup").intensity(100, 1h);
}

/// What the end of a stream has seen.
struct view {
  int lives = 0;
  int items = 0;
  std::optional<caf::error> end{};
  /// What the end does then.
  std::function<void(caf::event_based_actor*, const caf::error&)> at_end{};

  void ended(caf::event_based_actor* self, const caf::error& why) {
    end = why;
    if (at_end)
      at_end(self, why);
  }
};

using view_ptr = std::shared_ptr<view>;

void stream_to(caf::event_based_actor* self, const caf::actor& sink,
               const view_ptr& seen, int limit, bool ends, int from) {
  seen->end.reset();
  caf::attach_stream_source(
    self, sink, [from](int& n) { n = from; },
    [=](int& n, caf::downstream<int>& out, std::size_t max) {
      for (std::size_t i = 0; i < max && n < limit; ++i, ++n)
        out.push(n);
      seen->items = n;
    },
    [=](const int& n) { return ends && n == limit; },
    [=](int&, const caf::error& why) { seen->ended(self, why); });
}

/// A source of that many numbers, for whoever it is told; it ends after them or
/// waits.
caf::behavior source(caf::event_based_actor* self, const view_ptr& seen,
                     int limit, bool ends, int from) {
  ++seen->lives;
  return {[=](open_atom, const caf::actor& sink) {
            stream_to(self, sink, seen, limit, ends, from);
          },
          [self](const std::string& what) {
            if (what == "throw")
              throw std::runtime_error{what};
            if (what == "quit")
              self->quit(caf::make_error(caf::sec::bad_function_call));
            else if (what == "quit without a reason")
              self->quit();
            else
              vigil::this_child(self).fail(trouble::died);
          }};
}

caf::behavior sink(caf::event_based_actor* self, const view_ptr& seen) {
  ++seen->lives;
  return {
    [=](const caf::stream<int>& in) {
      seen->items = 0;
      seen->end.reset();
      caf::attach_stream_sink(
        self, in, [](caf::unit_t&) {},
        [=](caf::unit_t&, int x) {
          ++seen->items;
          if (x == 777)
            vigil::this_child(self).fail(trouble::refused);
          if (x == 888)
            self->quit(caf::make_error(caf::sec::bad_function_call));
        },
        [=](caf::unit_t&, const caf::error& why) { seen->ended(self, why); });
    },
    [self](const std::string& what) {
      if (what == "throw")
        throw std::runtime_error{what};
      if (what == "quit")
        self->quit(caf::make_error(caf::sec::bad_function_call));
      else
        vigil::this_child(self).fail(trouble::died);
    }};
}

/// A source and a sink; one of them is a child.
struct stream_world : world {
  explicit stream_world(bool child_is_source, bool respawn, bool ends = false,
                        int limit = 700, int begin = 0) {
    auto first = vigil::child("child", source, from, limit, ends, begin);
    auto last = vigil::child("child", sink, to);
    auto one = child_is_source ? first : last;
    tree.emplace(start(sup()
                         .strategy(vigil::one_for_all)
                         .child(respawn ? one.respawn() : one)
                         .child(world::child("sibling"))));
    child = tree->find<caf::actor>("child").value();
    raw = child_is_source ? sys().spawn(sink, to)
                          : sys().spawn(source, from, limit, ends, begin);
    head = child_is_source ? child : raw;
    tail = child_is_source ? raw : child;
    run();
  }

  void open() {
    caf::anon_send(head, open_atom_v, tail);
    run();
  }

  [[nodiscard]] view_ptr mine() const {
    return head == child ? from : to;
  }

  [[nodiscard]] view_ptr other() const {
    return head == child ? to : from;
  }

  view_ptr from = std::make_shared<view>();
  view_ptr to = std::make_shared<view>();
  std::optional<decltype(std::declval<world&>().start(sup()))> tree;
  caf::actor child;
  caf::actor raw;
  caf::actor head;
  caf::actor tail;
};

std::string code_of(const std::optional<caf::error>& x) {
  if (!x)
    return "none";
  if (*x == caf::sec::bad_function_call)
    return "bad_function_call";
  return *x ? name_of(vigil::to_failure(*x).code) : "normal";
}

} // namespace

TEST_CASE("a stream runs as soon after a restart as at first") {
  for (const bool source_fails : {true, false})
    for (const bool respawn : {false, true}) {
      CAPTURE(source_fails);
      CAPTURE(respawn);
      stream_world w{source_fails, respawn};
      w.open();
      w.advance(1s);
      CHECK(w.to->items == 700);
      w.advance(60s);
      for (int i = 0; i < 3; ++i) {
        caf::anon_send(w.child, "fail");
        w.run();
        w.open();
        w.advance(1s);
        CHECK(w.to->items == 700);
      }
    }
}

TEST_CASE("the other end of a stream sees why a child failed") {
  for (const bool source_fails : {true, false})
    for (const bool respawn : {false, true})
      for (const std::string how : {"fail", "throw", "quit"}) {
        CAPTURE(source_fails);
        CAPTURE(respawn);
        CAPTURE(how);
        stream_world w{source_fails, respawn};
        w.open();
        w.advance(1s);
        REQUIRE(w.to->items > 0);
        const auto& other = source_fails ? w.to : w.from;
        CHECK(code_of(other->end) == "none");
        caf::anon_send(w.child, how);
        w.run();
        w.advance(10s);
        CHECK(code_of(other->end)
              == (how == "fail"    ? "died"
                  : how == "throw" ? "exception"
                                   : "bad_function_call"));
      }
}

TEST_CASE("the other end of a stream sees that a child was killed or stopped") {
  for (const bool source_fails : {true, false})
    for (const bool respawn : {false, true}) {
      CAPTURE(source_fails);
      CAPTURE(respawn);
      stream_world w{source_fails, respawn};
      w.open();
      w.advance(1s);
      const auto& other = source_fails ? w.to : w.from;
      caf::actor_cast<caf::strong_actor_ptr>(w.child)->enqueue(
        caf::make_mailbox_element(
          nullptr, caf::make_message_id(), {},
          caf::exit_msg{w.child.address(), caf::exit_reason::kill}),
        nullptr);
      w.run();
      w.advance(10s);
      CHECK(code_of(other->end) == "killed");
    }
}

TEST_CASE("a fault or an end in the callback of a stream ends the child at "
          "once") {
  for (const bool respawn : {false, true}) {
    CAPTURE(respawn);
    stream_world w{false, respawn, false, 800};
    w.open();
    w.advance(60s);
    CHECK(code_of(w.from->end) == "refused");
    CHECK(w.to->lives == 2);
    // The handle serves the next incarnation.
    w.open();
    w.advance(60s);
    CHECK(w.to->lives == 3);
  }
  for (const bool respawn : {false, true}) {
    CAPTURE(respawn);
    stream_world w{false, respawn, false, 889, 778};
    w.open();
    w.advance(60s);
    CHECK(code_of(w.from->end) == "bad_function_call");
    CHECK(w.to->lives == 2);
    w.open();
    w.advance(60s);
    CHECK(w.to->lives == 3);
  }
}

TEST_CASE("a stream that ends by itself ends without an error") {
  for (const bool source_is_child : {true, false})
    for (const bool respawn : {false, true}) {
      CAPTURE(source_is_child);
      CAPTURE(respawn);
      stream_world w{source_is_child, respawn, true};
      w.open();
      w.advance(60s);
      CHECK(w.to->items == 700);
      CHECK(code_of(w.to->end) == "normal");
      CHECK(code_of(w.from->end) == "normal");
    }
  // In the middle: what has no credit by then does not come.
  for (const bool all_sent : {false, true}) {
    CAPTURE(all_sent);
    stream_world w{true, false};
    w.open();
    if (all_sent)
      w.advance(1s);
    REQUIRE(w.from->items > 0);
    caf::anon_send(w.child, "quit without a reason");
    w.run();
    w.advance(10s);
    CHECK(code_of(w.to->end) == "normal");
    CHECK(w.from->lives == 2);
    w.open();
    w.advance(1s);
    CHECK(code_of(w.to->end) == "none");
    CHECK(w.to->items > 0);
  }
}

TEST_CASE("what hears of the end of its stream may quit and fail") {
  for (const bool child_is_source : {true, false})
    for (const bool respawn : {false, true})
      for (const bool fails : {false, true})
        for (const std::string how : {"fail", "throw", "quit"}) {
          CAPTURE(child_is_source);
          CAPTURE(respawn);
          CAPTURE(fails);
          CAPTURE(how);
          stream_world w{child_is_source, respawn};
          w.mine()->at_end
            = [=](caf::event_based_actor* self, const caf::error& why) {
                if (fails)
                  vigil::this_child(self).fail(trouble::refused);
                else
                  self->quit(why);
              };
          for (int incarnation = 2; incarnation < 5; ++incarnation) {
            w.open();
            w.advance(1s);
            CHECK(w.to->items == 700);
            caf::anon_send(w.child, how);
            w.advance(1s);
            CHECK(w.mine()->lives == incarnation);
            CHECK(code_of(w.other()->end) != "none");
          }
        }
}

TEST_CASE("what hears of the end of its stream may open others without end") {
  for (const bool respawn : {false, true})
    for (const std::string how : {"fail", "throw", "quit"}) {
      CAPTURE(respawn);
      CAPTURE(how);
      stream_world w{true, respawn};
      w.open();
      w.advance(1s);
      int opened = 0;
      w.from->at_end = [&](caf::event_based_actor* self, const caf::error&) {
        if (++opened < 100)
          stream_to(self, w.tail, w.from, 700, false, 0);
      };
      caf::anon_send(w.child, how);
      w.advance(10s);
      CHECK(opened < 5);
      CHECK(w.from->lives == 2);
      CHECK(code_of(w.to->end) != "none");
      w.from->at_end = nullptr;
      w.open();
      // The sink is CAF's own (docs/caf-traps.md, 27).
      w.advance(60s);
      CHECK(w.to->items == 700);
    }
}

TEST_CASE("whoever streams to a child hears that it was stopped") {
  for (const bool respawn : {false, true})
    for (const bool with_group : {false, true}) {
      CAPTURE(respawn);
      CAPTURE(with_group);
      stream_world w{false, respawn};
      for (int i = 0; i < 2; ++i) {
        w.open();
        w.advance(1s);
        CHECK(w.to->items == 700);
        CHECK(code_of(w.from->end) == "none");
        if (with_group) {
          w.tell(*w.tree, "sibling", "fail");
        } else {
          CHECK(said(w.tree->terminate_child("child")) == "ok");
          CHECK(said(w.tree->restart_child("child")) == "ok");
        }
        w.run();
        CHECK(w.to->lives == i + 2);
        CHECK(code_of(w.from->end) == "exited");
      }
    }
}

TEST_CASE("a sink that answers after its source has failed hears of that") {
  for (const bool respawn : {false, true})
    for (const std::string how : {"fail", "throw", "quit"}) {
      CAPTURE(respawn);
      CAPTURE(how);
      stream_world w{true, respawn};
      // In place twice: the second incarnation fails while the first sink is
      // silent.
      for (int i = 0; i < 2; ++i) {
        caf::anon_send(w.head, open_atom_v, w.tail);
        caf::anon_send(w.child, how);
      }
      w.run();
      w.advance(10s);
      CHECK(w.from->lives == (respawn ? 2 : 3));
      CHECK(w.to->items == 0);
      CHECK(code_of(w.to->end)
            == (how == "fail"    ? "died"
                : how == "throw" ? "exception"
                                 : "bad_function_call"));
      w.open();
      w.advance(60s);
      CHECK(w.to->items == 700);
    }
}
