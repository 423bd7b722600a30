#pragma once

#include "bench.hpp"
#include "messages.hpp"

#include <stdexcept>
#include <type_traits>

/// The baselines: what one writes by hand on bare CAF.
namespace bench::raw {

/// Ends the actor. What a hand-written child does to let it crash.
inline void end(caf::scheduled_actor* self, way how) {
  if (how == way::throws)
    throw std::runtime_error("crash");
  self->quit(caf::make_error(caf::sec::runtime_error));
}

// Without a handler of its own, CAF prints every exception.
inline caf::error on_exception(caf::scheduled_actor*, std::exception_ptr&) {
  return caf::make_error(caf::sec::runtime_error);
}

/// A child that is an actor function.
inline caf::behavior function_child(caf::event_based_actor* self) {
  self->set_exception_handler(on_exception);
  return {[self](crash x) { end(self, x.how); },
          [](ping) {
            return pong{};
          }};
}

/// The same as a class.
class class_child : public caf::event_based_actor {
public:
  explicit class_child(caf::actor_config& cfg) : caf::event_based_actor(cfg) {
    set_exception_handler(on_exception);
  }

  caf::behavior make_behavior() override {
    return {[this](crash x) { end(this, x.how); },
            [](ping) {
              return pong{};
            }};
  }
};

struct spawn_function {
  template <class F>
  caf::actor operator()(caf::event_based_actor* self, F on_down) const {
    return spawn_watched<caf::no_spawn_options>(self, on_down, function_child);
  }
};

struct spawn_class {
  template <class F>
  caf::actor operator()(caf::event_based_actor* self, F on_down) const {
    return spawn_watched_class<class_child, caf::no_spawn_options>(self,
                                                                   on_down);
  }
};

/// The textbook supervisor: it monitors its child, and its down handler spawns
/// the next. Crashes the child once a round; a round ends when the replacement
/// has answered the next message.
template <class Spawn>
class supervisor : public caf::event_based_actor {
public:
  supervisor(caf::actor_config& cfg, way how, pace speed, histogram* latency)
    : caf::event_based_actor(cfg), how_(how), pace_(speed), latency_(latency) {
    // nop
  }

  caf::behavior make_behavior() override {
    spawn_child();
    return {
      [this](go x) -> caf::result<nanoseconds> {
        left_ = x.rounds;
        done_ = make_response_promise();
        begin_ = stamp();
        round();
        return done_;
      },
      [this](pong) {
        latency_->since(sent_);
        if (--left_ > 0)
          return round();
        done_.deliver(stamp() - begin_);
      },
      // CAF 1.x tells who sent what made an exception, and would end it.
      [](const caf::error&) {},
    };
  }

  void on_exit() override {
    child_ = nullptr;
  }

private:
  void spawn_child() {
    child_ = Spawn{}(this, [this](const caf::actor_addr&) {
      spawn_child();
      tell(this, child_, ping{});
    });
  }

  void round() {
    keep(pace_);
    sent_ = stamp();
    tell(this, child_, crash{how_});
  }

  way how_;
  pace pace_;
  histogram* latency_;
  caf::actor child_;
  std::size_t left_ = 0;
  caf::response_promise done_;
  nanoseconds begin_ = 0;
  nanoseconds sent_ = 0;
};

} // namespace bench::raw
